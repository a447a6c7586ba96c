/** The contents of a FIFO queue. Every step costs the same, however many messages are waiting. */

import { Deduplication } from './deduplication.ts';
import type { QueueEvent, QueueMessage } from './queue-event.ts';

const DEFAULT_RETENTION_MS = 14 * 24 * 3600 * 1000;

export type QueueStateOptions = {
  /** Whether equal deduplication ids in two groups are duplicates. Default: no, as the deployed queue is set up. */
  readonly deduplicationScope?: 'messageGroup' | 'queue';
  /** Default: 14 days, the longest that SQS offers. */
  readonly retentionMs?: number;
};

/** A message, linked to its neighbours in its group so that it can leave from anywhere. */
export type QueueEntry = {
  /** Counts the accepted messages from 1. */
  readonly number: number;
  readonly message: QueueMessage;
  readonly sentAt: number;
  receiveCount: number;
  /** When it was received last: the ceiling of its visibility time-out counts from here. */
  receivedAt: number;
  /** In flight until then. */
  visibleAt: number;
  /** Its visibility was changed on purpose since it was received. */
  handedBack: boolean;
  previous: QueueEntry | undefined;
  next: QueueEntry | undefined;
};

type Hold = Pick<QueueEntry, 'receiveCount' | 'receivedAt' | 'visibleAt' | 'handedBack'>;
type Group = { first: QueueEntry; last: QueueEntry };

const holdEvent = (entry: QueueEntry): QueueEvent => {
  const { number, receiveCount, receivedAt, visibleAt, handedBack } = entry;
  return { kind: 'held', number, receiveCount, receivedAt, visibleAt, handedBack };
};

export class QueueState {
  /** In the order they were sent. */
  readonly entries = new Map<number, QueueEntry>();
  /** In the order in which they are served next; a group without messages is not kept. */
  readonly groups = new Map<string, Group>();
  readonly deduplication = new Deduplication();
  nextNumber = 1;
  highestReceiveCount = 0;
  /** Told of every change, in order, just after it took effect. */
  record: ((event: QueueEvent) => void) | undefined = undefined;
  readonly #queueWide: boolean;
  readonly #retentionMs: number;
  /** Before this time no message outlives the retention period. */
  #nextExpiryAt = Number.POSITIVE_INFINITY;

  constructor({ deduplicationScope, retentionMs }: QueueStateOptions = {}) {
    this.#queueWide = deduplicationScope === 'queue';
    this.#retentionMs = retentionMs ?? DEFAULT_RETENTION_MS;
  }

  deduplicationKey({ groupId, deduplicationId }: QueueMessage): string {
    return this.#queueWide ? deduplicationId : `${groupId} ${deduplicationId}`;
  }

  append(message: QueueMessage, sentAt: number, number = this.nextNumber): void {
    const group = this.groups.get(message.groupId);
    const entry: QueueEntry = {
      number,
      message,
      sentAt,
      receiveCount: 0,
      receivedAt: 0,
      visibleAt: sentAt,
      handedBack: false,
      previous: group?.last,
      next: undefined,
    };
    if (group === undefined) this.groups.set(message.groupId, { first: entry, last: entry });
    else {
      group.last.next = entry;
      group.last = entry;
    }
    this.entries.set(number, entry);
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    this.#nextExpiryAt = Math.min(this.#nextExpiryAt, sentAt + this.#retentionMs);
    this.deduplication.remember(this.deduplicationKey(message), sentAt);
    this.record?.({ kind: 'sent', number, sentAt, message });
  }

  hold(entry: QueueEntry, { receiveCount, receivedAt, visibleAt, handedBack }: Hold): void {
    entry.receiveCount = receiveCount;
    entry.receivedAt = receivedAt;
    entry.visibleAt = visibleAt;
    entry.handedBack = handedBack;
    if (receiveCount > this.highestReceiveCount) this.highestReceiveCount = receiveCount;
    this.record?.(holdEvent(entry));
  }

  remove(entry: QueueEntry): void {
    const { number, message, previous, next } = entry;
    const group = this.groups.get(message.groupId);
    if (group === undefined || !this.entries.delete(number)) return;
    if (previous !== undefined) previous.next = next;
    if (next !== undefined) next.previous = previous;
    if (group.first === entry && next !== undefined) group.first = next;
    else if (group.last === entry && previous !== undefined) group.last = previous;
    else if (group.first === entry) this.groups.delete(message.groupId);
    this.record?.({ kind: 'removed', number });
  }

  /** Lets go of what is older than the retention period, in flight or not. */
  expire(now: number): void {
    if (now < this.#nextExpiryAt) return;
    this.#nextExpiryAt = Number.POSITIVE_INFINITY;
    for (const entry of this.entries.values()) {
      const expiresAt = entry.sentAt + this.#retentionMs;
      if (expiresAt > now) {
        this.#nextExpiryAt = expiresAt;
        return;
      }
      this.remove(entry);
    }
  }

  clear(): void {
    this.entries.clear();
    this.groups.clear();
    this.deduplication.clear();
    this.record?.({ kind: 'purged' });
  }

  /** Events that make an empty queue equal to this one. */
  *events(now: number): Generator<QueueEvent> {
    for (const entry of this.entries.values()) {
      yield { kind: 'sent', number: entry.number, sentAt: entry.sentAt, message: entry.message };
      if (entry.receiveCount > 0) yield holdEvent(entry);
    }
    for (const [key, sentAt] of this.deduplication.taken(now)) yield { kind: 'remembered', key, sentAt };
  }

  /** Lets an event happen again. One about a message that is not there is passed over. */
  replay(event: QueueEvent): void {
    if (event.kind === 'sent') this.append(event.message, event.sentAt, event.number);
    else if (event.kind === 'remembered') this.deduplication.remember(event.key, event.sentAt);
    else if (event.kind === 'purged') this.clear();
    else {
      const entry = this.entries.get(event.number);
      if (entry === undefined) return;
      if (event.kind === 'held') this.hold(entry, event);
      else this.remove(entry);
    }
  }
}
