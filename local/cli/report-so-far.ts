/** The report of a run that was halted, or that somebody left: about the jobs that have ended. */

import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readOutcomes, readRecord } from '../../lib/state/read-run.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { makeReport } from '../../lib/worker/finish-run.ts';

/** `now`: milliseconds since 1970 */
export const reportSoFar = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  { runId, generation }: Pick<RunPointer, 'runId' | 'generation'>,
  now: number,
): Promise<RunReport | undefined> => {
  const record = await readRecord(store, account, runId);
  if (record === undefined) return undefined;
  const outcomes = await readOutcomes(store, account, runId);
  const changes = record.changes.filter(({ email }) => outcomes.has(email));
  return makeReport({ ...record, changes }, outcomes, { generation, finishedAt: now });
};
