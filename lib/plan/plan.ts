/**
 * The plan: what must change so that Fastly matches the roster. A plain value, made by a pure function from the tables of
 * docs/contract.md, “Plan”.
 */

import type { Action, Change, Field } from '../domain/change.ts';
import type { Email, Entry, Member } from '../domain/invitation.ts';
import { differingRoles } from '../domain/invitation-match.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { cancelled, decideEntry, type KeptInvitation, lineOf, liveOnly } from './decide-entry.ts';
import { byPerson, type Person } from './fastly-state.ts';
import { mayForget, type Wait } from './mail-limits.ts';
import type { PlanInput } from './plan-input.ts';

/** Somebody of the roster. */
type RosterPerson = {
  readonly email: Email;
  /** Where the roster has this person. */
  readonly line?: number;
};

/**
 * An entry whose invitation may stay as it is: the one last sent (`as_sent`), or another one with the same role and
 * limit (`same_access`).
 */
type Kept = RosterPerson & { readonly reason: 'as_sent' | 'same_access' };

/** An entry that needs a mail and gets none in this run. */
export type Waiting = RosterPerson & {
  readonly reason: Wait['reason'];
  /** When it may be sent again, ISO 8601; absent when given up. */
  readonly until?: string;
};

/** A member whose role is not the one in the roster. */
type Drift = RosterPerson & {
  readonly desired: string;
  readonly actual: string;
};

/** The invitation last sent for exactly this access, which Fastly shows otherwise. It stays as it is. */
type ShownDifferently = RosterPerson & {
  readonly fields: readonly Field[];
  readonly sent: string;
  readonly shown: string;
};

/** An invitation that is not in the roster and stays: because of `PROTECTED_EMAILS` or of `PRUNE`. */
type Spared = { readonly email: Email; readonly reason: 'protected' | 'prune' };

/** A member without a roster row, with the role that Fastly shows. */
type UnlistedMember = { readonly email: Email; readonly role: string };

/**
 * People for whom the plan changes nothing. Each list is sorted by address, and nobody is in two of them. Only somebody
 * whose invitation stays may have a change as well: the delete of duplicates.
 */
export type LeftAlone = {
  readonly kept: readonly Kept[];
  /** Entries that are members already, with the role that the roster says. */
  readonly members: readonly RosterPerson[];
  readonly waiting: readonly Waiting[];
  readonly drift: readonly Drift[];
  readonly shownDifferently: readonly ShownDifferently[];
  /** Addresses about which Fastly's list was changing while it was read. */
  readonly moving: readonly RosterPerson[];
  readonly unlistedMembers: readonly UnlistedMember[];
  readonly spared: readonly Spared[];
};

export const NOBODY_LEFT_ALONE: LeftAlone = {
  kept: [],
  members: [],
  waiting: [],
  drift: [],
  shownDifferently: [],
  moving: [],
  unlistedMembers: [],
  spared: [],
};

export type Plan = LeftAlone & {
  /** Sorted deletes, replaces, creates, then by address. At most one change per address. */
  readonly changes: readonly Change[];
  /** Live invitations at Fastly, in the roster or not: the base of the percentage guard. */
  readonly liveInvitations: number;
  /** Ledger addresses that are members now, or left the roster so long ago that their mails no longer count. */
  readonly forgotten: readonly Email[];
};

/** A plan that is being filled; its lists are in any order. */
type UnsortedPlan = { readonly [List in keyof LeftAlone]: LeftAlone[List][number][] } & {
  readonly changes: Readonly<Record<Action, Change[]>>;
};

/** Role and limit in one line, as far as they are known. */
const describeAccess = (shown: {
  readonly role?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly limitServices?: boolean | undefined;
}): string => {
  const roles = [shown.role ?? [], shown.roles ?? []].flat().join(';');
  return `${roles || 'no role'}${shown.limitServices ? ', limited to services' : ''}`;
};

/** A member's role is never changed, only reported. A member of whom Fastly shows no role at all is not. */
const driftOf = (entry: Entry, member: Member): Drift | undefined => {
  const { email, access } = entry;
  return (member.role === undefined && member.roles === undefined) ||
    differingRoles(access, member).length === 0
    ? undefined
    : {
        email,
        ...lineOf(entry),
        desired: describeAccess({ role: access.role, roles: access.roles }),
        actual: describeAccess(member),
      };
};

/** The invitation stays; its duplicates go. */
const addKept = (
  plan: UnsortedPlan,
  entry: Entry,
  { kept, match, others }: KeptInvitation,
  input: PlanInput,
): void => {
  const { email, access } = entry;
  const person = { email, ...lineOf(entry) };
  if (match.kind === 'shown_differently')
    plan.shownDifferently.push({
      ...person,
      fields: match.fields,
      sent: describeAccess(access),
      shown: describeAccess(kept),
    });
  else {
    const isLastSent = input.ledger.get(email)?.invitationId === kept.id;
    plan.kept.push({ ...person, reason: isLastSent ? 'as_sent' : 'same_access' });
  }
  if (others.length > 0)
    plan.changes.delete.push({
      action: 'delete',
      ...person,
      ...cancelled(others, input),
      reason: 'duplicate',
      live: others.length,
    });
};

const addEntry = (plan: UnsortedPlan, entry: Entry, person: Person | undefined, input: PlanInput): void => {
  if (person?.member !== undefined) {
    const drift = driftOf(entry, person.member);
    if (drift !== undefined) plan.drift.push(drift);
    else plan.members.push({ email: entry.email, ...lineOf(entry) });
    return;
  }
  if (input.moving.has(entry.email)) {
    plan.moving.push({ email: entry.email, ...lineOf(entry) });
    return;
  }
  const decision = decideEntry(entry, person?.invitations ?? [], input);
  if ('kept' in decision) addKept(plan, entry, decision, input);
  else if ('action' in decision) plan.changes[decision.action].push(decision);
  else plan.waiting.push({ email: entry.email, ...lineOf(entry), ...decision });
};

/** Why an invitation that is not in the roster stays; undefined when it is cancelled. */
const reasonToSpare = (email: Email, { rules, ledger }: PlanInput): Spared['reason'] | undefined => {
  if (rules.isProtected(email)) return 'protected';
  const isPruned = rules.prune === 'all' || (rules.prune === 'managed' && ledger.has(email));
  return isPruned ? undefined : 'prune';
};

/** For a person who is not in the roster. */
const addUnlisted = (plan: UnsortedPlan, email: Email, person: Person, input: PlanInput): void => {
  // Fastly may still list the invitation of somebody who accepted it: there is nothing left to cancel.
  if (person.member !== undefined) {
    plan.unlistedMembers.push({ email, role: describeAccess(person.member) });
    return;
  }
  if (input.moving.has(email)) {
    plan.moving.push({ email });
    return;
  }
  const reason = reasonToSpare(email, input);
  if (reason !== undefined) {
    plan.spared.push({ email, reason });
    return;
  }
  const live = liveOnly(person.invitations, input).length;
  const invitations = cancelled(person.invitations, input);
  plan.changes.delete.push({ action: 'delete', email, ...invitations, reason: 'not_in_roster', live });
};

/** Sorted. Nobody whose invitation is, or may be, at Fastly. */
const forgottenEmails = (
  { entries, ledger, moving, rules, now }: PlanInput,
  people: ReadonlyMap<Email, Person>,
): readonly Email[] => {
  const isOver = ([email, ledgerEntry]: readonly [Email, LedgerEntry]): boolean => {
    const person = people.get(email);
    if (person?.member !== undefined) return true;
    if (person !== undefined || entries.has(email) || moving.has(email)) return false;
    return mayForget(ledgerEntry, rules, now);
  };
  return [...ledger]
    .filter(isOver)
    .map(([email]) => email)
    .sort();
};

const byEmail = <T extends { readonly email: Email }>(a: T, b: T): number => (a.email < b.email ? -1 : 1);

/** Does not depend on the order of what is in `input`. */
export const planChanges = (input: PlanInput): Plan => {
  const plan: UnsortedPlan = {
    changes: { delete: [], replace: [], create: [] },
    kept: [],
    members: [],
    waiting: [],
    drift: [],
    shownDifferently: [],
    moving: [],
    unlistedMembers: [],
    spared: [],
  };
  const people = byPerson(input.invitations, input.members);
  const isMeant = (email: Email): boolean => input.only === undefined || input.only.has(email);
  for (const entry of input.entries.values())
    if (isMeant(entry.email)) addEntry(plan, entry, people.get(entry.email), input);
  for (const [email, person] of people)
    if (isMeant(email) && !input.entries.has(email)) addUnlisted(plan, email, person, input);
  const { changes } = plan;
  return {
    // What takes something away comes first.
    changes: [changes.delete, changes.replace, changes.create].flatMap((list) => list.sort(byEmail)),
    kept: plan.kept.sort(byEmail),
    members: plan.members.sort(byEmail),
    waiting: plan.waiting.sort(byEmail),
    drift: plan.drift.sort(byEmail),
    shownDifferently: plan.shownDifferently.sort(byEmail),
    moving: plan.moving.sort(byEmail),
    unlistedMembers: plan.unlistedMembers.sort(byEmail),
    spared: plan.spared.sort(byEmail),
    liveInvitations: liveOnly(input.invitations, input).length,
    forgotten: forgottenEmails(input, people),
  };
};
