import { describe, expect, it } from '@jest/globals';
import { FifoQueue, type FifoQueueOptions, type ReceivedMessage } from '../../local/fifo-queue.ts';
import type { QueueMessage } from '../../local/queue-event.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const message = (body: string, groupId = 'acme', deduplicationId = `id-${body}`): QueueMessage => ({
  body,
  groupId,
  deduplicationId,
});

/** A queue with a clock, so that a test reads as a story. */
const story = (options: FifoQueueOptions = {}) => {
  const queue = new FifoQueue(options);
  let now = 0;
  const bodies = (received: readonly ReceivedMessage[]) => received.map(({ body }) => body).join('');
  return {
    queue,
    wait: (ms: number) => {
      now += ms;
    },
    send: (...messages: readonly QueueMessage[]) => messages.map((each) => queue.send(each, now)),
    /** One message per letter. */
    sendEach: (letters: string, groupId = 'acme') => {
      for (const letter of letters) queue.send(message(letter, groupId), now);
    },
    receive: (max = 10, visibilityMs = 30 * SECOND) => queue.receive(max, now, visibilityMs),
    see: (max = 10, visibilityMs = 30 * SECOND) => bodies(queue.receive(max, now, visibilityMs)),
    remove: (received: ReceivedMessage | undefined) => queue.remove(received?.receiptHandle ?? '', now),
    change: (received: ReceivedMessage | undefined, seconds: number) =>
      queue.changeVisibility(received?.receiptHandle ?? '', seconds, now),
    nextVisibleAt: () => queue.nextVisibleAt(now),
  };
};

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
    wait(30 * SECOND);
    expect(see()).toBe('a');
  });

  it('"partial delete of a received batch": the rest of the group stays blocked until visible', () => {
    const { sendEach, receive, remove, wait, see } = story();
    sendEach('abcd');
    const [a, b] = receive(3);
    expect([remove(a), remove(b)]).toEqual(['removed', 'removed']);
    expect(see()).toBe('');
    wait(30 * SECOND);
    expect(see()).toBe('cd');
  });

  it('"all visible again": redelivered in the original order', () => {
    const { sendEach, receive, change, wait, see } = story();
    sendEach('abc');
    const [a, b, c] = receive();
    for (const each of [c, a, b]) change(each, 10);
    wait(10 * SECOND);
    expect(see()).toBe('abc');
  });

  it('"same dedup id after delete, < 5 min": accepted, not delivered', () => {
    const { send, receive, remove, wait, see } = story();
    expect(send(message('a'))).toEqual(['sent']);
    remove(receive()[0]);
    wait(5 * MINUTE - 1);
    expect(send(message('a'))).toEqual(['duplicate']);
    expect(see()).toBe('');
    wait(1);
    expect(send(message('a'))).toEqual(['sent']);
    expect(see()).toBe('a');
  });

  it.each([
    ['queue', 'dropped', 'a'],
    ['messageGroup', 'delivered', 'ab'],
  ] as const)('"same dedup id, other group, scope=%s": %s', (deduplicationScope, _fate, seen) => {
    const { send, see } = story({ deduplicationScope });
    send(message('a', 'one', 'same'), message('b', 'two', 'same'));
    expect(see()).toBe(seen);
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
    wait(30 * SECOND);
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
    wait(30 * SECOND);
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

  it.each([-1, 12 * HOUR + 1, Number.NaN])('refuses a visibility time-out of %p ms', (visibilityMs) => {
    expect(() => story().receive(10, visibilityMs)).toThrow('A visibility time-out has 0 to');
  });

  it.each([message('a', '', 'x'), message('a', 'acme', '')])('refuses a message without ids', (nameless) => {
    expect(() => story().send(nameless)).toThrow('group id and a deduplication id');
  });
});

describe('acknowledging', () => {
  it('is refused once the message is visible again', () => {
    const { sendEach, receive, remove, wait, see } = story();
    sendEach('a');
    const [a] = receive();
    wait(30 * SECOND);
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
    wait(29 * SECOND);
    expect(change(a, 30)).toBe('changed');
    wait(30 * SECOND - 1);
    expect(see()).toBe('');
    wait(1);
    expect(see()).toBe('a');
  });

  it('is not remembered at the next receive', () => {
    const { a, change, wait, see } = held();
    change(a, 600);
    wait(600 * SECOND);
    expect(see()).toBe('a');
    wait(30 * SECOND);
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
    wait(SECOND);
    expect(change(a, 43_200)).toBe('out_of_range');
    expect(change(a, 43_199)).toBe('changed');
  });

  it('chains to any length: every receive has 12 hours of its own', () => {
    const { a, change, receive, wait } = held();
    change(a, 43_200);
    wait(12 * HOUR);
    expect(change(receive()[0], 43_200)).toBe('changed');
  });

  it('is refused to a handle of before, and to a message that is gone', () => {
    const { a, change, receive, remove, wait } = held();
    wait(30 * SECOND);
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
    wait(30 * SECOND);
    expect(see(1)).toBe('a');
    expect(deadLetters.size).toBe(0);
    wait(30 * SECOND);
    expect(see()).toBe('b');
    expect(deadLetters.messages()).toMatchObject([
      { body: 'a', groupId: 'acme', receiveCount: 0, sentAt: MINUTE },
    ]);
  });

  it('takes nothing from behind an invisible message', () => {
    const { deadLetters, sendEach, receive, change, see, wait } = withDeadLetters(1);
    sendEach('ab');
    change(receive()[0], 60);
    wait(30 * SECOND);
    expect(see()).toBe('');
    expect(deadLetters.size).toBe(0);
    wait(30 * SECOND);
    expect(see()).toBe('');
    expect(deadLetters.messages().map(({ body }) => body)).toEqual(['a', 'b']);
  });

  it('takes a message even if it was there a moment ago, and starts its retention again', () => {
    const deadLetters = new FifoQueue();
    deadLetters.send(message('a'), 0);
    deadLetters.accept(message('a'), 1);
    expect(deadLetters.size).toBe(2);
    expect(deadLetters.receive(10, 14 * DAY, 0)).toHaveLength(1);
  });
});

describe('retention', () => {
  it('lets go after 14 days, in flight or not', () => {
    const { queue, sendEach, receive, remove, wait, nextVisibleAt } = story();
    sendEach('a');
    wait(DAY);
    sendEach('b');
    wait(13 * DAY - 1);
    const [a] = receive(1, HOUR);
    expect(a?.body).toBe('a');
    wait(1);
    expect(remove(a)).toBe('gone');
    expect(receive()).toHaveLength(1);
    wait(DAY);
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
    wait(SECOND);
    expect(nextVisibleAt()).toBe(SECOND);
    const [a, x] = receive();
    expect(nextVisibleAt()).toBe(31 * SECOND);
    change(a, 3600);
    change(x, 60);
    expect(nextVisibleAt()).toBe(61 * SECOND);
    remove(x);
    expect(nextVisibleAt()).toBe(3601 * SECOND);
  });
});
