/** The account's queue in the state folder, in the words of the planner and the worker; and the lock on the account. */

import { join } from 'node:path';
import type { OutgoingMessage } from '../../lib/domain/job.ts';
import { HOUR_MS } from '../../lib/domain/time.ts';
import type { WorkerPorts, WorkMessage } from '../../lib/worker/ports.ts';
import { describeHolder, noteHolder, removeHolder } from '../holder.ts';
import { openQueueFile, type QueueFile } from '../queue-file.ts';
import { workMessageOf } from '../work-message.ts';

const BATCH = 10;
/** Longer than any batch takes. One that a killed process had is free again as soon as the queue is opened. */
const VISIBILITY_MS = HOUR_MS;

const jobsIn = (file: QueueFile, directory: string, now: () => number) => {
  const { queue, deadLetters, transact, restart, settings, close } = file;
  const setVisibility: WorkerPorts['setVisibility'] = async (receiptHandles, seconds) =>
    transact(() => {
      for (const handle of receiptHandles) queue.changeVisibility(handle, seconds, now());
    });
  const copy: WorkerPorts['deadLetters']['copy'] = async ({ id, groupId, body }, reason) =>
    transact(() => deadLetters.accept({ body, groupId, deduplicationId: id, attributes: { reason } }, now()));
  return {
    restart,
    settings,
    setVisibility,
    deadLetters: { copy, count: () => deadLetters.size },
    send: async (messages: readonly OutgoingMessage[]): Promise<void> =>
      transact(() => {
        for (const message of messages) queue.send(message, now());
      }),
    /** The next ones, if any is visible now. */
    receive: (): readonly WorkMessage[] =>
      transact(() => queue.receive(BATCH, now(), VISIBILITY_MS)).map(workMessageOf),
    acknowledge: (messages: readonly WorkMessage[]): void =>
      transact(() => {
        for (const { receiptHandle } of messages) queue.remove(receiptHandle, now());
      }),
    /** In milliseconds since 1970; undefined: there is nothing left. */
    nextVisibleAt: (): number | undefined => transact(() => queue.nextVisibleAt(now())),
    /** Messages, visible or not, `finish` included. */
    size: (): number => queue.size,
    /** Releases the account. */
    close: (): void => {
      removeHolder(directory);
      close();
    },
  };
};

export type Jobs = ReturnType<typeof jobsIn>;

/**
 * Opens the queue in the folder, or begins one. No other process can have the account until it is closed, or until this
 * process ends.
 *
 * @throws when another process has it (names it), or the file can't be used
 */
export const openJobs = (directory: string, account: string, now: () => number): Jobs => {
  const file = openQueueFile(join(directory, 'queue.db'), now());
  if (file === 'in_use')
    throw new Error(
      `The account ${account} is in use by ${describeHolder(directory)} (${directory}). ` +
        'Wait until it ends, or end it, and run again; other accounts are free meanwhile.',
    );
  try {
    noteHolder(directory, now());
  } catch (error) {
    file.close();
    throw error;
  }
  return jobsIn(file, directory, now);
};
