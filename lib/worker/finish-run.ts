/** The `finish` job: the run's outcomes become its report and enter the ledger; then the run is over. Safe to repeat. */

import type { Email } from '../domain/invitation.ts';
import type { FinishJob } from '../domain/job.ts';
import { needsAttention, type Outcome, REPORTED_RESULTS } from '../domain/outcome.ts';
import { errorText } from '../ports/telemetry.ts';
import { runPrefix } from '../state/keys.ts';
import { updateLedger } from '../state/ledger-store.ts';
import { type PlanRecord, type RecordedChange, releasedChanges } from '../state/plan-record.ts';
import { readPointer, updatePointer } from '../state/pointer-store.ts';
import { readOutcomes, readRecord } from '../state/read-run.ts';
import { isRunOf } from '../state/run-pointer.ts';
import type { ReportedOutcome, RunReport } from '../state/run-report.ts';
import { finishedNotification } from './notifications.ts';
import type { WorkerPorts } from './ports.ts';

const roleOf = (change: RecordedChange): string | undefined =>
  change.action === 'delete' ? undefined : (change.access.role ?? change.access.roles?.join(';'));

const reportOutcomes = (record: PlanRecord, outcomes: ReadonlyMap<Email, Outcome>): ReportedOutcome[] =>
  releasedChanges(record).map((change) => {
    const { action, email, reason } = change;
    const role = roleOf(change);
    const planned = { action, email, reason, ...(role !== undefined && { role }) };
    const outcome = outcomes.get(email);
    if (outcome === undefined) return { ...planned, result: 'unknown' };
    const { result, at, detail, interrupted } = outcome;
    return {
      ...planned,
      result,
      at,
      ...(detail !== undefined && { detail }),
      ...(interrupted && { interrupted }),
    };
  });

const countResults = (outcomes: readonly ReportedOutcome[]): Record<string, number> => {
  const counts: Record<string, number> = Object.fromEntries(REPORTED_RESULTS.map((result) => [result, 0]));
  for (const { result } of outcomes) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
};

/** Also of a run that is not over: jobs without an outcome are `unknown` in it. */
export const makeReport = (
  record: PlanRecord,
  outcomes: ReadonlyMap<Email, Outcome>,
  run: { readonly generation: number; readonly finishedAt: number },
): RunReport => {
  const reported = reportOutcomes(record, outcomes);
  return {
    version: 1,
    account: record.account,
    runId: record.runId,
    generation: run.generation,
    startedAt: record.createdAt,
    finishedAt: new Date(run.finishedAt).toISOString(),
    durationSeconds: Math.max(0, Math.round((run.finishedAt - Date.parse(record.createdAt)) / 1000)),
    counts: countResults(reported),
    outcomes: reported,
    held: record.held,
    ...(record.approval !== undefined && { approval: record.approval }),
    ...(record.approveCommand !== undefined && { approveCommand: record.approveCommand }),
    leftOut: record.leftOut,
    waiting: record.waiting,
  };
};

/** Returns the report's key. */
const storeReport = async (ports: WorkerPorts, report: RunReport): Promise<string> => {
  const prefix = runPrefix(report.account, report.runId);
  for (const { name, content } of ports.renderReport(report))
    await ports.store.write(`${prefix}${name}`, content);
  return `${prefix}report.json`;
};

/**
 * Lets plan.html say that the run is over. Nothing depends on that page, and a record of an older version may lack what it
 * shows: then the page stays as it was.
 */
const markPlanFinished = async (ports: WorkerPorts, report: RunReport, record: PlanRecord): Promise<void> => {
  const { account, runId, finishedAt } = report;
  try {
    const { name, content } = ports.renderFinishedPlan(record, finishedAt);
    await ports.store.write(`${runPrefix(account, runId)}${name}`, content);
  } catch (error) {
    ports.log.warn('plan.html stays as it was', { account, runId, error: errorText(error) });
  }
};

const notifyIfNeeded = async (ports: WorkerPorts, report: RunReport, key: string): Promise<void> => {
  if (report.outcomes.some(needsAttention)) await ports.notify(finishedNotification(report, key));
};

/**
 * Does nothing for a run that was halted, finished before, or replaced by a newer one. Throws when something could not be
 * read or stored; the message then has to be delivered again.
 */
export const finishRun = async (job: FinishJob, ports: WorkerPorts): Promise<void> => {
  const { account, runId, generation } = job;
  const pointer = (await readPointer(ports.store, account))?.pointer;
  if (!isRunOf(pointer, job) || pointer.status === 'halted' || pointer.status === 'finished') return;
  // The record last: while it is there, nobody has removed what the run stored, and no outcome is missing.
  const outcomes = await readOutcomes(ports.store, account, runId);
  const record = await readRecord(ports.store, account, runId);
  if (record === undefined)
    throw new Error(`${runPrefix(account, runId)}plan.json is missing: restore it from an older version`);
  const report = makeReport(record, outcomes, { generation, finishedAt: ports.now() });
  const key = await storeReport(ports, report);
  await markPlanFinished(ports, report, record);
  await updateLedger(ports.store, record, outcomes, generation);
  await notifyIfNeeded(ports, report, key);
  await updatePointer(ports.store, account, job, (current) => ({
    ...current,
    status: 'finished',
    updatedAt: report.finishedAt,
    unsettled: [],
  }));
  ports.metrics.add(account, 'RunFinished', 1);
  ports.log.info('finished', {
    account,
    runId,
    generation,
    ...report.counts,
    seconds: report.durationSeconds,
  });
};
