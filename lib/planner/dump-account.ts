/** The mode `dump`: the account as it is, as a roster. Nothing is changed, and no roster is needed. */

import type { SyncRequest } from '../plan/decide.ts';
import { dumpRoster } from '../plan/dump.ts';
import { errorText } from '../ports/telemetry.ts';
import { DamagedStateError } from '../state/damaged-state.ts';
import { dumpKey } from '../state/keys.ts';
import { readLedger } from '../state/ledger-store.ts';
import { readPointer } from '../state/pointer-store.ts';
import { recoverRuns } from '../state/recover-runs.ts';
import { openRuns } from '../state/run-pointer.ts';
import { checkToken } from './check-token.ts';
import { readCurrent } from './make-plan.ts';
import { beginRun, type PlanningRun, plainResult, rosterRules, runFields } from './planning-run.ts';
import type { PlannerPorts } from './ports.ts';
import { NO_COUNTS, type SyncResult } from './result.ts';

const dump = async (run: PlanningRun): Promise<SyncResult> => {
  const { ports, request, runId } = run;
  const { account } = request;
  const pointer = (await readPointer(ports.store, account))?.pointer;
  const checked = await checkToken(run, pointer);
  if ('issues' in checked) return plainResult(run, 'blocked', { issues: checked.issues });
  const stored = await readLedger(ports.store, account);
  const current = await readCurrent(checked);
  if ('issues' in current) return plainResult(run, 'blocked', { issues: current.issues });
  const generation = pointer?.generation ?? 0;
  const { invitations } = current;
  const { ledger } = await recoverRuns(
    ports.store,
    account,
    openRuns(pointer),
    stored.ledger,
    invitations,
    generation,
  );
  const time = { ttlDays: ports.rules.INVITATION_TTL_DAYS, now: ports.now() };
  const dumped = await dumpRoster(current, ledger, rosterRules(ports.rules), time);
  const report = dumpKey(account, runId);
  await ports.store.write(report, dumped.content);
  ports.log.info('dumped', {
    ...runFields(run),
    members: dumped.members,
    invitations: dumped.invitations,
  });
  return plainResult(run, 'dumped', {
    counts: { ...NO_COUNTS, keep: dumped.invitations, member: dumped.members },
    warnings: [...checked.warnings, ...dumped.warnings],
    report,
  });
};

/** Never throws: what goes wrong is in the result. */
export const dumpAccount = async (request: SyncRequest, ports: PlannerPorts): Promise<SyncResult> => {
  const run = beginRun(request, ports);
  try {
    return await dump(run);
  } catch (error) {
    if (error instanceof DamagedStateError)
      return plainResult(run, 'blocked', { issues: [{ code: 'damaged_state', message: error.message }] });
    ports.log.error('failed', { ...runFields(run), error: errorText(error) });
    return plainResult(run, 'failed', { error: errorText(error), mayPass: true });
  }
};
