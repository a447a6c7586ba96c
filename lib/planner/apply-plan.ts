/** An applying run: claim a generation, plan under it, enqueue what is released. */

import type { Change } from '../domain/change.ts';
import { errorText } from '../ports/telemetry.ts';
import { updateLedger } from '../state/ledger-store.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import { claimGeneration, readPointer, type StoredPointer, updatePointer } from '../state/pointer-store.ts';
import type { ClaimRequest, RosterVersion, RunStatus } from '../state/run-pointer.ts';
import { enqueue } from './enqueue.ts';
import { findRoster } from './find-roster.ts';
import { makePlan, publish, type Ready, recordOf } from './make-plan.ts';
import { heldNotification } from './notifications.ts';
import { endBlocked, type PlanningRun, plainResult, runFields } from './planning-run.ts';
import type { SyncResult } from './result.ts';

/** Reading the pointer and starting a write are not one instant; this covers what lies between. */
const FENCE_MARGIN_MS = 5000;

export const claimRequest = (
  { deps, request }: PlanningRun,
  roster: ClaimRequest['roster'],
): ClaimRequest => ({
  roster,
  now: deps.now(),
  planningTimeoutMs: deps.planningTimeoutMs,
  approve: request.approve,
  planHash: request.planHash,
});

export const busyResult = (session: PlanningRun, reason: string): SyncResult => {
  // A plan exists and is being worked off: a sign of life, for as long as that takes.
  session.deps.metrics.add(session.request.account, 'PlanCompleted', 1);
  session.deps.log.info('in progress', { ...runFields(session), reason });
  return plainResult(session, 'in_progress', { error: reason });
};

/**
 * `roster_changed`: since it was read, another planner may have claimed and carried out a newer roster, and this run
 * would undo that. Nothing was planned; begin again.
 */
export const applyPlan = async (
  session: PlanningRun,
  ready: Ready,
): Promise<SyncResult | 'roster_changed'> => {
  const { deps, request, runId } = session;
  const run = { account: request.account, runId, customerId: ready.customerId };
  const { rows: _rows, ...roster } = ready.version;
  const claimed = await claimGeneration(deps.store, run, claimRequest(session, roster));
  if ('kind' in claimed) return busyResult(session, claimed.reason);
  const { generation, mustWait, unsettled } = claimed.claim;
  deps.log.info('claimed', { ...runFields(session), generation, mustWait });
  let published = false;
  try {
    if (!(await isCurrent(session, roster))) {
      await close(session, generation, 'halted', 'the roster changed while it was read');
      return 'roster_changed';
    }
    // Older jobs are void from here on; one that was just being written has to show in the listing.
    if (mustWait) await deps.sleep(deps.requestTimeoutMs + FENCE_MARGIN_MS);
    const drafted = await makePlan(session, ready, generation, unsettled);
    if ('issues' in drafted) {
      await close(session, generation, 'finished', 'blocked: the current state could not be trusted');
      return await endBlocked(session, drafted.issues, { generation, roster: ready.version });
    }
    const record = recordOf(session, ready, drafted, generation);
    const result = await publish(session, record);
    published = true;
    const { customerId } = ready;
    return await carryOut(
      session,
      { generation, customerId },
      record,
      drafted.decided.guarded.released,
      result,
    );
  } catch (error) {
    // Halted, not finished: what was enqueued so far is void, and the next trigger may take over at once.
    await close(session, generation, 'halted', `planning failed: ${errorText(error)}`).catch(() => undefined);
    // Failed, whatever the error: the record of a blocked run would replace the plan that the jobs belong to.
    throw published ? new Error(errorText(error), { cause: error }) : error;
  }
};

/** Asked under the claim: whoever uploads a newer roster after this has its own trigger, and a newer claim. */
const isCurrent = async ({ deps, request }: PlanningRun, roster: RosterVersion): Promise<boolean> => {
  const search = await findRoster(deps.store, request.account);
  if (search.kind !== 'found') return false;
  await search.roster.release();
  const { key, etag } = search.roster.version;
  return key === roster.key && etag === roster.etag;
};

/** Jobs for what is released, or nothing to do; then the pointer says where the run stands. */
const carryOut = async (
  session: PlanningRun,
  { generation, customerId }: { readonly generation: number; readonly customerId: string },
  record: PlanRecord,
  released: readonly Change[],
  result: SyncResult,
): Promise<SyncResult> => {
  const { deps } = session;
  if (record.status === 'changed') {
    await close(session, generation, 'finished', 'the given plan hash no longer fits');
    return result;
  }
  if (released.length > 0) {
    const end = await enqueue(session, { generation, customerId }, released);
    if (end === 'superseded') return { ...result, status: 'superseded' };
    if (end === 'halted')
      return { ...result, status: 'failed', error: 'the worker halted the run while its jobs were enqueued' };
  } else if (changesLedger(record)) await updateLedger(deps.store, record, new Map(), generation);
  await announceHold(session, record, result);
  const settled = await settlePointer(session, generation, record, released.length);
  return settled === 'superseded' ? { ...result, status: 'superseded' } : result;
};

const changesLedger = ({ ledger }: PlanRecord): boolean =>
  Object.keys(ledger.recovered).length > 0 || ledger.forgotten.length > 0;

/** Once per hold. Told before it is noted: a crash in between tells it twice, which beats never. */
const announceHold = async (session: PlanningRun, record: PlanRecord, result: SyncResult): Promise<void> => {
  const { approval, approveCommand, account } = record;
  if (approval === undefined || approveCommand === undefined) return;
  const found = await readPointer(session.deps.store, account);
  if (found?.pointer.announced !== approval)
    await session.deps.notify(heldNotification(result, approveCommand));
};

/** From `planning` to `draining` or `finished`; the worker may have been quicker and finished or halted the run already. */
const settlePointer = (
  { deps, request }: PlanningRun,
  generation: number,
  record: PlanRecord,
  jobs: number,
): Promise<StoredPointer | 'superseded'> =>
  updatePointer(deps.store, request.account, generation, ({ announced: _announced, ...pointer }) => ({
    ...pointer,
    status: pointer.status === 'planning' ? (jobs > 0 ? 'draining' : 'finished') : pointer.status,
    jobs,
    estimatedFinish: record.quota.estimatedFinish,
    updatedAt: new Date(deps.now()).toISOString(),
    // What older runs left open is in this run's record now.
    unsettled: [],
    ...(record.approval !== undefined && { announced: record.approval }),
  }));

/** Ends a run that enqueued nothing. What older runs left unsettled stays so. */
const close = async (
  session: PlanningRun,
  generation: number,
  status: RunStatus,
  reason: string,
): Promise<void> => {
  const { deps, request } = session;
  const updatedAt = new Date(deps.now()).toISOString();
  await updatePointer(deps.store, request.account, generation, (pointer) => ({
    ...pointer,
    status,
    updatedAt,
    reason,
  }));
};
