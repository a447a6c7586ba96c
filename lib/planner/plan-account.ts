/** The planner: roster and current state in, a plan, its report and its jobs out. One account at a time. */

import type { SyncRequest } from '../plan/decide.ts';
import { errorText } from '../ports/telemetry.ts';
import { DamagedStateError, readPointer } from '../state/pointer-store.ts';
import { claimRun, type RunPointer } from '../state/run-pointer.ts';
import { applyPlan, busyResult, claimRequest } from './apply-plan.ts';
import { checkToken } from './check-token.ts';
import { type FoundRoster, findRoster } from './find-roster.ts';
import { makePlan, publish, type Ready, recordOf } from './make-plan.ts';
import { plannedNotification } from './notifications.ts';
import { beginRun, endBlocked, type PlanningRun, plainResult, runFields } from './planning-run.ts';
import type { PlannerPorts } from './ports.ts';
import type { SyncResult } from './result.ts';

/** A roster that changes again and again is still being worked on: its last upload has a trigger of its own. */
const MAX_ATTEMPTS = 3;

/** Never throws: what goes wrong is in the result. */
export const planAccount = async (request: SyncRequest, deps: PlannerPorts): Promise<SyncResult> => {
  for (let attempt = 1; ; attempt += 1) {
    const session = beginRun(request, deps);
    try {
      const result = await planOnce(session);
      if (result !== 'roster_changed') return result;
      if (attempt === MAX_ATTEMPTS) throw new Error('the roster kept changing while it was read; try again');
    } catch (error) {
      return await fail(session, error);
    }
  }
};

const fail = async (session: PlanningRun, error: unknown): Promise<SyncResult> => {
  const { deps, request } = session;
  if (error instanceof DamagedStateError) {
    // Writing the report may fail as well, for whatever damaged the state.
    const issues = [{ code: 'damaged_state', message: error.message }];
    return await endBlocked(session, issues).catch(() => plainResult(session, 'blocked', { issues }));
  }
  deps.metrics.add(request.account, 'RunFailed', 1);
  deps.log.error('failed', { ...runFields(session), error: errorText(error) });
  return plainResult(session, 'failed', { error: errorText(error), mayPass: true });
};

const absentRoster = (session: PlanningRun, pointer: RunPointer | undefined): SyncResult => {
  const { account, manual } = session.request;
  const message = `there is no rosters/${account}.csv: nothing was changed at Fastly`;
  session.deps.log.warn('no roster', runFields(session));
  if (manual || pointer === undefined) return plainResult(session, 'failed', { error: message });
  return plainResult(session, 'in_sync', { warnings: [message] });
};

const planOnce = async (session: PlanningRun): Promise<SyncResult | 'roster_changed'> => {
  const { deps, request } = session;
  const { account, mode } = request;
  const pointer = (await readPointer(deps.store, account))?.pointer;
  const search = await findRoster(deps.store, account);
  if (search.kind === 'absent') return absentRoster(session, pointer);
  if (search.kind === 'ambiguous') return await endBlocked(session, [search.issue]);
  const busy = mode === 'apply' ? inProgress(session, pointer, search.roster) : undefined;
  if (busy !== undefined) {
    await search.roster.release();
    return busy;
  }
  const { ALLOWED_ROLES, ALLOWED_DOMAINS, MAX_ROSTER_BYTES } = deps.rules;
  const roster = await search.roster.parse({
    allowedRoles: new Set(ALLOWED_ROLES),
    allowedDomains: new Set(ALLOWED_DOMAINS),
    maxBytes: MAX_ROSTER_BYTES,
  });
  deps.metrics.add(account, 'RosterRows', roster.rows);
  const version = { ...search.roster.version, rows: roster.rows };
  if (roster.issues.length > 0)
    return await endBlocked(session, roster.issues, { roster: version, warnings: roster.warnings });
  const checked = await checkToken(session, pointer);
  if ('issues' in checked) return await endBlocked(session, checked.issues, { roster: version });
  const ready: Ready = { ...checked, roster, version, warnings: [...roster.warnings, ...checked.warnings] };
  return mode === 'apply' ? await applyPlan(session, ready) : await showPlan(session, ready, pointer);
};

const inProgress = (
  session: PlanningRun,
  pointer: RunPointer | undefined,
  { version }: FoundRoster,
): SyncResult | undefined => {
  const claim = claimRun(pointer, claimRequest(session, version));
  return claim.kind === 'in_progress' ? busyResult(session, claim.reason) : undefined;
};

const showPlan = async (
  session: PlanningRun,
  ready: Ready,
  pointer: RunPointer | undefined,
): Promise<SyncResult> => {
  const generation = pointer?.generation ?? 0;
  const open = pointer === undefined || pointer.status === 'finished' ? [] : [pointer.runId];
  const drafted = await makePlan(session, ready, generation, [...(pointer?.unsettled ?? []), ...open]);
  if ('issues' in drafted) return await endBlocked(session, drafted.issues, { roster: ready.version });
  const result = await publish(session, recordOf(session, ready, drafted));
  if (!session.request.manual && result.status !== 'in_sync')
    await session.deps.notify(plannedNotification(result));
  return result;
};
