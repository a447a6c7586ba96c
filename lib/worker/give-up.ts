/** Giving up a write that keeps failing while Fastly is in order: a person has to look at it. */

import { errorText } from '../ports/telemetry.ts';
import { countFailedWrite } from '../state/failed-writes.ts';
import type { AccountSession } from './account-session.ts';
import type { Delivered } from './hand-back.ts';
import type { Ended } from './job-end.ts';

/** Failed writes before one is given up while other writes work. A delivery counts once, its quick retries included. */
const MAX_FAILED_WRITES = 5;
/**
 * Deliveries before a write is given up while every write fails (an outage). With a quarter of an hour between them
 * this is more than a day, and it is below the queue's `maxReceiveCount` of 200, at which SQS would put the message
 * aside without an outcome.
 */
const MAX_DELIVERIES_IN_OUTAGE = 150;

/** Whether the writes that failed in this batch are to be blamed on Fastly and not on their own jobs. */
export const isOutage = (session: AccountSession, ended: readonly Ended[]): boolean => {
  const failed = ended.filter(({ end }) => end.kind === 'again' && end.why === 'write_failed');
  return failed.length > 1 && !session.writesWork;
};

/**
 * Counts a failed write. Returns how many there were when it is given up. Not while Fastly can't be read either: then the
 * fault is not the job's, however often it was tried. Never throws, so that the ends of the other jobs are not lost.
 */
export const failuresToGiveUp = async (
  session: AccountSession,
  { job, message: { receives } }: Delivered,
  outage: boolean,
): Promise<number | undefined> => {
  const { store, log } = session.ports;
  const failed = await countFailedWrite(store, job, receives === 1).catch((error: unknown) => {
    log.warn('a failed write could not be counted', { account: session.account, error: errorText(error) });
    return 0;
  });
  if (failed < MAX_FAILED_WRITES || (outage && receives < MAX_DELIVERIES_IN_OUTAGE)) return undefined;
  try {
    return (await session.listing.any()).ok ? failed : undefined;
  } catch (error) {
    const fields = { account: session.account, error: errorText(error) };
    log.warn('a failed write is not given up, as nobody can tell whether reading works', fields);
    return undefined;
  }
};
