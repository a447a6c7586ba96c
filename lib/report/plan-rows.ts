/** The rows of plan.csv and of the table in plan.html: one for each person whom the plan says something about. */

import type { Action, Field } from '../domain/change.ts';
import type { Access } from '../domain/invitation.ts';
import type { PlanRecord, RecordedChange } from '../state/plan-record.ts';
import { enumeration, minuteOf, quantity, undisguised } from './wording.ts';

/**
 * - `waiting` somebody who is not mailed in this run
 * - `drift` a member whose role differs from the roster
 * - `shown_differently` an invitation that Fastly shows otherwise than it was sent; it stays
 * - `moving` somebody for whom Fastly's list was changing while it was read
 * - `unlisted_member` a member without a roster row
 * - `spared` an invitation without a roster row that stays
 */
type RowKind = Action | 'waiting' | 'drift' | 'shown_differently' | 'moving' | 'unlisted_member' | 'spared';

type PlanRow = {
  readonly kind: RowKind;
  readonly email: string;
  readonly reason: string;
  readonly change?: RecordedChange;
  /** In which Fastly shows something else than was sent. */
  readonly fields?: readonly Field[];
  /** When somebody who is waiting can be mailed again, ISO 8601. */
  readonly until?: string | undefined;
  /** What the roster asks for, where it is compared with what Fastly shows. */
  readonly desiredRole?: string;
  readonly shownRole?: string;
};

/** Changes in the plan's order, then the people whom it leaves alone. */
function* planRows(record: PlanRecord): Generator<PlanRow> {
  for (const change of record.changes)
    yield { kind: change.action, email: change.email, reason: change.reason, change };
  for (const { email, reason, until } of record.waiting) yield { kind: 'waiting', email, reason, until };
  for (const { email, desired, actual } of record.drift)
    yield { kind: 'drift', email, reason: 'role_differs', desiredRole: desired, shownRole: actual };
  for (const { email, fields, sent, shown } of record.shownDifferently)
    yield {
      kind: 'shown_differently',
      email,
      reason: 'shown_differently',
      fields,
      desiredRole: sent,
      shownRole: shown,
    };
  for (const email of record.moving) yield { kind: 'moving', email, reason: 'moving' };
  for (const email of record.unlistedMembers)
    yield { kind: 'unlisted_member', email, reason: 'member_not_in_roster' };
  for (const { email, reason } of record.spared) yield { kind: 'spared', email, reason };
}

export const countPlanRows = (record: PlanRecord): number =>
  record.changes.length +
  record.waiting.length +
  record.drift.length +
  record.shownDifferently.length +
  record.moving.length +
  record.unlistedMembers.length +
  record.spared.length;

/** `differs_in`, `services`, `invitation_ids` and role ids in `role` are lists, separated by `;`. */
export const PLAN_CSV_HEADER = [
  'action',
  'email',
  'reason',
  'held',
  'differs_in',
  'role',
  'limit_services',
  'services',
  'invitation_ids',
  'mail_number',
  'wait_until',
  'shown_role',
  'line',
  'column',
  'message',
] as const;

const accessOf = (change: RecordedChange | undefined): Access | undefined =>
  change === undefined || change.action === 'delete' ? undefined : change.access;

const idsOf = (change: RecordedChange | undefined): readonly string[] =>
  change === undefined || change.action === 'create' ? [] : change.invitationIds;

const csvRow = (row: PlanRow): readonly string[] => {
  const { change } = row;
  const access = accessOf(change);
  return [
    row.kind,
    row.email,
    row.reason,
    change === undefined ? '' : String(change.held === true),
    (row.fields ?? (change?.action === 'replace' ? change.fields : [])).join(';'),
    row.desiredRole ?? access?.role ?? access?.roles?.join(';') ?? '',
    access === undefined ? '' : String(access.limitServices),
    access?.services.map(({ id, permission }) => `${id}:${permission}`).join(';') ?? '',
    idsOf(change).join(';'),
    change === undefined || change.action === 'delete' ? '' : String(change.mailNumber),
    row.until ?? '',
    row.shownRole ?? '',
    '',
    '',
    '',
  ];
};

/** One row per person, then one per issue, with `issue` as its action and its code as the reason. */
export function* planCsvRows(record: PlanRecord): Generator<readonly string[]> {
  for (const row of planRows(record)) yield csvRow(row);
  for (const { code, line, column, message } of record.issues) {
    const cells = PLAN_CSV_HEADER.map(() => '');
    yield ['issue', '', code, ...cells.slice(3, -3), String(line ?? ''), column ?? '', message];
  }
}

const accessText = ({ role, roles, limitServices, services }: Access): string => {
  const name = role ?? `roles ${roles?.join(', ')}`;
  if (!limitServices) return name;
  if (services.length === 0) return `${name}, limited to no services`;
  return `${name}, limited to ${services.map(({ id, permission }) => `${id} (${permission})`).join(', ')}`;
};

const detailText = ({ change, until }: PlanRow): string => {
  if (change === undefined) return until === undefined ? '' : `again from ${minuteOf(until)}`;
  const parts: string[] = [];
  if (change.action === 'replace' && change.fields.length > 0)
    parts.push(`differs in ${enumeration(change.fields)}`);
  const ids = idsOf(change);
  if (ids.length > 0) parts.push(`${quantity(ids.length, 'invitation')}: ${ids.join(', ')}`);
  if (change.action !== 'delete' && change.mailNumber > 1)
    parts.push(`mail number ${change.mailNumber} to this address`);
  return parts.join('; ');
};

const rowAccess = ({ change, desiredRole, shownRole }: PlanRow): string => {
  if (shownRole !== undefined) return `${shownRole}; the roster says ${desiredRole}`;
  const access = accessOf(change);
  return access === undefined ? '' : accessText(access);
};

/** The cells of the table in plan.html: action, held, address, reason, access, details. */
export function* planTableRows(record: PlanRecord): Generator<readonly string[]> {
  for (const row of planRows(record)) {
    const held = row.change?.held === true ? 'held' : '';
    yield [row.kind, held, undisguised(row.email), row.reason, rowAccess(row), detailText(row)];
  }
}
