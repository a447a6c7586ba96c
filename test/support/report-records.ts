/** Plan records and run reports of any size, as the planner and the worker would write them. */

import { type Change, summarize } from '../../lib/domain/change.ts';
import { type Access, normalizeEmail } from '../../lib/domain/invitation.ts';
import { OUTCOME_RESULTS } from '../../lib/domain/outcome.ts';
import { estimateFinish } from '../../lib/domain/quota.ts';
import { type GuardLimits, guardPlan } from '../../lib/plan/guards.ts';
import { NOBODY_LEFT_ALONE } from '../../lib/plan/plan.ts';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { type PlanRecord, releasedChanges } from '../../lib/state/plan-record.ts';
import type { ReportedOutcome, RunReport } from '../../lib/state/run-report.ts';

const CREATED_AT = '2026-11-23T09:12:40.000Z';
const LIMITS = { maxCreates: 500, maxDeletes: 50, maxReplaces: 50, maxChangePercent: 25, percentFloor: 10 };

const FROM = {
  role: 'billing',
  limitServices: false,
  createdAt: '2026-11-20T08:00:00.000Z',
  expiresAt: '2026-11-27T08:00:00.000Z',
};

const digits = (index: number): string => String(index).padStart(6, '0');
const invitationId = (index: number): string => `5Uk3hNqL0aZbT${digits(index)}`;

const accessOf = (index: number): Access =>
  index % 3 === 0
    ? { role: 'user', limitServices: false, services: [] }
    : {
        role: 'engineer',
        limitServices: true,
        services: [{ id: '6yrrdleXQ9QDtum9rMB0nr', permission: index % 2 === 0 ? 'purge_all' : 'read_only' }],
      };

/** One in ten replaces (half of them expired), one in fifty deletes, the rest creates; in a plan's order. */
export const changesOf = (
  count: number,
  email = (index: number) => `person-${digits(index)}@example.com`,
) => {
  const changes = { delete: [] as Change[], replace: [] as Change[], create: [] as Change[] };
  for (let index = 0; index < count; index += 1) {
    const who = { email: normalizeEmail(email(index)) };
    const invitationIds = [invitationId(index)];
    const from = [FROM];
    if (index % 50 === 7)
      changes.delete.push({
        ...who,
        action: 'delete',
        invitationIds,
        from,
        reason: 'not_in_roster',
        live: 1,
      });
    else if (index % 10 === 3) {
      const changed = index % 20 === 3;
      changes.replace.push({
        ...who,
        action: 'replace',
        access: accessOf(index),
        invitationIds,
        from,
        reason: changed ? 'changed' : 'expired',
        fields: changed ? ['role', 'services'] : [],
        live: changed ? 1 : 0,
        mailNumber: 2,
      });
    } else
      changes.create.push({
        ...who,
        action: 'create',
        access: accessOf(index),
        reason: 'not_invited',
        mailNumber: 1,
      });
  }
  return [...changes.delete, ...changes.replace, ...changes.create];
};

/** A record of these changes with guards, holds and hashes of its own; `more` overrides. */
export const planRecord = (
  changes: readonly Change[] = changesOf(12),
  more: Partial<PlanRecord> = {},
  limits: Partial<GuardLimits> = {},
): PlanRecord => {
  const keep = 40;
  const liveInvitations = keep + changes.filter(({ action }) => action !== 'create').length;
  const rows = changes.length + keep + 310;
  const { readings, held, released, holds } = guardPlan({ changes, liveInvitations }, rows, {
    ...LIMITS,
    ...limits,
  });
  const heldSet = new Set(held);
  const approval = hashChanges('acme', held);
  const { writes } = summarize(released);
  const finish = estimateFinish(writes, { perHour: 1000, reserve: 50 }, Date.parse(CREATED_AT));
  return {
    version: 1,
    account: 'acme',
    runId: '2026-11-23T09-12-40Z-4f1c',
    generation: 42,
    mode: 'apply',
    status: held.length > 0 ? 'held' : 'enqueued',
    createdAt: CREATED_AT,
    roster: { key: 'rosters/acme.csv', etag: '"9b2cf535f27731c974343645a3985328"', rows },
    planHash: hashChanges('acme', changes),
    ...(held.length > 0 && {
      approval,
      approveCommand: `npx osls invoke --function sync --data '{"account":"acme","approve":"${approval}"}'`,
    }),
    counts: { ...summarize(changes).counts, keep, member: 310, waiting: 2 },
    guards: readings,
    held: holds,
    changes: changes.map((change) => (heldSet.has(change) ? { ...change, held: true } : change)),
    waiting: [
      {
        email: normalizeEmail('lorna@example.com'),
        reason: 'cooling_down',
        until: '2026-11-27T08:00:00.000Z',
      },
      { email: normalizeEmail('marek@example.com'), reason: 'given_up' },
    ],
    shownDifferently: [],
    moving: [],
    drift: [{ email: normalizeEmail('nadia@example.com'), desired: 'user', actual: 'superuser' }],
    unlistedMembers: [{ email: normalizeEmail('oskar@example.com'), role: 'user' }],
    kept: [],
    members: [],
    spared: [{ email: normalizeEmail('break-glass@example.com'), reason: 'protected' }],
    liveInvitations,
    lookAlikes: [],
    leftOut: [],
    issues: [],
    warnings: ['the column "team" is not used'],
    quota: { writes, perHour: 1000, estimatedFinish: new Date(finish).toISOString() },
    ledger: { recovered: {}, forgotten: [] },
    ...more,
  };
};

/** A roster with this many faulty rows: nothing else is known. */
export const blockedRecord = (issueCount: number): PlanRecord => {
  const { generation, planHash, ...record } = planRecord([]);
  const codes = ['malformed_email', 'unknown_role', 'unknown_permission', 'role_not_allowed'];
  return {
    ...record,
    status: 'blocked',
    counts: { create: 0, delete: 0, replace: 0, keep: 0, member: 0, waiting: 0 },
    guards: [],
    ...NOBODY_LEFT_ALONE,
    liveInvitations: 0,
    lookAlikes: [],
    leftOut: [],
    quota: { writes: 0, perHour: 1000, estimatedFinish: CREATED_AT },
    issues: Array.from({ length: issueCount }, (_, index) => ({
      code: codes[index % codes.length] ?? '',
      line: 2 + index * 7,
      column: index % 4 === 0 ? 'email' : 'role',
      message: index % 4 === 0 ? 'the address has no @' : 'expected user, billing or engineer',
    })),
  };
};

/** The outcomes of a record's released changes: one in 40 rejected, one in 97 failed, one in 200 unknown. */
export const runReport = (record: PlanRecord, more: Partial<RunReport> = {}): RunReport => {
  const outcomes = releasedChanges(record).map((change, index): ReportedOutcome => {
    const { action, email, reason } = change;
    const role =
      action === 'delete' ? {} : { role: change.access.role ?? change.access.roles?.join(';') ?? '' };
    const planned = { action, email, reason, ...role };
    const at = new Date(Date.parse(CREATED_AT) + index * 1200).toISOString();
    const done = { create: 'created', delete: 'deleted', replace: 'replaced' }[action];
    if (index % 200 === 199) return { ...planned, result: 'unknown' };
    if (index % 97 === 50)
      return { ...planned, at, result: 'failed', detail: 'POST /invitations: 503 five times in a row' };
    if (index % 40 === 11)
      return { ...planned, at, result: 'rejected', detail: 'POST /invitations: 400 "Invalid role"' };
    return { ...planned, at, result: index % 31 === 5 ? 'already_member' : done };
  });
  const counts = Object.fromEntries([...OUTCOME_RESULTS, 'unknown'].map((result) => [result, 0]));
  for (const { result } of outcomes) counts[result] = (counts[result] ?? 0) + 1;
  return {
    version: 1,
    account: record.account,
    runId: record.runId,
    generation: record.generation ?? 0,
    startedAt: CREATED_AT,
    finishedAt: '2026-11-23T13:00:41.000Z',
    durationSeconds: 13_681,
    counts,
    outcomes,
    held: record.held,
    ...(record.approval !== undefined && { approval: record.approval }),
    ...(record.approveCommand !== undefined && { approveCommand: record.approveCommand }),
    leftOut: record.leftOut,
    waiting: record.waiting,
    ...more,
  };
};
