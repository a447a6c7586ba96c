import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { FifoQueue } from '../../local/fifo-queue.ts';
import { message, story } from '../support/queue-story.ts';

describe('acknowledging', () => {
  it('is refused once the message is visible again', () => {
    const { sendEach, receive, remove, wait, see } = story();
    sendEach('a');
    const [a] = receive();
    wait(30 * SECOND_MS);
    expect(remove(a)).toBe('expired');
    expect(see()).toBe('a');
    expect(remove(a)).toBe('expired');
  });

  it('is refused after giving the message back', () => {
    const { sendEach, receive, remove, change } = story();
    sendEach('a');
    const [a] = receive();
    change(a, 0);
    expect(remove(a)).toBe('expired');
  });

  it('twice is as good as once', () => {
    const { queue, sendEach, receive, remove } = story();
    sendEach('a');
    const [a] = receive();
    expect([remove(a), remove(a)]).toEqual(['removed', 'gone']);
    expect(queue.size).toBe(0);
  });

  it.each(['', 'nonsense', '1', '2-1', '1-', '-1', '1-1-1'])('%p is no handle', (handle) => {
    const { queue, sendEach } = story();
    sendEach('a');
    expect(queue.remove(handle, 0)).toBe('invalid');
    expect(queue.changeVisibility(handle, 1, 0)).toBe('invalid');
  });
});

describe('changing visibility', () => {
  const held = () => {
    const all = story();
    all.sendEach('a');
    const [a] = all.receive();
    return { ...all, a };
  };

  it('restarts the clock at the call', () => {
    const { a, change, wait, see } = held();
    wait(29 * SECOND_MS);
    expect(change(a, 30)).toBe('changed');
    wait(30 * SECOND_MS - 1);
    expect(see()).toBe('');
    wait(1);
    expect(see()).toBe('a');
  });

  it('is not remembered at the next receive', () => {
    const { a, change, wait, see } = held();
    change(a, 600);
    wait(600 * SECOND_MS);
    expect(see()).toBe('a');
    wait(30 * SECOND_MS);
    expect(see()).toBe('a');
  });

  it.each([
    [0, 'changed'],
    [43_200, 'changed'],
    [43_201, 'out_of_range'],
    [-1, 'out_of_range'],
    [1.5, 'out_of_range'],
  ] as const)('to %p seconds: %s', (seconds, result) => {
    const { a, change } = held();
    expect(change(a, seconds)).toBe(result);
  });

  it('goes no further than 12 hours after the receive, without clamping', () => {
    const { a, change, wait } = held();
    wait(SECOND_MS);
    expect(change(a, 43_200)).toBe('out_of_range');
    expect(change(a, 43_199)).toBe('changed');
  });

  it('chains to any length: every receive has 12 hours of its own', () => {
    const { a, change, receive, wait } = held();
    change(a, 43_200);
    wait(12 * HOUR_MS);
    expect(change(receive()[0], 43_200)).toBe('changed');
  });

  it('is refused to a handle of before, and to a message that is gone', () => {
    const { a, change, receive, remove, wait } = held();
    wait(30 * SECOND_MS);
    const [again] = receive();
    expect(change(a, 10)).toBe('expired');
    remove(again);
    expect(change(again, 10)).toBe('gone');
  });
});

describe('the dead-letter queue', () => {
  const withDeadLetters = (maxReceiveCount: number) => {
    const deadLetters = new FifoQueue();
    return { deadLetters, ...story({ deadLetter: { maxReceiveCount, queue: deadLetters } }) };
  };

  it('takes a message when its receives would exceed the maximum, and the group goes on', () => {
    const { deadLetters, sendEach, see, wait } = withDeadLetters(2);
    sendEach('ab');
    expect(see(1)).toBe('a');
    wait(30 * SECOND_MS);
    expect(see(1)).toBe('a');
    expect(deadLetters.size).toBe(0);
    wait(30 * SECOND_MS);
    expect(see()).toBe('b');
    expect(deadLetters.messages()).toMatchObject([
      { body: 'a', groupId: 'acme', receiveCount: 0, sentAt: MINUTE_MS },
    ]);
  });

  it('takes nothing from behind an invisible message', () => {
    const { deadLetters, sendEach, receive, change, see, wait } = withDeadLetters(1);
    sendEach('ab');
    change(receive()[0], 60);
    wait(30 * SECOND_MS);
    expect(see()).toBe('');
    expect(deadLetters.size).toBe(0);
    wait(30 * SECOND_MS);
    expect(see()).toBe('');
    expect(deadLetters.messages().map(({ body }) => body)).toEqual(['a', 'b']);
  });

  it('takes a message even if it was there a moment ago, and starts its retention again', () => {
    const deadLetters = new FifoQueue();
    deadLetters.send(message('a'), 0);
    deadLetters.accept(message('a'), 1);
    expect(deadLetters.size).toBe(2);
    expect(deadLetters.receive(10, 14 * DAY_MS, 0)).toHaveLength(1);
  });
});

describe('retention', () => {
  it('lets go after 14 days, in flight or not', () => {
    const { queue, sendEach, receive, remove, wait, nextVisibleAt } = story();
    sendEach('a');
    wait(DAY_MS);
    sendEach('b');
    wait(13 * DAY_MS - 1);
    const [a] = receive(1, HOUR_MS);
    expect(a?.body).toBe('a');
    wait(1);
    expect(remove(a)).toBe('gone');
    expect(receive()).toHaveLength(1);
    wait(DAY_MS);
    expect(nextVisibleAt()).toBeUndefined();
    expect(queue.size).toBe(0);
  });
});

describe('when there is something to receive', () => {
  it('is told for a virtual clock or a wait', () => {
    const { sendEach, receive, remove, change, wait, nextVisibleAt } = story();
    expect(nextVisibleAt()).toBeUndefined();
    sendEach('a', 'one');
    sendEach('x', 'two');
    wait(SECOND_MS);
    expect(nextVisibleAt()).toBe(SECOND_MS);
    const [a, x] = receive();
    expect(nextVisibleAt()).toBe(31 * SECOND_MS);
    change(a, 3600);
    change(x, 60);
    expect(nextVisibleAt()).toBe(61 * SECOND_MS);
    remove(x);
    expect(nextVisibleAt()).toBe(3601 * SECOND_MS);
  });
});
