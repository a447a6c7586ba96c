/**
 * The plan: what must change so that Fastly matches the roster. A plain value, made by a pure function from the tables of
 * docs/contract.md, “Plan”.
 */

import type { Action, Change, Field } from '../domain/change.ts';
import type { PruneMode } from '../domain/config.ts';
import type { Email, Entry, Invitation, Member } from '../domain/invitation.ts';
import {
  differingRoles,
  isLive,
  type Match,
  matchInvitation,
  newestFirst,
} from '../domain/invitation-match.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import { byPerson, type Person } from './fastly-state.ts';
import { mailLimit, mayForget, type Wait } from './mail-limits.ts';

/** An entry that needs a mail and gets none in this run. */
export type Waiting = {
  readonly email: Email;
  readonly reason: Wait['reason'];
  /** When it may be sent again, ISO 8601; absent when given up. */
  readonly until?: string;
};

/** A member whose role is not the one in the roster. */
export type Drift = {
  readonly email: Email;
  readonly desired: string;
  readonly actual: string;
};

/** The invitation last sent for exactly this access, which Fastly shows otherwise. It stays as it is. */
export type ShownDifferently = {
  readonly email: Email;
  readonly fields: readonly Field[];
  readonly sent: string;
  readonly shown: string;
};

/** An invitation that is not in the roster and stays: because of `PROTECTED_EMAILS` or of `PRUNE`. */
type Spared = { readonly email: Email; readonly reason: 'protected' | 'prune' };

export type Plan = {
  /** Sorted deletes, replaces, creates, then by address. At most one change per address. */
  readonly changes: readonly Change[];
  /** Entries whose invitation may stay as it is. */
  readonly keep: number;
  /** Entries that are members already. */
  readonly member: number;
  readonly waiting: readonly Waiting[];
  readonly drift: readonly Drift[];
  readonly shownDifferently: readonly ShownDifferently[];
  /** Addresses about which Fastly's list was changing while it was read: left alone in this run. */
  readonly moving: readonly Email[];
  readonly unlistedMembers: readonly Email[];
  readonly spared: readonly Spared[];
  /** Live invitations at Fastly, in the roster or not: the base of the percentage guard. */
  readonly liveInvitations: number;
  /** Ledger addresses that are members now, or left the roster so long ago that their mails no longer count. */
  readonly forgotten: readonly Email[];
};

export type PlanRules = {
  readonly prune: PruneMode;
  readonly isProtected: (email: Email) => boolean;
  readonly invitationTtlDays: number;
  readonly maxInvitesPerEmail: number;
  readonly reinviteAfterDays: number;
};

export type PlanInput = {
  readonly entries: ReadonlyMap<Email, Entry>;
  readonly invitations: readonly Invitation[];
  readonly members: readonly Member[];
  /** Addresses about which the readings of Fastly's list disagree. */
  readonly moving: readonly Email[];
  readonly ledger: Ledger;
  readonly rules: PlanRules;
  /** Milliseconds since 1970 */
  readonly now: number;
};

/** A plan that is being filled; its lists are in any order. */
type UnsortedPlan = {
  readonly changes: Readonly<Record<Action, Change[]>>;
  readonly waiting: Waiting[];
  readonly drift: Drift[];
  readonly shownDifferently: ShownDifferently[];
  readonly moving: Email[];
  readonly unlistedMembers: Email[];
  readonly spared: Spared[];
  keep: number;
  member: number;
};

const liveOnly = (invitations: readonly Invitation[], { rules, now }: PlanInput): Invitation[] =>
  invitations.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now));

const sortedIds = (invitations: readonly Invitation[]): string[] => invitations.map(({ id }) => id).sort();

/** Which mail to this address the next one is, from 1. */
const nextMail = (ledgerEntry: LedgerEntry | undefined): number => (ledgerEntry?.count ?? 0) + 1;

/** For an entry without a live invitation: the first invitation, or a new one instead of `expired`. */
const invite = (
  { email, access }: Entry,
  expired: readonly Invitation[],
  ledgerEntry: LedgerEntry | undefined,
  { rules, now }: PlanInput,
): Change | Wait => {
  const wait = mailLimit(ledgerEntry, false, rules, now);
  if (wait !== undefined) return wait;
  const mailNumber = nextMail(ledgerEntry);
  if (expired.length > 0) {
    const invitationIds = sortedIds(expired);
    return {
      action: 'replace',
      email,
      access,
      invitationIds,
      reason: 'expired',
      fields: [],
      live: 0,
      mailNumber,
    };
  }
  const reason = ledgerEntry?.interrupted ? 'interrupted' : 'not_invited';
  return { action: 'create', email, access, reason, mailNumber };
};

/** For an entry whose live invitations all differ: one new invitation instead of all of them. */
const replaceAll = (
  { email, access }: Entry,
  live: readonly Invitation[],
  fields: readonly Field[],
  { ledger, rules, now }: PlanInput,
): Change | Wait => {
  const ledgerEntry = ledger.get(email);
  return (
    mailLimit(ledgerEntry, true, rules, now) ?? {
      action: 'replace',
      email,
      access,
      invitationIds: sortedIds(live),
      reason: 'changed',
      fields,
      live: live.length,
      mailNumber: nextMail(ledgerEntry),
    }
  );
};

/** An entry whose invitation stays. `others`: further live invitations of the person, which go. */
type Kept = { readonly kept: Invitation; readonly match: Match; readonly others: readonly Invitation[] };

/** For an entry whose person is not a member. `found` are the person's invitations, live and expired. */
const decideEntry = (entry: Entry, found: readonly Invitation[], input: PlanInput): Kept | Change | Wait => {
  const ledgerEntry = input.ledger.get(entry.email);
  const live = liveOnly(found, input).sort(newestFirst);
  const matches = live.map((one) => ({ one, match: matchInvitation(entry.access, one, ledgerEntry) }));
  const best =
    matches.find(({ match }) => match.kind === 'same') ??
    matches.find(({ match }) => match.kind === 'shown_differently');
  if (best !== undefined)
    return { kept: best.one, match: best.match, others: live.filter((one) => one !== best.one) };
  const newest = matches[0];
  return newest === undefined
    ? invite(entry, found, ledgerEntry, input)
    : replaceAll(entry, live, newest.match.fields, input);
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
const driftOf = ({ email, access }: Entry, member: Member): Drift | undefined =>
  (member.role === undefined && member.roles === undefined) || differingRoles(access, member).length === 0
    ? undefined
    : {
        email,
        desired: describeAccess({ role: access.role, roles: access.roles }),
        actual: describeAccess(member),
      };

/** The invitation stays; its duplicates go. */
const addKept = (plan: UnsortedPlan, { email, access }: Entry, { kept, match, others }: Kept): void => {
  plan.keep += 1;
  if (match.kind === 'shown_differently')
    plan.shownDifferently.push({
      email,
      fields: match.fields,
      sent: describeAccess(access),
      shown: describeAccess(kept),
    });
  if (others.length > 0)
    plan.changes.delete.push({
      action: 'delete',
      email,
      invitationIds: sortedIds(others),
      reason: 'duplicate',
      live: others.length,
    });
};

const addEntry = (plan: UnsortedPlan, entry: Entry, person: Person | undefined, input: PlanInput): void => {
  if (person?.member !== undefined) {
    plan.member += 1;
    const drift = driftOf(entry, person.member);
    if (drift !== undefined) plan.drift.push(drift);
    return;
  }
  const decision = decideEntry(entry, person?.invitations ?? [], input);
  if ('kept' in decision) addKept(plan, entry, decision);
  else if ('action' in decision) plan.changes[decision.action].push(decision);
  else plan.waiting.push({ email: entry.email, ...decision });
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
    plan.unlistedMembers.push(email);
    return;
  }
  const reason = reasonToSpare(email, input);
  if (reason !== undefined) {
    plan.spared.push({ email, reason });
    return;
  }
  const invitationIds = sortedIds(person.invitations);
  const live = liveOnly(person.invitations, input).length;
  plan.changes.delete.push({ action: 'delete', email, invitationIds, reason: 'not_in_roster', live });
};

/** Sorted. Nobody whose invitation is, or may be, at Fastly. */
const forgottenEmails = (
  { entries, ledger, moving, rules, now }: PlanInput,
  people: ReadonlyMap<Email, Person>,
): readonly Email[] => {
  const mayBeInvited = new Set(moving);
  const isOver = ([email, ledgerEntry]: readonly [Email, LedgerEntry]): boolean => {
    const person = people.get(email);
    if (person?.member !== undefined) return true;
    if (person !== undefined || entries.has(email) || mayBeInvited.has(email)) return false;
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
    waiting: [],
    drift: [],
    shownDifferently: [],
    moving: [],
    unlistedMembers: [],
    spared: [],
    keep: 0,
    member: 0,
  };
  const people = byPerson(input.invitations, input.members);
  const moving = new Set(input.moving);
  const isLeftAlone = (email: Email): boolean => {
    // Who is a member is a member, whatever the list of invitations was doing.
    if (!moving.has(email) || people.get(email)?.member !== undefined) return false;
    plan.moving.push(email);
    return true;
  };
  for (const entry of input.entries.values())
    if (!isLeftAlone(entry.email)) addEntry(plan, entry, people.get(entry.email), input);
  for (const [email, person] of people)
    if (!input.entries.has(email) && !isLeftAlone(email)) addUnlisted(plan, email, person, input);
  const { changes } = plan;
  return {
    // What takes something away comes first.
    changes: [changes.delete, changes.replace, changes.create].flatMap((list) => list.sort(byEmail)),
    keep: plan.keep,
    member: plan.member,
    waiting: plan.waiting.sort(byEmail),
    drift: plan.drift.sort(byEmail),
    shownDifferently: plan.shownDifferently.sort(byEmail),
    moving: plan.moving.sort(),
    unlistedMembers: plan.unlistedMembers.sort(),
    spared: plan.spared.sort(byEmail),
    liveInvitations: liveOnly(input.invitations, input).length,
    forgotten: forgottenEmails(input, people),
  };
};
