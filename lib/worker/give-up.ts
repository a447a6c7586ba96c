/** Giving up a write that keeps failing while Fastly is in order: a person has to look at it. */

import type { AccountSession } from './account-session.ts';
import type { Ended } from './job-end.ts';
import type { WorkMessage } from './ports.ts';

/** Deliveries before a write that fails is given up while other writes work. */
const MAX_DELIVERIES = 5;
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
 * Whether a failed write is given up. Not while Fastly can't be read either: then the fault is not the job's, however
 * often it was tried.
 */
export const shouldGiveUp = async (
  session: AccountSession,
  { receives }: Pick<WorkMessage, 'receives'>,
  outage: boolean,
): Promise<boolean> => {
  if (receives < (outage ? MAX_DELIVERIES_IN_OUTAGE : MAX_DELIVERIES)) return false;
  return (await session.listing.any()).ok;
};
