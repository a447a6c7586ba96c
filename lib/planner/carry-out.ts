/** A stored plan becomes jobs; then the run pointer says where the run stands. */

import { errorText } from '../ports/telemetry.ts';
import { updateLedger } from '../state/ledger-store.ts';
import { type PlanRecord, releasedChanges } from '../state/plan-record.ts';
import { readPointer, type StoredPointer, updatePointer } from '../state/pointer-store.ts';
import type { RunStatus } from '../state/run-pointer.ts';
import { type EnqueuedRun, enqueue } from './enqueue.ts';
import { heldNotification } from './notifications.ts';
import { type PlanningRun, runFields } from './planning-run.ts';
import type { SyncResult } from './result.ts';

/**
 * How an applying run ended.
 *
 * - `ended` the result is the answer
 * - `roster_changed` another planner may have claimed and carried out a newer roster since this one was read, and this
 *   run would undo that. Nothing was planned: begin again.
 * - `failed` with the error, and whether the plan was stored before it
 */
export type AppliedRun =
  | { readonly kind: 'ended'; readonly result: SyncResult }
  | { readonly kind: 'roster_changed' }
  | { readonly kind: 'failed'; readonly planStored: boolean; readonly error: unknown };

export const ended = (result: SyncResult): AppliedRun => ({ kind: 'ended', result });

/** The stored plan of a claimed run. */
export type StoredPlan = { readonly record: PlanRecord; readonly result: SyncResult };

/** Enqueues what the plan releases. Never throws. */
export const carryOut = async (
  run: PlanningRun,
  begun: EnqueuedRun,
  planned: StoredPlan,
): Promise<AppliedRun> => {
  try {
    return ended(await enqueueReleased(run, begun, planned));
  } catch (error) {
    return await giveUp(run, begun.generation, error, true);
  }
};

/** Enqueues what is released, if anything; then the pointer says where the run stands. */
const enqueueReleased = async (
  run: PlanningRun,
  begun: EnqueuedRun,
  { record, result }: StoredPlan,
): Promise<SyncResult> => {
  const { ports } = run;
  const { generation } = begun;
  if (record.status === 'changed') {
    await endRun(run, generation, 'finished', 'the given plan hash no longer fits');
    return result;
  }
  const released = releasedChanges(record);
  if (released.length > 0) {
    const end = await enqueue(run, begun, released);
    if (end === 'superseded') return { ...result, status: 'superseded' };
    if (end === 'halted')
      return { ...result, status: 'failed', error: 'the worker halted the run while its jobs were enqueued' };
  } else if (changesLedger(record)) await updateLedger(ports.store, record, new Map(), generation);
  await announceHold(run, record, result);
  const moved = await movePointer(run, generation, record, released.length);
  return moved === 'superseded' ? { ...result, status: 'superseded' } : result;
};

const changesLedger = ({ ledger }: PlanRecord): boolean =>
  Object.keys(ledger.recovered).length > 0 || ledger.forgotten.length > 0;

/**
 * Told once per hold. It is told before it is noted, and told if nobody can read whether it was: twice beats never. The
 * jobs are in the queue by now, so a pointer that can't be read must not fail the run.
 */
const announceHold = async (run: PlanningRun, record: PlanRecord, result: SyncResult): Promise<void> => {
  const { approval, approveCommand, account, only } = record;
  // Whoever named addresses has the answer at once, and a notification must not contain them.
  if (only !== undefined) return;
  if (approval === undefined || approveCommand === undefined) return;
  const found = await readPointer(run.ports.store, account).catch((error: unknown) => {
    const fields = { ...runFields(run), error: errorText(error) };
    run.ports.log.warn('whether the hold was announced could not be read', fields);
    return undefined;
  });
  if (found?.pointer.announced !== approval) await run.ports.notify(heldNotification(result, approveCommand));
};

/** The approval last asked for in a notification. A plan for some addresses says nothing about those of the whole plan. */
const announced = ({ only, approval }: PlanRecord, before: string | undefined): { announced?: string } => {
  const now = only === undefined ? approval : before;
  return now === undefined ? {} : { announced: now };
};

/** From `planning` to `draining` or `finished`, unless the worker was quicker and finished or halted the run already. */
const movePointer = (
  { ports, request, runId }: PlanningRun,
  generation: number,
  record: PlanRecord,
  jobs: number,
): Promise<StoredPointer | 'superseded'> =>
  updatePointer(ports.store, request.account, { generation, runId }, ({ announced: before, ...pointer }) => ({
    ...pointer,
    status: pointer.status === 'planning' ? (jobs > 0 ? 'draining' : 'finished') : pointer.status,
    jobs,
    estimatedFinish: record.quota.estimatedFinish,
    updatedAt: new Date(ports.now()).toISOString(),
    // This run's record holds what was recovered from older runs.
    unsettled: [],
    ...announced(record, before),
  }));

/**
 * Ends a run that enqueued nothing that counts. The runs that it should have recovered stay in `unsettled`. The pointer
 * stays as it is when another planner went on with the run, or the run is not `planning` any more.
 */
export const endRun = async (
  { ports, request, runId, startedAt }: PlanningRun,
  generation: number,
  status: RunStatus,
  reason: string,
): Promise<void> => {
  const updatedAt = new Date(ports.now()).toISOString();
  await updatePointer(ports.store, request.account, { generation, runId }, (pointer) =>
    pointer.status === 'planning' && Date.parse(pointer.startedAt) === startedAt
      ? { ...pointer, status, updatedAt, reason }
      : undefined,
  );
};

/** The run is halted, not finished: what was enqueued so far is void, and the next trigger may take over at once. */
export const giveUp = async (
  run: PlanningRun,
  generation: number,
  error: unknown,
  planStored: boolean,
): Promise<AppliedRun> => {
  const reason = `planning failed: ${errorText(error)}`;
  await endRun(run, generation, 'halted', reason).catch((closing: unknown) => {
    run.ports.log.error('the run could not be halted', { ...runFields(run), error: errorText(closing) });
  });
  return { kind: 'failed', planStored, error };
};
