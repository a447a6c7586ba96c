/** The rows of plan.csv and of the table in plan.html: one for each person whom the plan says something about. */

import type { Cancelled, Field } from '../domain/change.ts';
import type { Access, Email, ServiceGrant } from '../domain/invitation.ts';
import type { PlanRecord, RecordedChange } from '../state/plan-record.ts';
import { ageText, transitionText } from './access-text.ts';
import type { ACTION_LABELS, REASON_LABELS } from './labels.ts';
import { enumeration, inAscii, minuteOf, quantity, undisguised } from './wording.ts';

/** What a plan says of one person. */
export type PlanRow = {
  readonly kind: keyof typeof ACTION_LABELS;
  readonly email: Email;
  readonly reason: keyof typeof REASON_LABELS;
  readonly line?: number | undefined;
  readonly change?: RecordedChange;
  /** In which Fastly shows something else than was sent. */
  readonly fields?: readonly Field[];
  /** When somebody who is waiting can be mailed again, ISO 8601. */
  readonly until?: string | undefined;
  /** What the roster asks for, where it is compared with what Fastly shows. */
  readonly desiredRole?: string;
  readonly shownRole?: string;
  /** The address or domain that the address of somebody who is mailed looks like. */
  readonly looksLike?: string | undefined;
};

/** Changes in the plan's order, then the people whom it leaves alone, those who are as they should be last. */
export function* planRows(record: PlanRecord): Generator<PlanRow> {
  const looksLike = new Map(record.lookAlikes.map(({ email, resembles }) => [email, resembles]));
  for (const change of record.changes) {
    const { action: kind, email, reason, line } = change;
    yield { kind, email, reason, line, change, looksLike: looksLike.get(email) };
  }
  for (const waiting of record.waiting) yield { kind: 'waiting', ...waiting };
  for (const { desired, actual, ...person } of record.drift)
    yield { kind: 'drift', reason: 'role_differs', desiredRole: desired, shownRole: actual, ...person };
  for (const { sent, shown, ...person } of record.shownDifferently) {
    const roles = { desiredRole: sent, shownRole: shown };
    yield { kind: 'shown_differently', reason: 'shown_differently', ...roles, ...person };
  }
  for (const person of record.moving) yield { kind: 'moving', reason: 'moving', ...person };
  for (const { email, role } of record.unlistedMembers)
    yield { kind: 'unlisted_member', email, reason: 'member_not_in_roster', shownRole: role };
  for (const spared of record.spared) yield { kind: 'spared', ...spared };
  for (const kept of record.kept) yield { kind: 'keep', ...kept };
  for (const member of record.members) yield { kind: 'member', reason: 'accepted', ...member };
}

/** The people whom a plan leaves alone, and who may come as a surprise. */
export const aloneRows = (record: PlanRecord): readonly PlanRow[] => [
  ...planRows({ ...record, changes: [], kept: [], members: [] }),
];

/**
 * `differs_in`, `services`, `invitation_ids` and role ids in `role` are lists, separated by `;`. `role` to `services` is
 * what the roster asks for. `from_role` to `expires_at` is what a change cancels; where it cancels several invitations,
 * their values are separated by ` | `, in the order of `invitation_ids`. What is not known is empty.
 */
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
  'from_role',
  'from_limit_services',
  'from_services',
  'invited_at',
  'expires_at',
  'mail_number',
  'wait_until',
  'shown_role',
  'looks_like',
  'line',
  'column',
  'message',
] as const;

const accessOf = (change: RecordedChange | undefined): Access | undefined =>
  change === undefined || change.action === 'delete' ? undefined : change.access;

const idsOf = (change: RecordedChange | undefined): readonly string[] =>
  change === undefined || change.action === 'create' ? [] : change.invitationIds;

const servicesCell = (services: readonly ServiceGrant[] = []): string =>
  services.map(({ id, permission }) => `${id}:${permission}`).join(';');

const fromCells = (change: RecordedChange | undefined): readonly string[] => {
  const from = change === undefined || change.action === 'create' ? [] : change.from;
  const cell = (textOf: (one: Cancelled) => string): string => from.map(textOf).join(' | ');
  return [
    cell(({ role, roles = [] }) => [role ?? [], roles].flat().join(';')),
    cell(({ limitServices }) => String(limitServices ?? '')),
    cell(({ services }) => servicesCell(services)),
    cell(({ createdAt }) => createdAt ?? ''),
    cell(({ expiresAt }) => expiresAt ?? ''),
  ];
};

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
    servicesCell(access?.services),
    idsOf(change).join(';'),
    ...fromCells(change),
    change === undefined || change.action === 'delete' ? '' : String(change.mailNumber),
    row.until ?? '',
    row.shownRole ?? '',
    row.looksLike ?? '',
    String(row.line ?? ''),
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

const detailText = ({ change, until, looksLike }: PlanRow, now: number): string => {
  if (change === undefined) return until === undefined ? '' : `again from ${minuteOf(until)}`;
  const parts: string[] = looksLike === undefined ? [] : [`looks like ${inAscii(looksLike)}`];
  if (change.action === 'replace' && change.fields.length > 0)
    parts.push(`differs in ${enumeration(change.fields)}`);
  const ids = idsOf(change);
  if (change.action !== 'create')
    parts.push(`${quantity(ids.length, 'invitation')}, ${ageText(change.from, now)}: ${ids.join(', ')}`);
  if (change.action !== 'delete' && change.mailNumber > 1)
    parts.push(`mail number ${change.mailNumber} to this address`);
  return parts.join('; ');
};

const rowAccess = ({ change, desiredRole, shownRole }: PlanRow): string => {
  if (shownRole === undefined) return change === undefined ? '' : transitionText(change);
  return desiredRole === undefined ? shownRole : `${shownRole}; the roster says ${desiredRole}`;
};

/** The cells of the table in plan.html: action, held, address, reason, access, details. */
export function* planTableRows(record: PlanRecord): Generator<readonly string[]> {
  const now = Date.parse(record.createdAt);
  for (const row of planRows(record)) {
    const held = row.change?.held === true ? 'held' : '';
    yield [row.kind, held, undisguised(row.email), row.reason, rowAccess(row), detailText(row, now)];
  }
}
