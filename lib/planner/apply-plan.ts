/** An applying run: claim a generation, plan under it, enqueue what is released. */

import { claimGeneration, resumeRun } from '../state/pointer-store.ts';
import { readRecord } from '../state/read-run.ts';
import {
  type ClaimRequest,
  canResume,
  FENCE_MARGIN_MS,
  type InProgress,
  isSameRoster,
  type RosterVersion,
  type RunPointer,
} from '../state/run-pointer.ts';
import { type AppliedRun, carryOut, ended, endRun, giveUp, type StoredPlan } from './carry-out.ts';
import { findRoster } from './find-roster.ts';
import { makePlan, publish, type Ready, recordOf } from './make-plan.ts';
import { endBlocked, type PlanningRun, plainResult, recordKey, runFields } from './planning-run.ts';
import { resultOf, type SyncResult } from './result.ts';

/** The generation that this run has claimed, and how. */
type Claimed = {
  readonly generation: number;
  readonly mustWait: boolean;
  readonly unsettled: readonly string[];
};

export const claimRequest = (
  { ports, request, startedAt }: PlanningRun,
  roster: ClaimRequest['roster'],
): ClaimRequest => ({
  roster,
  now: startedAt,
  planningTimeoutMs: ports.planningTimeoutMs,
  approve: request.approve,
  planHash: request.planHash,
  triggerId: request.triggerId,
  only: request.only !== undefined,
});

export const busyResult = (run: PlanningRun, { reason, status, refused }: InProgress): SyncResult => {
  // Counted as PlanCompleted so that the no-plan alarm stays quiet while a long run drains. A run that is planning has
  // completed nothing yet, and may never do so.
  if (status === 'draining') run.ports.metrics.add(run.request.account, 'PlanCompleted', 1);
  run.ports.log.info('in progress', { ...runFields(run), reason });
  if (!refused) return plainResult(run, 'in_progress', { error: reason });
  const error = `nothing was done for these addresses, as another run is under way: ${reason}; try again after that`;
  return plainResult(run, 'failed', { error });
};

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
  const { generation, mustWait } = claimed.claim;
  ports.log.info('claimed', { ...runFields(run), generation, mustWait });
  const planned = await planUnderClaim(run, ready, roster, claimed.claim);
  if ('kind' in planned) return planned;
  return await carryOut(run, claimed.held.pointer, planned);
};

/**
 * Goes on with a run whose planner was killed after it had stored its plan: nobody plans again, and the jobs follow that
 * are not in the queue yet. Undefined when there is no such run.
 */
export const resumePlan = async (
  ofTrigger: PlanningRun,
  killed: RunPointer,
  roster: RosterVersion,
): Promise<AppliedRun | undefined> => {
  const { ports, request } = ofTrigger;
  const { account } = request;
  const asked = claimRequest(ofTrigger, roster);
  if (!canResume(killed, asked)) return undefined;
  const run = { ...ofTrigger, runId: killed.runId };
  const record = await readRecord(ports.store, account, run.runId);
  if (record === undefined) return undefined;
  const begun = await resumeRun(ports.store, account, killed, asked);
  if (begun === undefined) return undefined;
  const { generation, jobs } = begun;
  ports.log.info('goes on for a killed planner', { ...runFields(run), generation, jobs });
  const result = resultOf(record, recordKey(record));
  return await carryOut(run, begun, { record, result });
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
      const codes = new Set(made.issues.map(({ code }) => code));
      await endRun(run, generation, 'finished', `blocked: ${[...codes].join(', ')}`);
      return ended(await endBlocked(run, made.issues, { generation, roster: ready.version }));
    }
    const record = recordOf(run, ready, made, generation);
    return { record, result: await publish(run, record) };
  } catch (error) {
    return await giveUp(run, generation, error, false);
  }
};

/** Asked under the claim: whoever uploads a newer roster after this has a trigger of their own, and a newer claim. */
const isCurrent = async ({ ports, request }: PlanningRun, roster: RosterVersion): Promise<boolean> => {
  const search = await findRoster(ports.store, request.account);
  if (search.kind !== 'found') return false;
  await search.roster.release();
  return isSameRoster(search.roster.version, roster);
};
