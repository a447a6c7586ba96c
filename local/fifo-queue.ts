/**
 * An SQS FIFO queue as a value in memory: no I/O and no clock, every call is told the time. It does what AWS's queues
 * were seen to do, surprises included: within a group nothing passes the first invisible message, a late
 * acknowledgement is refused, a duplicate is accepted and never delivered.
 *
 * Not modelled: message sizes, and the limit of 120,000 messages (in flight, or searched for groups).
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */

import type { QueueMessage } from './queue-event.ts';
import { type QueueEntry, QueueState, type QueueStateOptions } from './queue-state.ts';

/** The longest that one receive can keep a message, extensions included. */
const MAX_VISIBILITY_MS = 12 * 3600 * 1000;
const MAX_BATCH = 10;

export type DeadLetter = {
  /** A message received this often goes to the dead-letter queue instead of being received once more. */
  readonly maxReceiveCount: number;
  readonly queue: { accept(message: QueueMessage, now: number): void };
};

export type FifoQueueOptions = QueueStateOptions & { readonly deadLetter?: DeadLetter };

/** Where a message stands. Times are milliseconds since 1970. */
export type QueuedMessage = QueueMessage & {
  /** Unique within the queue. */
  readonly messageId: string;
  readonly sentAt: number;
  /** How often it was received; in a batch, this time included. */
  readonly receiveCount: number;
  /** In flight until then. */
  readonly visibleAt: number;
};

export type ReceivedMessage = QueuedMessage & {
  /** Good until the message is visible again. */
  readonly receiptHandle: string;
};

/**
 * - `expired` the message is or was visible again since (InvalidParameterValue)
 * - `gone` there is no such message any more (SQS reports success)
 * - `invalid` not a handle of this queue (ReceiptHandleIsInvalid)
 */
export type RemoveResult = 'removed' | 'expired' | 'gone' | 'invalid';

/**
 * - `unchanged` the message is visible again and was not received since (SQS reports success, to no effect)
 * - `expired` it was received again since; `gone` there is no such message (both InvalidParameterValue)
 * - `out_of_range` not 0 to 43,200 seconds, or past 12 hours after the receive (InvalidParameterValue, no clamping)
 * - `invalid` not a handle of this queue (ReceiptHandleIsInvalid)
 */
export type ChangeVisibilityResult =
  | 'changed'
  | 'unchanged'
  | 'expired'
  | 'gone'
  | 'out_of_range'
  | 'invalid';

const HANDLE = /^(\d{1,15})-(\d{1,15})$/;

const handleOf = ({ number, receiveCount }: QueueEntry): string => `${number}-${receiveCount}`;

const describe = ({ number, message, sentAt, receiveCount, visibleAt }: QueueEntry): QueuedMessage => ({
  ...message,
  messageId: String(number),
  sentAt,
  receiveCount,
  visibleAt,
});

export class FifoQueue {
  readonly #state: QueueState;
  readonly #deadLetter: DeadLetter | undefined;

  /** `state` is only given to go on with an earlier queue. */
  constructor(options: FifoQueueOptions = {}, state: QueueState = new QueueState(options)) {
    this.#state = state;
    this.#deadLetter = options.deadLetter;
  }

  /** Messages in the queue, in flight or not, as of the last call. */
  get size(): number {
    return this.#state.entries.size;
  }

  /** The most often that any one message was received. */
  get highestReceiveCount(): number {
    return this.#state.highestReceiveCount;
  }

  /** A duplicate within five minutes is accepted by SQS like any other message, but never delivered. */
  send(message: QueueMessage, now: number): 'sent' | 'duplicate' {
    if (message.groupId === '' || message.deduplicationId === '')
      throw new TypeError('A FIFO queue takes no message without a group id and a deduplication id.');
    const state = this.#state;
    if (state.deduplication.has(state.deduplicationKey(message), now)) return 'duplicate';
    state.append(message, now);
    return 'sent';
  }

  /** Takes over a message from the queue that this is the dead-letter queue of. Its retention period starts again. */
  accept(message: QueueMessage, now: number): void {
    this.#state.append(message, now);
  }

  /**
   * Up to `max` (1 to 10) messages, as many of one group as possible, in order; groups take turns. They are in flight
   * for `visibilityMs` (0 to 12 h).
   */
  receive(max: number, now: number, visibilityMs: number): ReceivedMessage[] {
    if (!Number.isInteger(max) || max < 1 || max > MAX_BATCH)
      throw new RangeError(`A batch has 1 to ${MAX_BATCH} messages, not ${max}.`);
    if (!(visibilityMs >= 0 && visibilityMs <= MAX_VISIBILITY_MS))
      throw new RangeError(`A visibility time-out has 0 to ${MAX_VISIBILITY_MS} ms, not ${visibilityMs}.`);
    const { groups } = this.#state;
    this.#state.expire(now);
    const batch: ReceivedMessage[] = [];
    const servedGroups: string[] = [];
    for (const [groupId, group] of groups) {
      const sizeBefore = batch.length;
      this.#receiveFrom(group.first, { batch, max, now, visibilityMs });
      if (batch.length > sizeBefore) servedGroups.push(groupId);
      if (batch.length === max) break;
    }
    if (groups.size > 1) for (const groupId of servedGroups) this.#sendToTheBack(groupId);
    return batch;
  }

  /** Acknowledges. Unlike a standard queue, a FIFO queue refuses to once the message is visible again. */
  remove(receiptHandle: string, now: number): RemoveResult {
    this.#state.expire(now);
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    if (found.visibleAt <= now) return 'expired';
    this.#state.remove(found);
    return 'removed';
  }

  /** The time-out starts anew, at `now`. Not remembered at the next receive. */
  changeVisibility(receiptHandle: string, seconds: number, now: number): ChangeVisibilityResult {
    this.#state.expire(now);
    const visibilityMs = seconds * 1000;
    if (!Number.isInteger(seconds) || seconds < 0 || visibilityMs > MAX_VISIBILITY_MS) return 'out_of_range';
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    if (found.visibleAt <= now) return 'unchanged';
    const { receiveCount, receivedAt } = found;
    const visibleAt = now + visibilityMs;
    if (visibleAt - receivedAt > MAX_VISIBILITY_MS) return 'out_of_range';
    this.#state.hold(found, { receiveCount, receivedAt, visibleAt, handedBack: true });
    return 'changed';
  }

  /** The time from which a receive finds something: `now`, or when the first group opens. Undefined: empty. */
  nextVisibleAt(now: number): number | undefined {
    this.#state.expire(now);
    let earliest = Number.POSITIVE_INFINITY;
    for (const { first } of this.#state.groups.values()) earliest = Math.min(earliest, first.visibleAt);
    return earliest === Number.POSITIVE_INFINITY ? undefined : Math.max(earliest, now);
  }

  /** Everything in the queue, in flight or not, in the order it was sent. */
  messages(): QueuedMessage[] {
    return [...this.#state.entries.values()].map(describe);
  }

  /** Empties the queue and forgets what would be a duplicate. */
  purge(): void {
    this.#state.clear();
  }

  #receiveFrom(
    first: QueueEntry,
    into: {
      readonly batch: ReceivedMessage[];
      readonly max: number;
      readonly now: number;
      readonly visibilityMs: number;
    },
  ): void {
    const { batch, max, now, visibilityMs } = into;
    let entry: QueueEntry | undefined = first;
    // The first invisible message closes its group: what comes after it would overtake it.
    while (entry !== undefined && entry.visibleAt <= now && batch.length < max) {
      const { next }: QueueEntry = entry;
      if (!this.#isDead(entry, now)) batch.push(this.#deliver(entry, now, visibilityMs));
      entry = next;
    }
  }

  #isDead(entry: QueueEntry, now: number): boolean {
    const deadLetter = this.#deadLetter;
    if (deadLetter === undefined || entry.receiveCount < deadLetter.maxReceiveCount) return false;
    // There before it is gone here, so that it can be doubled but not lost.
    deadLetter.queue.accept(entry.message, now);
    this.#state.remove(entry);
    return true;
  }

  #deliver(entry: QueueEntry, now: number, visibilityMs: number): ReceivedMessage {
    const receiveCount = entry.receiveCount + 1;
    const visibleAt = now + visibilityMs;
    this.#state.hold(entry, { receiveCount, receivedAt: now, visibleAt, handedBack: false });
    return { ...describe(entry), receiptHandle: handleOf(entry) };
  }

  #sendToTheBack(groupId: string): void {
    const { groups } = this.#state;
    const group = groups.get(groupId);
    if (group === undefined) return;
    groups.delete(groupId);
    groups.set(groupId, group);
  }

  /** A handle names the message and the receive, so that nothing has to be kept for handles of old. */
  #find(receiptHandle: string): QueueEntry | 'invalid' | 'gone' | 'expired' {
    const [, number, receiveCount] = HANDLE.exec(receiptHandle) ?? [];
    if (number === undefined || Number(number) >= this.#state.nextNumber) return 'invalid';
    const entry = this.#state.entries.get(Number(number));
    if (entry === undefined) return 'gone';
    return entry.receiveCount === Number(receiveCount) ? entry : 'expired';
  }
}
