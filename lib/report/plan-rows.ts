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

const accessOf = ({ change }: PlanRow): Access | undefined =>
  change === undefined || change.action === 'delete' ? undefined : change.access;

const idsOf = ({ change }: PlanRow): readonly string[] =>
  change === undefined || change.action === 'create' ? [] : change.invitationIds;

const roleCell = (access: Pick<Cancelled, 'role' | 'roles'> = {}): string =>
  [access.role ?? [], access.roles ?? []].flat().join(';');

const servicesCell = (services: readonly ServiceGrant[] = []): string =>
  services.map(({ id, permission }) => `${id}:${permission}`).join(';');

type CellOf = (row: PlanRow) => string;

/** Of what a change cancels. */
const from =
  (textOf: (one: Cancelled) => string): CellOf =>
  ({ change }) =>
    change === undefined || change.action === 'create' ? '' : change.from.map(textOf).join(' | ');

/**
 * The columns of plan.csv. `differs_in`, `services`, `invitation_ids` and role ids in `role` are lists, separated by `;`.
 * `role` to `services` is what the roster asks for. `from_role` to `expires_at` is what a change cancels; where it cancels
 * several invitations, their values are separated by ` | `, in the order of `invitation_ids`. What is not known is empty.
 */
const CSV_COLUMNS: Readonly<Record<string, CellOf>> = {
  action: ({ kind }) => kind,
  email: ({ email }) => email,
  reason: ({ reason }) => reason,
  held: ({ change }) => (change === undefined ? '' : String(change.held === true)),
  differs_in: ({ change, fields = change?.action === 'replace' ? change.fields : [] }) => fields.join(';'),
  role: (row) => row.desiredRole ?? roleCell(accessOf(row)),
  limit_services: (row) => String(accessOf(row)?.limitServices ?? ''),
  services: (row) => servicesCell(accessOf(row)?.services),
  invitation_ids: (row) => idsOf(row).join(';'),
  from_role: from(roleCell),
  from_limit_services: from(({ limitServices }) => String(limitServices ?? '')),
  from_services: from(({ services }) => servicesCell(services)),
  invited_at: from(({ createdAt }) => createdAt ?? ''),
  expires_at: from(({ expiresAt }) => expiresAt ?? ''),
  mail_number: ({ change }) =>
    change === undefined || change.action === 'delete' ? '' : String(change.mailNumber),
  wait_until: ({ until }) => until ?? '',
  shown_role: ({ shownRole }) => shownRole ?? '',
  looks_like: ({ looksLike }) => looksLike ?? '',
  line: ({ line }) => String(line ?? ''),
  column: () => '',
  message: () => '',
};

export const PLAN_CSV_HEADER = Object.keys(CSV_COLUMNS);

/** One row per person, then one per issue, with `issue` as its action and its code as the reason. */
export function* planCsvRows(record: PlanRecord): Generator<readonly string[]> {
  for (const row of planRows(record)) yield Object.values(CSV_COLUMNS).map((cellOf) => cellOf(row));
  for (const { code, line = '', column = '', message } of record.issues) {
    const cells = new Map(
      Object.entries({ action: 'issue', reason: code, line: `${line}`, column, message }),
    );
    yield PLAN_CSV_HEADER.map((name) => cells.get(name) ?? '');
  }
}

const detailText = (row: PlanRow, now: number): string => {
  const { change, until, looksLike } = row;
  if (change === undefined) return until === undefined ? '' : `again from ${minuteOf(until)}`;
  const parts: string[] = looksLike === undefined ? [] : [`looks like ${inAscii(looksLike)}`];
  if (change.action === 'replace' && change.fields.length > 0)
    parts.push(`differs in ${enumeration(change.fields)}`);
  const ids = idsOf(row);
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
