/** The report of a run that was halted, or that somebody left: about the jobs that have ended. */

import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
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
): Promise<{ readonly report: RunReport; readonly record: PlanRecord } | undefined> => {
  const record = await readRecord(store, account, runId);
  if (record === undefined) return undefined;
  const outcomes = await readOutcomes(store, account, runId);
  const changes = record.changes.filter(({ email }) => outcomes.has(email));
  return { report: makeReport({ ...record, changes }, outcomes, { generation, finishedAt: now }), record };
};
