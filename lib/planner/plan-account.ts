/** The planner: roster and current state in, a plan, its report and its jobs out. One account at a time. */

import type { SyncRequest } from '../plan/decide.ts';
import { errorText } from '../ports/telemetry.ts';
import { DamagedStateError } from '../state/damaged-state.ts';
import { readPointer, updatePointer } from '../state/pointer-store.ts';
import { openRuns, type RunPointer, runInProgress } from '../state/run-pointer.ts';
import { applyPlan, busyResult, claimRequest, resumePlan } from './apply-plan.ts';
import { type AppliedRun, ended } from './carry-out.ts';
import { checkToken } from './check-token.ts';
import { type FoundRoster, findRoster } from './find-roster.ts';
import { makePlan, publish, type Ready, recordOf } from './make-plan.ts';
import { missingRosterNotification, plannedNotification } from './notifications.ts';
import {
  beginRun,
  endBlocked,
  type PlanningRun,
  plainResult,
  rosterRules,
  runFields,
} from './planning-run.ts';
import type { PlannerPorts } from './ports.ts';
import type { SyncResult } from './result.ts';

/** A roster that changes again and again is still being worked on: its last upload has a trigger of its own. */
const MAX_ATTEMPTS = 3;

/** Never throws: what goes wrong is in the result. */
export const planAccount = async (request: SyncRequest, ports: PlannerPorts): Promise<SyncResult> => {
  for (let attempt = 1; ; attempt += 1) {
    const run = beginRun(request, ports);
    const applied = await planOnce(run).catch(
      (error: unknown): AppliedRun => ({ kind: 'failed', planStored: false, error }),
    );
    if (applied.kind === 'ended') return applied.result;
    if (applied.kind === 'failed') return await failed(run, applied);
    if (attempt === MAX_ATTEMPTS) {
      const error = new Error('the roster kept changing while it was read; try again');
      return await failed(run, { planStored: false, error });
    }
  }
};

/**
 * Damaged state blocks the account until a person restores it. Once the plan is stored, every error is a failure: the
 * record of a blocked run would replace the plan that the jobs in the queue belong to.
 */
const failed = async (
  run: PlanningRun,
  { planStored, error }: { readonly planStored: boolean; readonly error: unknown },
): Promise<SyncResult> => {
  const { ports, request } = run;
  if (error instanceof DamagedStateError && !planStored) {
    const issues = [{ code: 'damaged_state', message: error.message }];
    // Writing the report may fail as well, for whatever damaged the state.
    return await endBlocked(run, issues).catch(() => plainResult(run, 'blocked', { issues }));
  }
  ports.metrics.add(request.account, 'RunFailed', 1);
  ports.log.error('failed', { ...runFields(run), error: errorText(error) });
  return plainResult(run, 'failed', { error: errorText(error), mayPass: true });
};

/**
 * Nothing is planned without a roster, as nobody may have meant to cancel everything. It is told once per disappearance;
 * the next run, which needs a roster, forgets that it was told.
 */
const absentRoster = async (run: PlanningRun, pointer: RunPointer | undefined): Promise<SyncResult> => {
  const { ports, request } = run;
  const { account, mode, manual } = request;
  const message = `there is no rosters/${account}.csv: nothing was changed at Fastly`;
  ports.log.warn('no roster', runFields(run));
  if (!manual) {
    ports.metrics.add(account, 'RosterMissing', 1);
    if (pointer?.rosterMissing === undefined)
      await ports.notify(missingRosterNotification(account, pointer?.customerId));
    if (mode === 'apply' && pointer !== undefined)
      await updatePointer(ports.store, account, pointer, (current) =>
        current.rosterMissing ? undefined : { ...current, rosterMissing: true },
      );
  }
  if (manual || pointer === undefined) return plainResult(run, 'failed', { error: message });
  return plainResult(run, 'in_sync', { warnings: [message] });
};

/** One attempt, with the roster as it is now. */
const planOnce = async (run: PlanningRun): Promise<AppliedRun> => {
  const pointer = (await readPointer(run.ports.store, run.request.account))?.pointer;
  const prepared = await prepare(run, pointer);
  if ('kind' in prepared) return prepared;
  if (run.request.mode === 'apply') return await applyPlan(run, prepared);
  return ended(await showPlan(run, prepared, pointer));
};

/** Roster and token, read and trusted; or how the run ended when there is nothing to plan. */
const prepare = async (run: PlanningRun, pointer: RunPointer | undefined): Promise<Ready | AppliedRun> => {
  const { ports, request } = run;
  const { account, mode } = request;
  const search = await findRoster(ports.store, account);
  if (search.kind === 'absent') return ended(await absentRoster(run, pointer));
  if (search.kind === 'ambiguous') return ended(await endBlocked(run, [search.issue]));
  const begun = mode === 'apply' ? await alreadyBegun(run, pointer, search.roster) : undefined;
  if (begun !== undefined) {
    await search.roster.release();
    return begun;
  }
  const roster = await search.roster.parse(rosterRules(ports.rules));
  ports.metrics.add(account, 'RosterRows', roster.rows);
  const version = { ...search.roster.version, rows: roster.rows };
  if (roster.issues.length > 0)
    return ended(await endBlocked(run, roster.issues, { roster: version, warnings: roster.warnings }));
  const checked = await checkToken(run, pointer);
  if ('issues' in checked) return ended(await endBlocked(run, checked.issues, { roster: version }));
  return { ...checked, roster, version, warnings: [...roster.warnings, ...checked.warnings] };
};

/** Another run does what is asked for, or a killed one did and goes on. */
const alreadyBegun = async (
  run: PlanningRun,
  pointer: RunPointer | undefined,
  { version }: FoundRoster,
): Promise<AppliedRun | undefined> => {
  if (pointer === undefined) return undefined;
  const busy = runInProgress(pointer, claimRequest(run, version));
  return busy === undefined ? await resumePlan(run, pointer, version) : ended(busyResult(run, busy));
};

const showPlan = async (
  run: PlanningRun,
  ready: Ready,
  pointer: RunPointer | undefined,
): Promise<SyncResult> => {
  const generation = pointer?.generation ?? 0;
  const made = await makePlan(run, ready, generation, openRuns(pointer));
  if ('issues' in made) return await endBlocked(run, made.issues, { roster: ready.version });
  const result = await publish(run, recordOf(run, ready, made));
  if (!run.request.manual && result.status !== 'in_sync') await run.ports.notify(plannedNotification(result));
  return result;
};
