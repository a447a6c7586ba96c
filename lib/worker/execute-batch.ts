/** The jobs of one account's part of a batch, several at once. */

import pLimit from 'p-limit';
import { errorText } from '../ports/telemetry.ts';
import type { AccountSession } from './account-session.ts';
import { executeJob } from './execute-job.ts';
import type { Delivered } from './hand-back.ts';
import { again } from './job-end.ts';
import type { Attempted } from './resolve-unknown.ts';

const executeOne = async (
  session: AccountSession,
  { message, job }: Delivered,
): Promise<Attempted['end']> => {
  try {
    return await executeJob(session, job, message);
  } catch (error) {
    const { account, runId, generation } = job;
    session.ports.log.error('job interrupted', { account, runId, generation, error: errorText(error) });
    return again('backoff', 'interrupted');
  }
};

/** A run has one job per address, so two messages of one run and address are copies of one job. */
const identityOf = ({ job }: Delivered): string => `${job.runId} ${job.email}`;

const isReplace = ({ job }: Delivered): boolean => job.action === 'replace';

const firstOfEach = (jobs: readonly Delivered[]): ReadonlySet<Delivered> =>
  new Set(new Map(jobs.toReversed().map((delivered) => [identityOf(delivered), delivered])).values());

/**
 * Never throws: every job has an end. Of several copies of a job, which a redrive of the dead-letter queue can bring,
 * only the first is started. The others go back, to be tried when Fastly lists what the first one did.
 *
 * Replaces come last: where nothing is known of the quota, a job learns it that leaves nobody without an invitation if
 * its next write has to wait.
 */
export const executeBatch = (
  session: AccountSession,
  jobs: readonly Delivered[],
): Promise<readonly Attempted[]> => {
  const first = firstOfEach(jobs);
  const replacesLast = jobs.toSorted((a, b) => Number(isReplace(a)) - Number(isReplace(b)));
  return pLimit(session.ports.rules.WRITE_CONCURRENCY).map(replacesLast, async (delivered) => ({
    delivered,
    end:
      first.has(delivered) && session.hasTime()
        ? await executeOne(session, delivered)
        : again('now', 'not_started'),
  }));
};
