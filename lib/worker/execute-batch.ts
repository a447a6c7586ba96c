/** The jobs of one account's part of a batch, several at once. */

import pLimit from 'p-limit';
import { errorText } from '../ports/telemetry.ts';
import type { AccountSession } from './account-session.ts';
import { execute, type JobEnd } from './execute-job.ts';
import type { Delivered } from './hand-back.ts';

/** With less than this left of the function's time no job is started: a write and its time-out would no longer fit. */
export const MIN_REMAINING_MS = 15_000;

/** How a job ended in this invocation: as `execute` says, not started, or stopped by an error of ours. */
export type End = JobEnd | { readonly kind: 'not_started' } | { readonly kind: 'broken' };
export type Ended = { readonly delivered: Delivered; readonly end: End };

const executeOne = async (session: AccountSession, { message, job }: Delivered): Promise<End> => {
  try {
    return await execute(session, job, message);
  } catch (error) {
    const { account, runId, generation } = job;
    session.deps.log.error('job interrupted', { account, runId, generation, error: errorText(error) });
    return { kind: 'broken' };
  }
};

/** A run has one job per address. */
const identityOf = ({ job }: Delivered): string => `${job.runId} ${job.email}`;

const firstOfEach = (jobs: readonly Delivered[]): ReadonlySet<Delivered> =>
  new Set(new Map(jobs.toReversed().map((delivered) => [identityOf(delivered), delivered])).values());

/**
 * Never throws: every job has an end. Of several copies of a job, redriven from the dead-letter queue, only the first is
 * started: the others have to look at what came of it before they write. A job of an older run is no copy: it is void,
 * and nothing waits for it.
 */
export const executeAll = (
  session: AccountSession,
  jobs: readonly Delivered[],
  remainingMs: () => number,
): Promise<Ended[]> => {
  const first = firstOfEach(jobs);
  const mayStart = (delivered: Delivered): boolean =>
    first.has(delivered) && remainingMs() >= MIN_REMAINING_MS;
  return pLimit(session.deps.rules.WRITE_CONCURRENCY).map(jobs, async (delivered) => ({
    delivered,
    end: mayStart(delivered) ? await executeOne(session, delivered) : { kind: 'not_started' },
  }));
};
