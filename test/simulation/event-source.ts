/**
 * The SQS event source of the worker: batches of up to ten, two invocations at a time, messages deleted unless they are
 * reported as failed. And what goes wrong with that: acknowledgements get lost, deliveries come late or twice.
 */

import type { FifoQueue, ReceivedMessage } from '../../local/fifo-queue.ts';
import type { Counts } from './counts.ts';
import { Invocation, type InvocationEnd } from './invocation.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Strikes } from './settings.ts';

const VISIBILITY_MS = 720_000;
const WORKER_TIMEOUT_MS = 120_000;
const BATCH = 10;
const CONCURRENCY = 2;
/** With a later start the batch would be visible again before the function has run out of time. */
const LATEST_START_MS = VISIBILITY_MS - WORKER_TIMEOUT_MS;
/** Roughly how many requests an invocation makes: a crash falls on one of them. */
const REQUESTS_OF_AN_INVOCATION = 40;

export type EventSourceDeps = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly queue: FifoQueue;
  readonly strikes: Strikes;
  readonly counts: Counts;
  /** Runs the function; resolves to the ids that it reports as failed. */
  readonly invoke: (batch: readonly ReceivedMessage[], invocation: Invocation) => Promise<readonly string[]>;
  /** Told when a batch goes to two invocations at once. */
  readonly doubled: (batch: readonly ReceivedMessage[]) => void;
  /** Told when an invocation is over, whatever came of it. */
  readonly ended: (invocation: Invocation, end: InvocationEnd) => void;
  /** Told just before a message is deleted. */
  readonly acknowledging: (message: ReceivedMessage) => void;
};

export class EventSource {
  readonly #deps: EventSourceDeps;
  #running = 0;
  #nextPoll: { readonly at: number; readonly timer: { cancelled: boolean } } | undefined;
  #invocations = 0;

  constructor(deps: EventSourceDeps) {
    this.#deps = deps;
  }

  /** To be called when something may have become visible. */
  wake(): void {
    const { scheduler, random, queue } = this.#deps;
    if (this.#running >= CONCURRENCY) return;
    const visibleAt = queue.nextVisibleAt(scheduler.now);
    if (visibleAt === undefined) return;
    const at = visibleAt + random.between(5, 150);
    if (this.#nextPoll !== undefined && this.#nextPoll.at <= at) return;
    if (this.#nextPoll !== undefined) this.#nextPoll.timer.cancelled = true;
    const timer = scheduler.at(at, () => {
      this.#nextPoll = undefined;
      this.#poll();
    });
    this.#nextPoll = { at, timer };
  }

  #poll(): void {
    const { scheduler, random, queue, strikes, counts } = this.#deps;
    const batch = queue.receive(BATCH, scheduler.now, VISIBILITY_MS);
    if (batch.length > 0) {
      const late = strikes('lateDelivery');
      const startsAfterMs = late ? random.between(0, LATEST_START_MS) : random.between(1, 20);
      this.#running += 1;
      counts.add('redelivered messages', batch.filter(({ receiveCount }) => receiveCount > 1).length);
      counts.most('highest receive count', Math.max(...batch.map(({ receiveCount }) => receiveCount)));
      scheduler.after(startsAfterMs, () => this.#start(batch));
      if (strikes('doubleDelivery')) this.#startTwin(batch, startsAfterMs);
    }
    this.wake();
  }

  /** The same event a second time: whatever the twin says, nobody listens. */
  #startTwin(batch: readonly ReceivedMessage[], startsAfterMs: number): void {
    const { scheduler, random, invoke, doubled } = this.#deps;
    doubled(batch);
    scheduler.after(startsAfterMs + random.between(0, 3000), () => {
      const twin = this.#invocation((end) => this.#deps.ended(twin, end));
      twin.run(() => invoke(batch, twin));
    });
  }

  #start(batch: readonly ReceivedMessage[]): void {
    const invocation = this.#invocation((end) => {
      this.#deps.ended(invocation, end);
      this.#settle(batch, end);
    });
    invocation.run(() => this.#deps.invoke(batch, invocation));
  }

  #invocation(ended: (end: InvocationEnd) => void): Invocation {
    const { scheduler, random, strikes, counts } = this.#deps;
    this.#invocations += 1;
    counts.add('worker invocations');
    const crashAtRequest = strikes('crash') ? random.between(1, REQUESTS_OF_AN_INVOCATION) : undefined;
    const name = `worker ${this.#invocations}`;
    return new Invocation(scheduler, random, { name, timeoutMs: WORKER_TIMEOUT_MS, crashAtRequest }, ended);
  }

  #settle(batch: readonly ReceivedMessage[], end: InvocationEnd): void {
    const { scheduler, random, strikes } = this.#deps;
    scheduler.after(random.between(1, 30), () => {
      this.#running -= 1;
      if (end.kind === 'returned') {
        const lost = strikes('acknowledgementLost');
        // All of them, or each with even odds.
        const share = lost ? random.pick([0, 0.5]) : 1;
        this.#acknowledge(batch, end.value as readonly string[], share);
      }
      this.wake();
    });
  }

  #acknowledge(batch: readonly ReceivedMessage[], failedIds: readonly string[], share: number): void {
    const { scheduler, random, queue, acknowledging } = this.#deps;
    const failed = new Set(failedIds);
    // An id that is not in the batch fails the whole batch, as it does at AWS.
    if (failedIds.some((id) => !batch.some(({ messageId }) => messageId === id))) return;
    for (const message of batch) {
      if (failed.has(message.messageId) || (share < 1 && !random.chance(share))) continue;
      acknowledging(message);
      queue.remove(message.receiptHandle, scheduler.now);
    }
  }
}
