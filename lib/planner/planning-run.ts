/** One run of the planner for one account: what all its steps share. */

import type { Rules } from '../domain/config.ts';
import type { Issue } from '../domain/issue.ts';
import type { PlanStatus, SyncRequest } from '../plan/decide.ts';
import { UNKNOWN_ADDRESS } from '../plan/only.ts';
import { NOBODY_LEFT_ALONE } from '../plan/plan.ts';
import type { Fields } from '../ports/telemetry.ts';
import type { RosterRules } from '../roster/parse-roster.ts';
import { runPrefix } from '../state/keys.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import { blockedNotification } from './notifications.ts';
import type { PlannerPorts } from './ports.ts';
import { bareResult, NO_COUNTS, resultOf, type SyncResult } from './result.ts';

export type PlanningRun = {
  readonly ports: PlannerPorts;
  readonly request: SyncRequest;
  readonly runId: string;
  /** Milliseconds since 1970 */
  readonly startedAt: number;
};

/** What a roster of this deployment may have. */
export const rosterRules = ({ ALLOWED_ROLES, ALLOWED_DOMAINS, MAX_ROSTER_BYTES }: Rules): RosterRules => ({
  allowedRoles: new Set(ALLOWED_ROLES),
  allowedDomains: new Set(ALLOWED_DOMAINS),
  maxBytes: MAX_ROSTER_BYTES,
});

/** The time in front makes ids sort by age; the random end tells apart two planners that start in the same second. */
const newRunId = (now: number, random: () => number): string => {
  const second = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const suffix = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  return `${second}Z-${suffix}`;
};

export const beginRun = (request: SyncRequest, ports: PlannerPorts): PlanningRun => {
  const startedAt = ports.now();
  return { ports, request, runId: newRunId(startedAt, ports.random), startedAt };
};

export const runFields = ({ request, runId }: PlanningRun): Fields => ({ account: request.account, runId });

export const recordKey = ({ account, runId }: Pick<PlanRecord, 'account' | 'runId'>): string =>
  `${runPrefix(account, runId)}plan.json`;

/**
 * Writes the files of the plan report and returns the key of `plan.json`. That file is the record which `finish` and
 * later runs rely on, so `renderPlan` gives it first.
 */
export const storeRecord = async ({ ports }: PlanningRun, record: PlanRecord): Promise<string> => {
  const prefix = runPrefix(record.account, record.runId);
  for (const { name, content } of ports.renderPlan(record))
    await ports.store.write(`${prefix}${name}`, content);
  return recordKey(record);
};

/** The record of a run without a plan. */
export const emptyRecord = (
  { request, runId, startedAt, ports }: PlanningRun,
  status: PlanStatus,
): PlanRecord => ({
  version: 1,
  account: request.account,
  runId,
  mode: request.mode,
  ...(request.trigger !== undefined && { trigger: request.trigger }),
  ...(request.only !== undefined && { only: request.only }),
  status,
  createdAt: new Date(startedAt).toISOString(),
  counts: NO_COUNTS,
  guards: [],
  held: [],
  changes: [],
  ...NOBODY_LEFT_ALONE,
  liveInvitations: 0,
  lookAlikes: [],
  leftOut: [],
  issues: [],
  warnings: [],
  quota: {
    writes: 0,
    perHour: ports.rules.RATE_LIMIT_PER_HOUR,
    estimatedFinish: new Date(startedAt).toISOString(),
  },
  ledger: { recovered: {}, forgotten: [] },
});

/** Ends a run whose roster, token or listing can't be trusted: a report, metrics, a notification, and no change. */
export const endBlocked = async (
  run: PlanningRun,
  issues: readonly Issue[],
  more: Partial<Pick<PlanRecord, 'generation' | 'roster' | 'warnings'>> = {},
): Promise<SyncResult> => {
  const { ports, request } = run;
  const { account } = request;
  // Whoever mistypes an address has the answer at once: nobody else has to be told.
  const isAlarming = issues.some(({ code }) => code !== UNKNOWN_ADDRESS);
  if (isAlarming) {
    ports.metrics.add(account, 'RosterIssues', issues.length);
    ports.metrics.add(account, 'RunBlocked', 1);
  }
  const record: PlanRecord = { ...emptyRecord(run, 'blocked'), ...more, issues };
  const result = resultOf(record, await storeRecord(run, record));
  ports.log.error('blocked', { ...runFields(run), issues: issues.length, code: issues[0]?.code });
  if (isAlarming) await ports.notify(blockedNotification(result));
  return result;
};

export const plainResult = (
  { request, runId }: PlanningRun,
  status: SyncResult['status'],
  more: Partial<SyncResult> = {},
): SyncResult => bareResult(request.account, runId, status, more);
