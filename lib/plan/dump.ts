/** An account as a roster: its members and its live invitations, so that a plan of this roster has nothing to change. */

import type { Access, Email, Invitation, Member } from '../domain/invitation.ts';
import { isLive, newestFirst, shownDifferences } from '../domain/invitation-match.ts';
import { messageWithoutAddresses } from '../domain/issue.ts';
import type { Ledger } from '../domain/ledger.ts';
import { quantity } from '../domain/quantities.ts';
import type { FastlyState } from '../ports/fastly.ts';
import { parseRoster, type RosterRules } from '../roster/parse-roster.ts';
import { type RosterCells, rosterLines } from '../roster/roster-lines.ts';
import { byPerson } from './fastly-state.ts';

type Row = { readonly kind: 'member' | 'invitation'; readonly email: Email; readonly cells: RosterCells };

type Shown = Pick<Invitation, 'role' | 'roles'> & {
  readonly limitServices?: boolean | undefined;
  readonly services?: Access['services'];
};

const rowOf = (kind: Row['kind'], email: Email, shown: Shown, comment: readonly string[]): Row => {
  const { role = '', roles = [], services = [], limitServices } = shown;
  const cells = {
    email,
    // A row has either of them. Somebody who has both is matched by the ids.
    role: roles.length > 0 ? '' : role,
    roles: roles.join(';'),
    services: services.map(({ id, permission }) => `${id}:${permission}`).join(';'),
    limit_services: limitServices ? 'true' : '',
    comment: comment.join('; '),
  };
  return { kind, email, cells };
};

const memberRow = (member: Member): Row =>
  member.role !== undefined || (member.roles ?? []).length > 0
    ? rowOf('member', member.email, member, ['member'])
    : rowOf('member', member.email, { role: 'user', roles: [] }, ['member', 'Fastly shows no role']);

/** What can't be read back of an invitation that is not the one last sent. */
const unknownOf = ({ limitServices }: Invitation): string[] => {
  if (limitServices === undefined) return ['Fastly does not show whether it is limited to services'];
  return limitServices
    ? [
        'limited to services that Fastly does not show: unless they are listed here, a new invitation has none',
      ]
    : [];
};

/** What was sent, where the ledger knows it of this very invitation; else what Fastly shows. */
const invitationRow = (invitation: Invitation, others: number, ledger: Ledger): Row => {
  const { id, email, role, roles, limitServices } = invitation;
  const entry = ledger.get(email);
  const sent = entry?.invitationId === id ? entry.access : undefined;
  const comment = ['invited'];
  if (sent === undefined) comment.push(...unknownOf(invitation));
  else if (shownDifferences(sent, invitation).length > 0)
    comment.push('Fastly shows it otherwise than it was sent');
  if (others > 0) comment.push(`${others} more for this address, which a plan cancels`);
  const shown: Shown =
    sent === undefined ? { role, roles, limitServices } : { role: undefined, roles: undefined, ...sent };
  return rowOf('invitation', email, shown, comment);
};

const rowsOf = (
  { invitations, members }: DumpedState,
  ledger: Ledger,
  { ttlDays, now }: DumpTime,
): { readonly rows: readonly Row[]; readonly expired: number } => {
  const rows: Row[] = [];
  let expired = 0;
  for (const [email, person] of byPerson(invitations, members)) {
    if (person.member !== undefined) {
      rows.push(memberRow(person.member));
      continue;
    }
    const live = person.invitations.filter((one) => isLive(one, ttlDays, now)).sort(newestFirst);
    // Of several a plan keeps the one last sent, if its row says what was sent, and else the newest.
    const best = live.find(({ id }) => id === ledger.get(email)?.invitationId) ?? live[0];
    if (best === undefined) expired += 1;
    else rows.push(invitationRow(best, live.length - 1, ledger));
  }
  return { rows: rows.sort((a, b) => (a.email < b.email ? -1 : 1)), expired };
};

async function* bytesOf(rows: readonly Row[]): AsyncGenerator<Uint8Array> {
  for (const line of rosterLines(rows.map(({ cells }) => cells))) yield Buffer.from(line);
}

type Judged = { readonly rows: readonly Row[]; readonly left: number; readonly warnings: readonly string[] };

/**
 * A row that a roster may not have would block the whole roster: a member with a role that `ALLOWED_ROLES` lacks, for
 * example. Members need no row, so such a member is left out. An invitation needs one, or a plan would cancel it: its row
 * stays, and blocks until somebody decides. What a roster may have is asked of the parser itself.
 */
const judge = async (all: readonly Row[], rules: RosterRules): Promise<Judged> => {
  let rows = all;
  for (;;) {
    const { issues } = await parseRoster(bytesOf(rows), rules);
    const lines = new Set(issues.map(({ line = 0 }) => line));
    const readable = rows.filter(({ kind }, index) => kind !== 'member' || !lines.has(index + 2));
    if (readable.length === rows.length) {
      const warnings = issues.map((issue) => messageWithoutAddresses(issue));
      return { rows, left: all.length - rows.length, warnings };
    }
    rows = readable;
  }
};

type DumpedState = Pick<FastlyState, 'invitations' | 'members'>;
/** `now`: milliseconds since 1970 */
type DumpTime = { readonly ttlDays: number; readonly now: number };

export type Dump = {
  /** The roster, ready to be written; can be iterated again. */
  readonly content: Iterable<string>;
  readonly members: number;
  readonly invitations: number;
  /** What the roster does not say; without addresses. */
  readonly warnings: readonly string[];
};

const SHOWN_ISSUES = 20;

/** `rules`: what a roster of this account may have. */
export const dumpRoster = async (
  state: DumpedState,
  ledger: Ledger,
  rules: RosterRules,
  time: DumpTime,
): Promise<Dump> => {
  const { rows: all, expired } = rowsOf(state, ledger, time);
  const { rows, left, warnings } = await judge(all, rules);
  const members = rows.filter(({ kind }) => kind === 'member').length;
  return {
    content: { [Symbol.iterator]: () => rosterLines(rows.map(({ cells }) => cells)) },
    members,
    invitations: rows.length - members,
    warnings: [
      ...(left > 0
        ? [
            `no row for ${quantity(left, 'member')}, because a roster may not have it (ALLOWED_ROLES, ALLOWED_DOMAINS)`,
          ]
        : []),
      ...(expired > 0 ? [`no row for ${quantity(expired, 'expired invitation')}: a plan cancels them`] : []),
      ...warnings.slice(0, SHOWN_ISSUES).map((warning) => `this roster is blocked as it is: ${warning}`),
    ],
  };
};
