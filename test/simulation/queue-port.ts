/** SQS as the functions see it: batches that are accepted in part, or whose acceptance nobody hears of. */

import type { OutgoingMessage } from '../../lib/domain/job.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import type { FifoQueue } from '../../local/fifo-queue.ts';
import type { Invocation } from './invocation.ts';
import { duration, travel } from './latency.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Strikes } from './settings.ts';

const TYPICAL_MS = 20;
const MAX_BATCH = 10;
/** As the adapter for SQS does. */
const MAX_ATTEMPTS = 6;

export type QueueDeps = {
  readonly queue: FifoQueue;
  readonly deadLetters: FifoQueue;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly strikes: Strikes;
  /** Told of every message that was accepted, duplicates too. */
  readonly sent: (message: OutgoingMessage, result: 'sent' | 'duplicate') => void;
  /** Told whenever something may have become visible, or will later. */
  readonly changed: () => void;
};

type Batch = readonly OutgoingMessage[];

const sendBatch = (deps: QueueDeps, invocation: Invocation, batch: Batch): Promise<OutgoingMessage[]> => {
  const { queue, scheduler, random, strikes, sent, changed } = deps;
  const lost = strikes('sendLost');
  return invocation.exchange({
    ...travel(random, duration(random, TYPICAL_MS)),
    effect: () => {
      const refused = batch.filter(() => strikes('sendFails'));
      for (const message of batch)
        if (!refused.includes(message)) sent(message, queue.send(message, scheduler.now));
      changed();
      return refused;
    },
    ...(lost && { instead: () => [...batch] }),
  });
};

export const senderFor = (deps: QueueDeps, invocation: Invocation): PlannerPorts['queue'] => ({
  async send(messages) {
    let pending = messages;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && pending.length > 0; attempt += 1) {
      if (attempt > 1) await invocation.sleep(200 * 2 ** attempt);
      const count = Math.ceil(pending.length / MAX_BATCH);
      const batches = Array.from({ length: count }, (_, index) =>
        pending.slice(index * MAX_BATCH, (index + 1) * MAX_BATCH),
      );
      const refused = await Promise.all(batches.map((batch) => sendBatch(deps, invocation, batch)));
      pending = refused.flat();
    }
    if (pending.length > 0) throw new Error(`SQS did not accept ${pending.length} jobs`);
  },
});

export const visibilityFor =
  (
    { queue, scheduler, random, strikes, changed }: QueueDeps,
    invocation: Invocation,
  ): WorkerPorts['setVisibility'] =>
  (receiptHandles, seconds) =>
    invocation.exchange({
      ...travel(random, duration(random, TYPICAL_MS)),
      effect: () => {
        if (strikes('visibilityFails')) return;
        for (const handle of receiptHandles) queue.changeVisibility(handle, seconds, scheduler.now);
        changed();
      },
    });

export const deadLettersFor = (
  { deadLetters, scheduler, random, strikes }: QueueDeps,
  invocation: Invocation,
): WorkerPorts['deadLetters'] => ({
  copy: ({ id, groupId, body }, reason) =>
    invocation.exchange({
      ...travel(random, duration(random, TYPICAL_MS)),
      effect: () => {
        if (strikes('deadLetterFails')) throw new Error('SQS did not accept the copy');
        const attributes = { reason, originalMessageId: id };
        deadLetters.send({ groupId, body, deduplicationId: id, attributes }, scheduler.now);
      },
    }),
});
