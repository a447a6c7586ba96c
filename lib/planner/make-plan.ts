/** A run's plan: from the current state to the stored and counted record. */

import type { Issue } from '../domain/issue.ts';
import { type Decided, decide } from '../plan/decide.ts';
import { countHeld } from '../plan/guards.ts';
import { unknownAddresses } from '../plan/only.ts';
import { type FastlyReader, type FastlyState, mayPass, readFastlyState } from '../ports/fastly.ts';
import type { Roster } from '../roster/parse-roster.ts';
import { readLedger } from '../state/ledger-store.ts';
import type { LedgerUpdate, PlanRecord } from '../state/plan-record.ts';
import { recoverRuns } from '../state/recover-runs.ts';
import { emptyRecord, type PlanningRun, runFields, storeRecord } from './planning-run.ts';
import { resultOf, type SyncResult } from './result.ts';

/** All that a plan needs but the current state. */
export type Ready = {
  readonly fastly: FastlyReader;
  readonly customerId: string;
  readonly roster: Roster;
  readonly version: NonNullable<PlanRecord['roster']>;
  readonly warnings: readonly string[];
};

export type MadePlan = { readonly decided: Decided; readonly ledger: LedgerUpdate };

/** What Fastly has; `issues` are for a person. Throws for a list that could not be read now and may be readable later. */
export const readCurrent = async ({
  fastly,
  customerId,
}: Pick<Ready, 'fastly' | 'customerId'>): Promise<FastlyState | { readonly issues: readonly Issue[] }> => {
  const current = await readFastlyState(fastly, customerId);
  if (current.ok) return current.value;
  const { kind, message } = current.failure;
  if (mayPass(current.failure)) throw new Error(message);
  return { issues: [{ code: `listing_${kind}`, message: `Fastly's list can't be trusted: ${message}` }] };
};

/**
 * Reads the current state and decides. Changes nothing. Throws for a list that could not be read now and may be readable
 * later; `issues` are for a person.
 */
export const makePlan = async (
  { ports, request, runId }: PlanningRun,
  ready: Ready,
  generation: number,
  unsettled: readonly string[],
): Promise<MadePlan | { readonly issues: readonly Issue[] }> => {
  const stored = await readLedger(ports.store, request.account);
  const current = await readCurrent(ready);
  if ('issues' in current) return current;
  const { only = [], resend = false, triggerId = runId } = request;
  const unknown = unknownAddresses(only, resend, ready.roster.entries, current);
  if (unknown.length > 0) return { issues: unknown };
  const { invitations } = current;
  const { store } = ports;
  const { ledger, recovered, resends } = await recoverRuns(
    store,
    request.account,
    unsettled,
    stored.ledger,
    invitations,
    generation,
  );
  const asked = resend ? only.map((email) => [email, triggerId] as const) : [];
  const read = {
    roster: ready.roster,
    current,
    ledger,
    resend: new Map([...resends, ...asked]),
  };
  const decided = decide(request, ports.rules, read, ports.now());
  return { decided, ledger: { recovered: Object.fromEntries(recovered), forgotten: decided.plan.forgotten } };
};

export const recordOf = (
  run: PlanningRun,
  ready: Ready,
  { decided, ledger }: MadePlan,
  generation?: number,
): PlanRecord => {
  const { plan, guarded, approval } = decided;
  const held = new Set(guarded.held);
  const { account, only, resend, prune } = run.request;
  return {
    ...emptyRecord(run, decided.status),
    ...(generation !== undefined && { generation }),
    roster: ready.version,
    planHash: decided.planHash,
    ...(approval !== undefined && {
      approval,
      approveCommand: run.ports.approveCommand(account, approval, {
        ...(prune !== undefined && { prune }),
        ...(only !== undefined && { only }),
        ...(resend !== undefined && { resend }),
      }),
    }),
    counts: decided.counts,
    guards: guarded.readings,
    held: guarded.holds,
    changes:
      held.size === 0
        ? plan.changes
        : plan.changes.map((change) => (held.has(change) ? { ...change, held: true as const } : change)),
    kept: plan.kept,
    members: plan.members,
    waiting: plan.waiting,
    drift: plan.drift,
    shownDifferently: plan.shownDifferently,
    moving: plan.moving,
    unlistedMembers: plan.unlistedMembers,
    spared: plan.spared,
    liveInvitations: plan.liveInvitations,
    lookAlikes: decided.lookAlikes,
    leftOut: ready.roster.leftOut,
    warnings: [...ready.warnings, ...decided.warnings],
    quota: decided.quota,
    ledger,
  };
};

/** Stores the record and counts it. */
export const publish = async (run: PlanningRun, record: PlanRecord): Promise<SyncResult> => {
  const { metrics, log } = run.ports;
  const { account, counts } = record;
  const result = resultOf(record, await storeRecord(run, record));
  metrics.add(account, 'PlannedCreates', counts.create);
  metrics.add(account, 'PlannedDeletes', counts.delete);
  metrics.add(account, 'PlannedReplaces', counts.replace);
  metrics.add(account, 'HeldChanges', countHeld(record.held));
  metrics.add(account, 'PlanCompleted', 1);
  log.info('planned', {
    ...runFields(run),
    status: record.status,
    ...counts,
    planHash: record.planHash,
  });
  return result;
};
