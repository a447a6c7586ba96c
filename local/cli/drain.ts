/** Takes batch after batch from the queue, as the event source of the deployed worker does. */

import { HOUR_MS, SECOND_MS } from '../../lib/domain/time.ts';
import type { WorkMessage } from '../../lib/worker/ports.ts';
import type { Jobs } from './jobs.ts';

export type Clock = {
  /** Milliseconds since 1970 */
  now(): number;
  /** Shorter when `stop` is aborted meanwhile. */
  sleep(ms: number, stop?: AbortSignal): Promise<void>;
};

/** A wait looks at the clock this often, so that it also ends in time on a computer that was suspended. */
const LONGEST_NAP_MS = SECOND_MS;
/** A local worker has no time limit; this is longer than any batch takes. */
const ENOUGH_MS = HOUR_MS;

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
