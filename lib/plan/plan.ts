/**
 * The plan: what must change so that Fastly matches the roster. A plain value, made by a pure function from the tables of
 * docs/contract.md, “Plan”.
 */

import type { Action, Change } from '../domain/change.ts';
import type { PruneMode } from '../domain/config.ts';
import type { Email, Entry, Invitation, Member } from '../domain/invitation.ts';
import { differingFields, isLive, newestFirst, sameList } from '../domain/invitation-match.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import { byPerson, type Person } from './fastly-state.ts';
import { mailLimit, type Wait } from './mail-limits.ts';

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
  readonly unlistedMembers: readonly Email[];
  readonly spared: readonly Spared[];
  /** Live invitations at Fastly, in the roster or not: the base of the percentage guard. */
  readonly liveInvitations: number;
  /** Ledger addresses that left the roster and have nothing at Fastly any more. */
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
  const wait = mailLimit(ledgerEntry, rules, now);
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
  newest: Invitation,
  ledgerEntry: LedgerEntry | undefined,
): Change => ({
  action: 'replace',
  email,
  access,
  invitationIds: sortedIds(live),
  reason: 'changed',
  fields: differingFields(access, newest, ledgerEntry),
  live: live.length,
  mailNumber: nextMail(ledgerEntry),
});

/** For an entry whose person is not a member. `found` are the person's invitations, live and expired. */
const decideEntry = (
  entry: Entry,
  found: readonly Invitation[],
  input: PlanInput,
): 'keep' | Change | Wait => {
  const ledgerEntry = input.ledger.get(entry.email);
  const live = liveOnly(found, input).sort(newestFirst);
  const newest = live[0];
  if (newest === undefined) return invite(entry, found, ledgerEntry, input);
  const match = live.find((one) => differingFields(entry.access, one, ledgerEntry).length === 0);
  if (match === undefined) return replaceAll(entry, live, newest, ledgerEntry);
  const others = live.filter((one) => one !== match);
  if (others.length === 0) return 'keep';
  const invitationIds = sortedIds(others);
  return { action: 'delete', email: entry.email, invitationIds, reason: 'duplicate', live: others.length };
};

/** A member's role is never changed, only reported. What Fastly does not show does not differ. */
const driftOf = ({ email, access }: Entry, { role, roles }: Member): Drift | undefined => {
  if (access.role !== undefined) {
    const differs = role !== undefined && role !== access.role;
    return differs ? { email, desired: access.role, actual: role } : undefined;
  }
  if (roles === undefined || sameList(roles, access.roles)) return undefined;
  return { email, desired: access.roles.join(';'), actual: role ?? roles.join(';') };
};

const addEntry = (plan: UnsortedPlan, entry: Entry, person: Person | undefined, input: PlanInput): void => {
  if (person?.member !== undefined) {
    plan.member += 1;
    const drift = driftOf(entry, person.member);
    if (drift !== undefined) plan.drift.push(drift);
    return;
  }
  const decision = decideEntry(entry, person?.invitations ?? [], input);
  if (decision === 'keep') plan.keep += 1;
  else if ('action' in decision) {
    plan.changes[decision.action].push(decision);
    // Deleting the duplicates of an entry keeps its best match.
    if (decision.action === 'delete') plan.keep += 1;
  } else plan.waiting.push({ email: entry.email, ...decision });
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

/** Ledger addresses without an entry and without an invitation that is or could be ours, sorted. */
const forgottenEmails = (
  { entries, ledger }: PlanInput,
  people: ReadonlyMap<Email, Person>,
): readonly Email[] =>
  [...ledger.keys()]
    .filter((email) => !entries.has(email) && (people.get(email)?.invitations ?? []).length === 0)
    .sort();

const byEmail = <T extends { readonly email: Email }>(a: T, b: T): number => (a.email < b.email ? -1 : 1);

/** Does not depend on the order of what is in `input`. */
export const planChanges = (input: PlanInput): Plan => {
  const plan: UnsortedPlan = {
    changes: { delete: [], replace: [], create: [] },
    waiting: [],
    drift: [],
    unlistedMembers: [],
    spared: [],
    keep: 0,
    member: 0,
  };
  const people = byPerson(input.invitations, input.members);
  for (const entry of input.entries.values()) addEntry(plan, entry, people.get(entry.email), input);
  for (const [email, person] of people)
    if (!input.entries.has(email)) addUnlisted(plan, email, person, input);
  const { changes } = plan;
  return {
    // What takes something away comes first.
    changes: [changes.delete, changes.replace, changes.create].flatMap((list) => list.sort(byEmail)),
    keep: plan.keep,
    member: plan.member,
    waiting: plan.waiting.sort(byEmail),
    drift: plan.drift.sort(byEmail),
    unlistedMembers: plan.unlistedMembers.sort(),
    spared: plan.spared.sort(byEmail),
    liveInvitations: liveOnly(input.invitations, input).length,
    forgotten: forgottenEmails(input, people),
  };
};
