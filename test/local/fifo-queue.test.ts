import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { message, story } from '../support/queue-story.ts';

describe('in-group visibility, as AWS was seen to do it', () => {
  it('"receive 10 with one group queued": up to 10 of that group, in order', () => {
    const { sendEach, see } = story();
    sendEach('abcdefghijkl');
    expect(see()).toBe('abcdefghij');
  });

  it('"interleaved groups come grouped"', () => {
    const { send, see } = story();
    send(message('a', 'one'), message('x', 'two'), message('b', 'one'), message('y', 'two'));
    expect(see()).toBe('abxy');
  });

  it('"group has invisible messages": nothing from the first invisible one onward', () => {
    const { sendEach, see } = story();
    sendEach('abcd');
    expect(see(2)).toBe('ab');
    expect(see()).toBe('');
    sendEach('e');
    expect(see()).toBe('');
  });

  it('"earlier message visible, later one still invisible": the earlier one is delivered', () => {
    const { sendEach, receive, change, see } = story();
    sendEach('abc');
    const [a] = receive(2);
    expect(change(a, 0)).toBe('changed');
    expect(see()).toBe('a');
  });

  it('"middle message extended, others expired": only those before it', () => {
    const { sendEach, receive, change, wait, see } = story();
    sendEach('abc');
    const [, b] = receive();
    change(b, 60);
    wait(30 * SECOND_MS);
    expect(see()).toBe('a');
  });

  it('"partial delete of a received batch": the rest of the group stays blocked until visible', () => {
    const { sendEach, receive, remove, wait, see } = story();
    sendEach('abcd');
    const [a, b] = receive(3);
    expect([remove(a), remove(b)]).toEqual(['removed', 'removed']);
    expect(see()).toBe('');
    wait(30 * SECOND_MS);
    expect(see()).toBe('cd');
  });

  it('"all visible again": redelivered in the original order', () => {
    const { sendEach, receive, change, wait, see } = story();
    sendEach('abc');
    const [a, b, c] = receive();
    for (const each of [c, a, b]) change(each, 10);
    wait(10 * SECOND_MS);
    expect(see()).toBe('abc');
  });

  it('"same dedup id after delete, < 5 min": accepted, not delivered', () => {
    const { send, receive, remove, wait, see } = story();
    expect(send(message('a'))).toEqual(['sent']);
    remove(receive()[0]);
    wait(5 * MINUTE_MS - 1);
    expect(send(message('a'))).toEqual(['duplicate']);
    expect(see()).toBe('');
    wait(1);
    expect(send(message('a'))).toEqual(['sent']);
    expect(see()).toBe('a');
  });

  it('"same dedup id, other group, scope=messageGroup": delivered', () => {
    const { send, see } = story();
    send(message('a', 'one', 'same'), message('b', 'two', 'same'));
    expect(see()).toBe('ab');
  });

  it('"purge" clears the dedup cache', () => {
    const { queue, send, see } = story();
    send(message('a'));
    queue.purge();
    expect(see()).toBe('');
    expect(send(message('a'))).toEqual(['sent']);
    expect(see()).toBe('a');
  });

  it('"per-message DelaySeconds on FIFO: 400": there is no such thing as a delayed message', () => {
    const { sendEach, nextVisibleAt } = story();
    sendEach('a');
    expect(nextVisibleAt()).toBe(0);
  });

  it('"CMV after expiry, not re-received: 200", and no effect', () => {
    const { sendEach, receive, change, wait, see } = story();
    sendEach('a');
    const [a] = receive();
    wait(30 * SECOND_MS);
    expect(change(a, 60)).toBe('unchanged');
    expect(see()).toBe('a');
  });
});

describe('receiving', () => {
  it('takes as many as possible of one group before the next, and no more than asked for', () => {
    const { sendEach, see } = story();
    sendEach('abcdefgh', 'one');
    sendEach('stuvwxyz', 'two');
    expect(see()).toBe('abcdefghst');
    expect(see()).toBe('');
  });

  it('lets groups take turns, so that a long one starves nobody', () => {
    const { sendEach, receive, remove, see } = story();
    sendEach('abc', 'one');
    sendEach('xyz', 'two');
    for (const each of receive(2)) remove(each);
    expect(see(2)).toBe('xy');
    expect(see(2)).toBe('c');
  });

  it('serves other groups while one is blocked', () => {
    const { sendEach, see } = story();
    sendEach('ab', 'one');
    expect(see(1)).toBe('a');
    sendEach('x', 'two');
    expect(see()).toBe('x');
  });

  it('counts receives, and makes a handle for each', () => {
    const { queue, sendEach, receive, wait } = story();
    sendEach('a');
    const [first] = receive();
    wait(30 * SECOND_MS);
    const [second] = receive();
    expect([first?.receiveCount, second?.receiveCount]).toEqual([1, 2]);
    expect(first?.messageId).toBe(second?.messageId);
    expect(first?.receiptHandle).not.toBe(second?.receiptHandle);
    expect(queue.highestReceiveCount).toBe(2);
  });

  it('with no visibility time-out a message is there again at once, but once per batch', () => {
    const { sendEach, see } = story();
    sendEach('ab');
    expect(see(10, 0)).toBe('ab');
    expect(see()).toBe('ab');
  });

  it('keeps attributes', () => {
    const { send, receive } = story();
    send({ ...message('a'), attributes: { reason: 'the body is not JSON' } });
    expect(receive()[0]?.attributes).toEqual({ reason: 'the body is not JSON' });
  });

  it.each([0, 11, 1.5, Number.NaN])('refuses a batch of %p', (max) => {
    expect(() => story().receive(max)).toThrow('A batch has 1 to 10 messages');
  });

  it.each([-1, 12 * HOUR_MS + 1, Number.NaN])('refuses a visibility time-out of %p ms', (visibilityMs) => {
    expect(() => story().receive(10, visibilityMs)).toThrow('A visibility time-out has 0 to');
  });

  it.each([message('a', '', 'x'), message('a', 'acme', '')])('refuses a message without ids', (nameless) => {
    expect(() => story().send(nameless)).toThrow('group id and a deduplication id');
  });
});
