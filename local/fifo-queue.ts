/**
 * An SQS FIFO queue in tables of SQLite, in memory or in a file. It has no clock: every call is told the time. It does
 * what AWS's queues were seen to do: within a group nothing passes the first invisible message, a late acknowledgement
 * is refused, a duplicate is accepted and never delivered.
 *
 * Not modelled: message sizes, and the limit of 120,000 messages (in flight, or searched for groups).
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */

import { DatabaseSync } from 'node:sqlite';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/domain/time.ts';
import { messageOf, type QueuedMessage, type QueueMessage, queuedMessageOf } from './queue-message.ts';
import { type MessageRow, openTables } from './queue-tables.ts';

/** The longest that one receive can keep a message, extensions included. */
const MAX_VISIBILITY_MS = 12 * HOUR_MS;
const MAX_BATCH = 10;
/** SQS documents "5 minutes" as the least; the model takes it as the exact window. */
const DEDUPLICATION_MS = 5 * MINUTE_MS;
/** The longest that SQS offers. */
const RETENTION_MS = 14 * DAY_MS;

export type DeadLetter = {
  /** A message received this often goes to the dead-letter queue instead of being received once more. */
  readonly maxReceiveCount: number;
  readonly queue: { accept(message: QueueMessage, now: number): void };
};

export type FifoQueueOptions = { readonly deadLetter?: DeadLetter };

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

export class FifoQueue {
  readonly #tables: ReturnType<typeof openTables>;
  readonly #deadLetter: DeadLetter | undefined;
  #highestReceiveCount = 0;
  /** Before this time no message outlives the retention period. */
  #nextExpiryAt = Number.NEGATIVE_INFINITY;

  /**
   * Begins a queue in memory, or goes on with the one of this name in the database. There, a method's steps are one only
   * within a transaction of the caller.
   */
  constructor(options: FifoQueueOptions = {}, database = new DatabaseSync(':memory:'), name = 'message') {
    this.#tables = openTables(database, name);
    this.#deadLetter = options.deadLetter;
  }

  /** Messages in the queue, in flight or not, as of the last call. */
  get size(): number {
    return this.#tables.count.first()?.count ?? 0;
  }

  /** The most often that any one message was received since the queue was opened. */
  get highestReceiveCount(): number {
    return this.#highestReceiveCount;
  }

  /** A duplicate within five minutes is accepted by SQS like any other message, but never delivered. */
  send(message: QueueMessage, now: number): 'sent' | 'duplicate' {
    if (message.groupId === '' || message.deduplicationId === '')
      throw new TypeError('A FIFO queue takes no message without a group id and a deduplication id.');
    return this.#takeKey(message, now) ? this.#append(message, now) : 'duplicate';
  }

  /** Takes over a message from the queue that this is the dead-letter queue of. Its retention period starts again. */
  accept(message: QueueMessage, now: number): void {
    this.#takeKey(message, now);
    this.#append(message, now);
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
    this.#expire(now);
    const batch: ReceivedMessage[] = [];
    const groups = this.#tables.groups.all();
    for (const { groupId } of groups) {
      const received = this.#receiveFrom(groupId, max - batch.length, now, visibilityMs);
      if (received.length > 0 && groups.length > 1) this.#tables.sendToTheBack.run(groupId);
      batch.push(...received);
      if (batch.length === max) break;
    }
    return batch;
  }

  /** Acknowledges. Unlike a standard queue, a FIFO queue refuses to once the message is visible again. */
  remove(receiptHandle: string, now: number): RemoveResult {
    this.#expire(now);
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    if (found.visibleAt <= now) return 'expired';
    this.#tables.remove.run(found.number);
    return 'removed';
  }

  /** The time-out starts anew, at `now`. Not remembered at the next receive. */
  changeVisibility(receiptHandle: string, seconds: number, now: number): ChangeVisibilityResult {
    this.#expire(now);
    const visibilityMs = seconds * SECOND_MS;
    if (!Number.isInteger(seconds) || seconds < 0 || visibilityMs > MAX_VISIBILITY_MS) return 'out_of_range';
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    if (found.visibleAt <= now) return 'unchanged';
    const visibleAt = now + visibilityMs;
    if (visibleAt - found.receivedAt > MAX_VISIBILITY_MS) return 'out_of_range';
    this.#tables.hold.run(found.receiveCount, found.receivedAt, visibleAt, 1, found.number);
    return 'changed';
  }

  /** The time from which a receive finds something: `now`, or when the first group opens. Undefined: empty. */
  nextVisibleAt(now: number): number | undefined {
    this.#expire(now);
    const at = this.#tables.firstVisibleAt.first()?.at ?? null;
    return at === null ? undefined : Math.max(at, now);
  }

  /** Everything in the queue, in flight or not, in the order it was sent. */
  messages(): QueuedMessage[] {
    return this.#tables.all.all().map(queuedMessageOf);
  }

  /** Empties the queue and forgets what would be a duplicate. */
  purge(): void {
    this.#tables.removeAll.run();
    this.#tables.freeAllKeys.run();
  }

  /**
   * To be called when whoever held messages is known to be gone. They come back at once, with their receive counts, so
   * that the next one looks before it writes again. A message handed back until a later time keeps it.
   */
  release(now: number): void {
    this.#tables.release.run(now);
  }

  /** Returns false when the message is a duplicate. */
  #takeKey({ groupId, deduplicationId }: QueueMessage, now: number): boolean {
    // Equal ids in two groups are no duplicates, as the deployed queue is set up.
    return this.#tables.takeKey.run(`${groupId} ${deduplicationId}`, now, now - DEDUPLICATION_MS) > 0;
  }

  #append({ groupId, deduplicationId, body, attributes }: QueueMessage, now: number): 'sent' {
    const text = attributes === undefined ? null : JSON.stringify(attributes);
    this.#tables.insert.run(groupId, deduplicationId, body, text, now);
    this.#tables.addGroup.run(groupId);
    return 'sent';
  }

  #receiveFrom(groupId: string, max: number, now: number, visibilityMs: number): ReceivedMessage[] {
    const received: ReceivedMessage[] = [];
    for (let after = 0; received.length < max; ) {
      const row = this.#tables.nextInGroup.first(groupId, after);
      // The first invisible message closes its group: what comes after it would overtake it.
      if (row === undefined || row.visibleAt > now) break;
      after = row.number;
      if (!this.#moveDeadLetter(row, now)) received.push(this.#deliver(row, now, visibilityMs));
    }
    return received;
  }

  #moveDeadLetter(row: MessageRow, now: number): boolean {
    const deadLetter = this.#deadLetter;
    if (deadLetter === undefined || row.receiveCount < deadLetter.maxReceiveCount) return false;
    deadLetter.queue.accept(messageOf(row), now);
    this.#tables.remove.run(row.number);
    return true;
  }

  #deliver(row: MessageRow, now: number, visibilityMs: number): ReceivedMessage {
    const receiveCount = row.receiveCount + 1;
    const visibleAt = now + visibilityMs;
    this.#tables.hold.run(receiveCount, now, visibleAt, 0, row.number);
    this.#highestReceiveCount = Math.max(this.#highestReceiveCount, receiveCount);
    return {
      ...queuedMessageOf({ ...row, receiveCount, visibleAt }),
      receiptHandle: `${row.number}-${receiveCount}`,
    };
  }

  /** Lets go of what is older than the retention period, in flight or not. */
  #expire(now: number): void {
    if (now < this.#nextExpiryAt) return;
    this.#tables.removeSentUntil.run(now - RETENTION_MS);
    this.#tables.freeKeysTakenUntil.run(now - DEDUPLICATION_MS);
    this.#nextExpiryAt = (this.#tables.oldest.first()?.sentAt ?? now) + RETENTION_MS;
  }

  /** A handle names the message and the receive, so that nothing has to be kept for handles of old. */
  #find(receiptHandle: string): MessageRow | 'invalid' | 'gone' | 'expired' {
    const [, number, receiveCount] = HANDLE.exec(receiptHandle) ?? [];
    if (number === undefined) return 'invalid';
    const row = this.#tables.byNumber.first(Number(number));
    if (row === undefined) return Number(number) > this.#lastNumber ? 'invalid' : 'gone';
    return row.receiveCount === Number(receiveCount) ? row : 'expired';
  }

  get #lastNumber(): number {
    return this.#tables.lastNumber.first()?.number ?? 0;
  }
}
