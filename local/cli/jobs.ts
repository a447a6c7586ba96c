/** The account's queue in the state folder, in the words of the planner and the worker. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutgoingMessage } from '../../lib/domain/job.ts';
import type { WorkerPorts, WorkMessage } from '../../lib/worker/ports.ts';
import { openDurableQueue } from '../durable-queue.ts';
import { workMessageOf } from '../work-message.ts';

const BATCH = 10;
/** Longer than any batch takes. One that a killed process had is free again as soon as the queue is opened. */
const VISIBILITY_MS = 3600 * 1000;
/** As the deployed queue. */
const MAX_RECEIVE_COUNT = 200;

export type Jobs = {
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  /** The next ones, if any is visible now. */
  receive(): readonly WorkMessage[];
  acknowledge(messages: readonly WorkMessage[]): void;
  readonly setVisibility: WorkerPorts['setVisibility'];
  readonly deadLetters: WorkerPorts['deadLetters'] & { readonly path: string; count(): number };
  /** Forgets everything: whoever enqueues for a newer generation has no use for the jobs of an older one. */
  clear(): void;
  /** In milliseconds since 1970; undefined: there is nothing left. */
  nextVisibleAt(): number | undefined;
  /** Messages, visible or not, `finish` included. */
  size(): number;
  close(): void;
};

/** Opens the queue, or begins one. The state folder must be locked. */
export const openJobs = (directory: string, now: () => number): Jobs => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const deadLetterPath = join(directory, 'dead-letters.jsonl');
  const deadLetters = openDurableQueue(deadLetterPath, {}, now());
  const deadLetter = { maxReceiveCount: MAX_RECEIVE_COUNT, queue: deadLetters };
  const queue = openDurableQueue(join(directory, 'jobs.jsonl'), { deadLetter }, now());
  return {
    send: async (messages) =>
      queue.transact((fifo) => {
        for (const message of messages) fifo.send(message, now());
      }),
    receive: () => queue.transact((fifo) => fifo.receive(BATCH, now(), VISIBILITY_MS)).map(workMessageOf),
    acknowledge: (messages) =>
      queue.transact((fifo) => {
        for (const { receiptHandle } of messages) fifo.remove(receiptHandle, now());
      }),
    setVisibility: async (receiptHandles, seconds) =>
      queue.transact((fifo) => {
        for (const handle of receiptHandles) fifo.changeVisibility(handle, seconds, now());
      }),
    deadLetters: {
      path: deadLetterPath,
      count: () => deadLetters.transact((fifo) => fifo.size),
      copy: async ({ id, groupId, body }, reason) =>
        deadLetters.accept({ body, groupId, deduplicationId: id, attributes: { reason } }, now()),
    },
    clear: () => queue.transact((fifo) => fifo.purge()),
    nextVisibleAt: () => queue.transact((fifo) => fifo.nextVisibleAt(now())),
    size: () => queue.transact((fifo) => fifo.size),
    close: () => {
      queue.close();
      deadLetters.close();
    },
  };
};
