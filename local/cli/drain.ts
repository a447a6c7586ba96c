/** Works the queue off, batch by batch, as the event source of the deployed worker would. */

import type { WorkMessage } from '../../lib/worker/ports.ts';
import type { Jobs } from './jobs.ts';

export type Clock = {
  /** Milliseconds since 1970 */
  now(): number;
  /** Shorter when `stop` is aborted meanwhile. */
  sleep(ms: number, stop?: AbortSignal): Promise<void>;
};

/** Waits are checked against the clock this often: a computer that was asleep may have slept through them. */
const LONGEST_NAP_MS = 1000;
/** Plenty: a local worker has no time limit. */
const ENOUGH_MS = 3600 * 1000;

export type DrainSteps = {
  /** Returns the ids of the messages that are to be delivered again. */
  readonly work: (messages: readonly WorkMessage[], remainingMs: () => number) => Promise<readonly string[]>;
  /** After each batch, and now and then while waiting until `waitingUntil`, in milliseconds since 1970. */
  readonly onProgress: (waitingUntil?: number) => void;
};

/**
 * `stopped`: `stop` was aborted. Then the jobs that had begun are done, and the others are back in the queue. Waits for
 * messages that are not visible yet, however long that takes.
 */
export const drain = async (
  jobs: Jobs,
  { work, onProgress }: DrainSteps,
  clock: Clock,
  stop: AbortSignal,
): Promise<'empty' | 'stopped'> => {
  const remainingMs = (): number => (stop.aborted ? 0 : ENOUGH_MS);
  while (!stop.aborted) {
    const messages = jobs.receive();
    if (messages.length === 0) {
      const until = jobs.nextVisibleAt();
      if (until === undefined) return 'empty';
      onProgress(until);
      await clock.sleep(Math.min(LONGEST_NAP_MS, Math.max(0, until - clock.now())), stop);
      continue;
    }
    const returned = new Set(await work(messages, remainingMs));
    jobs.acknowledge(messages.filter(({ id }) => !returned.has(id)));
    onProgress();
  }
  return 'stopped';
};
