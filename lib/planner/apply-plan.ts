/** An applying run: claim a generation, plan under it, enqueue what is released. */

import type { Change } from '../domain/change.ts';
import { SECOND_MS } from '../domain/time.ts';
import { errorText } from '../ports/telemetry.ts';
import { updateLedger } from '../state/ledger-store.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import { claimGeneration, readPointer, type StoredPointer, updatePointer } from '../state/pointer-store.ts';
import type { ClaimRequest, InProgress, RosterVersion, RunStatus } from '../state/run-pointer.ts';
import { enqueue } from './enqueue.ts';
import { findRoster } from './find-roster.ts';
import { type MadePlan, makePlan, publish, type Ready, recordOf } from './make-plan.ts';
import { heldNotification } from './notifications.ts';
import { endBlocked, type PlanningRun, plainResult, runFields } from './planning-run.ts';
import type { SyncResult } from './result.ts';

/**
 * A worker may pass the fence just before this run claims its generation. The listing therefore waits for the time-out
 * of that worker's write, and for this long on top: the time between reading the pointer and sending the write.
 */
const FENCE_MARGIN_MS = 5 * SECOND_MS;

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

/** The generation that this run has claimed, and whose account it is about. */
type Claimed = {
  readonly generation: number;
  readonly customerId: string;
  readonly mustWait: boolean;
  readonly unsettled: readonly string[];
};

export const claimRequest = (
  { ports, request }: PlanningRun,
  roster: ClaimRequest['roster'],
): ClaimRequest => ({
  roster,
  now: ports.now(),
  planningTimeoutMs: ports.planningTimeoutMs,
  approve: request.approve,
  planHash: request.planHash,
  triggerId: request.triggerId,
});

export const busyResult = (run: PlanningRun, { reason, status }: InProgress): SyncResult => {
  // Counted as PlanCompleted so that the no-plan alarm stays quiet while a long run drains. A run that is planning has
  // completed nothing yet, and may never do so.
  if (status === 'draining') run.ports.metrics.add(run.request.account, 'PlanCompleted', 1);
  run.ports.log.info('in progress', { ...runFields(run), reason });
  return plainResult(run, 'in_progress', { error: reason });
};

const ended = (result: SyncResult): AppliedRun => ({ kind: 'ended', result });

/** Claims, plans and enqueues. Throws only when the claim itself could not be made: nothing was changed then. */
export const applyPlan = async (run: PlanningRun, ready: Ready): Promise<AppliedRun> => {
  const { ports, request, runId } = run;
  const { customerId } = ready;
  const { rows: _rows, ...roster } = ready.version;
  const claimed = await claimGeneration(
    ports.store,
    { account: request.account, runId, customerId },
    claimRequest(run, roster),
  );
  if ('kind' in claimed) return ended(busyResult(run, claimed));
  const { generation, mustWait, unsettled } = claimed.claim;
  ports.log.info('claimed', { ...runFields(run), generation, mustWait });
  const planned = await planUnderClaim(run, ready, roster, { generation, customerId, mustWait, unsettled });
  if ('kind' in planned) return planned;
  try {
    return ended(await carryOut(run, { generation, customerId }, planned));
  } catch (error) {
    return await giveUp(run, generation, error, true);
  }
};

/** The stored plan of a claimed run. */
type StoredPlan = {
  readonly record: PlanRecord;
  readonly released: readonly Change[];
  readonly result: SyncResult;
};

/** From the claim to the stored plan, or how the run ended without one. */
const planUnderClaim = async (
  run: PlanningRun,
  ready: Ready,
  roster: RosterVersion,
  { generation, mustWait, unsettled }: Claimed,
): Promise<StoredPlan | AppliedRun> => {
  const { ports } = run;
  try {
    if (!(await isCurrent(run, roster))) {
      await endRun(run, generation, 'halted', 'the roster changed while it was read');
      return { kind: 'roster_changed' };
    }
    // Older jobs are void from here on. A write that was on its way has to show in the listing.
    if (mustWait) await ports.sleep(ports.requestTimeoutMs + FENCE_MARGIN_MS);
    const made = await makePlan(run, ready, generation, unsettled);
    if ('issues' in made) {
      await endRun(run, generation, 'finished', 'blocked: the current state could not be trusted');
      return ended(await endBlocked(run, made.issues, { generation, roster: ready.version }));
    }
    return await storePlan(run, ready, made, generation);
  } catch (error) {
    return await giveUp(run, generation, error, false);
  }
};

const storePlan = async (
  run: PlanningRun,
  ready: Ready,
  made: MadePlan,
  generation: number,
): Promise<StoredPlan> => {
  const record = recordOf(run, ready, made, generation);
  return { record, released: made.decided.guarded.released, result: await publish(run, record) };
};

/** The run is halted, not finished: what was enqueued so far is void, and the next trigger may take over at once. */
const giveUp = async (
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

/** Asked under the claim: whoever uploads a newer roster after this has a trigger of their own, and a newer claim. */
const isCurrent = async ({ ports, request }: PlanningRun, roster: RosterVersion): Promise<boolean> => {
  const search = await findRoster(ports.store, request.account);
  if (search.kind !== 'found') return false;
  await search.roster.release();
  const { key, etag } = search.roster.version;
  return key === roster.key && etag === roster.etag;
};

/** Enqueues what is released, if anything; then the pointer says where the run stands. */
const carryOut = async (
  run: PlanningRun,
  { generation, customerId }: Pick<Claimed, 'generation' | 'customerId'>,
  { record, released, result }: StoredPlan,
): Promise<SyncResult> => {
  const { ports } = run;
  if (record.status === 'changed') {
    await endRun(run, generation, 'finished', 'the given plan hash no longer fits');
    return result;
  }
  if (released.length > 0) {
    const end = await enqueue(run, { generation, customerId }, released);
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

/** Told once per hold. It is told before it is noted: a crash in between tells it twice, which beats never. */
const announceHold = async (run: PlanningRun, record: PlanRecord, result: SyncResult): Promise<void> => {
  const { approval, approveCommand, account } = record;
  if (approval === undefined || approveCommand === undefined) return;
  const found = await readPointer(run.ports.store, account);
  if (found?.pointer.announced !== approval) await run.ports.notify(heldNotification(result, approveCommand));
};

/** From `planning` to `draining` or `finished`, unless the worker was quicker and finished or halted the run already. */
const movePointer = (
  { ports, request }: PlanningRun,
  generation: number,
  record: PlanRecord,
  jobs: number,
): Promise<StoredPointer | 'superseded'> =>
  updatePointer(ports.store, request.account, generation, ({ announced: _announced, ...pointer }) => ({
    ...pointer,
    status: pointer.status === 'planning' ? (jobs > 0 ? 'draining' : 'finished') : pointer.status,
    jobs,
    estimatedFinish: record.quota.estimatedFinish,
    updatedAt: new Date(ports.now()).toISOString(),
    // This run's record holds what was recovered from older runs.
    unsettled: [],
    ...(record.approval !== undefined && { announced: record.approval }),
  }));

/** Ends a run that enqueued nothing that counts. The runs that it should have recovered stay in `unsettled`. */
const endRun = async (
  { ports, request }: PlanningRun,
  generation: number,
  status: RunStatus,
  reason: string,
): Promise<void> => {
  const updatedAt = new Date(ports.now()).toISOString();
  await updatePointer(ports.store, request.account, generation, (pointer) => ({
    ...pointer,
    status,
    updatedAt,
    reason,
  }));
};
