/** The plan: what must change so that Fastly matches the roster. A plain value, made by a pure function. */

import { byActionThenEmail, type Change } from './change.ts';
import { differingFields, isLive, newestFirst, sameList } from './compare.ts';
import type { Email, Entry, Invitation, Member } from './invitation.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { type Wait, waitFor } from './wait.ts';

export type Waiting = {
  readonly email: Email;
  readonly reason: 'given_up' | 'cooling_down';
  /** When it may be sent again, ISO 8601; absent when given up. */
  readonly until?: string;
};

export type Drift = {
  readonly email: Email;
  readonly desired: string;
  readonly actual: string;
};

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
  /** Invitations that are not in the roster and stay, because of `PROTECTED_EMAILS` or `PRUNE`. */
  readonly spared: readonly { readonly email: Email; readonly reason: 'protected' | 'prune' }[];
  /** Live invitations at Fastly, listed or not: the base of the percentage guard. */
  readonly liveInvitations: number;
  /** Ledger addresses that left the roster and have nothing at Fastly any more. */
  readonly forgotten: readonly Email[];
};

/** `managed` cancels only what the ledger knows; `none` cancels nothing that merely left the roster. */
export const PRUNE_MODES = ['all', 'managed', 'none'] as const;
type Prune = (typeof PRUNE_MODES)[number];

export type PlanRules = {
  readonly prune: Prune;
  readonly isProtected: (email: Email) => boolean;
  readonly invitationTtlDays: number;
  readonly maxInvitesPerEmail: number;
  readonly reinviteAfterDays: number;
};

export type PlanInput = {
  readonly entries: readonly Entry[];
  readonly invitations: readonly Invitation[];
  readonly members: readonly Member[];
  readonly ledger: Ledger;
  readonly rules: PlanRules;
  /** Milliseconds since 1970 */
  readonly now: number;
};

/** What Fastly has of one address. */
type Person = {
  readonly invitations: Invitation[];
  member: Member | undefined;
  /** Whether an entry was found. */
  inRoster: boolean;
};

type People = ReadonlyMap<Email, Person>;

/** By address: one look per entry, however many lists there are. */
const groupByEmail = ({ invitations, members }: PlanInput): People => {
  const people = new Map<Email, Person>();
  const personOf = (email: Email): Person => {
    const known = people.get(email);
    if (known !== undefined) return known;
    const person = { invitations: [], member: undefined, inRoster: false };
    people.set(email, person);
    return person;
  };
  for (const invitation of invitations) personOf(invitation.email).invitations.push(invitation);
  for (const member of members) personOf(member.email).member = member;
  return people;
};

const idsOf = (invitations: readonly Invitation[]): string[] => invitations.map(({ id }) => id).sort();

type Decision = 'keep' | Change | Wait;

/** The rows of SPEC §4 for an entry whose person is not a member. */
const decideEntry = (
  { email, access }: Entry,
  found: readonly Invitation[],
  ledgerEntry: LedgerEntry | undefined,
  { rules, now }: PlanInput,
): Decision => {
  const mailNumber = (ledgerEntry?.count ?? 0) + 1;
  const live = found
    .filter((invitation) => isLive(invitation, rules.invitationTtlDays, now))
    .sort(newestFirst);
  const newest = live[0];
  if (newest === undefined) {
    const wait = waitFor(ledgerEntry, rules, now);
    if (wait !== undefined) return wait;
    if (found.length > 0) {
      const invitationIds = idsOf(found);
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
  }
  const match = live.find((invitation) => differingFields(access, invitation, ledgerEntry).length === 0);
  if (match === undefined) {
    const fields = differingFields(access, newest, ledgerEntry);
    const invitationIds = idsOf(live);
    return {
      action: 'replace',
      email,
      access,
      invitationIds,
      reason: 'changed',
      fields,
      live: live.length,
      mailNumber,
    };
  }
  const others = live.filter(({ id }) => id !== match.id);
  if (others.length === 0) return 'keep';
  return { action: 'delete', email, invitationIds: idsOf(others), reason: 'duplicate', live: others.length };
};

const describeRole = ({
  role,
  roles,
}: {
  readonly role?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}): string => role ?? roles?.join(';') ?? 'unknown';

/** A member's role is never changed; that it differs is worth knowing. */
const driftOf = ({ email, access }: Entry, member: Member): Drift | undefined => {
  const differs =
    access.role !== undefined
      ? member.role !== undefined && member.role !== access.role
      : member.roles !== undefined && !sameList(member.roles, access.roles);
  return differs ? { email, desired: describeRole(access), actual: describeRole(member) } : undefined;
};

const byEmail = <T extends { readonly email: Email }>(a: T, b: T): number => (a.email < b.email ? -1 : 1);

type Draft = {
  readonly changes: Change[];
  readonly waiting: Waiting[];
  readonly drift: Drift[];
  keep: number;
  member: number;
};

const note = (draft: Draft, email: Email, decision: Decision): void => {
  if (decision === 'keep') draft.keep += 1;
  else if ('action' in decision) {
    draft.changes.push(decision);
    // The best match stays, only its duplicates go.
    if (decision.action === 'delete') draft.keep += 1;
  } else draft.waiting.push({ email, ...decision });
};

/** Marks the people it finds; the others are not in the roster. */
const planEntries = (input: PlanInput, people: People): Draft => {
  const draft: Draft = { changes: [], waiting: [], drift: [], keep: 0, member: 0 };
  for (const entry of input.entries) {
    const person = people.get(entry.email);
    if (person !== undefined) person.inRoster = true;
    if (person?.member !== undefined) {
      draft.member += 1;
      const drift = driftOf(entry, person.member);
      if (drift !== undefined) draft.drift.push(drift);
      continue;
    }
    const found = person?.invitations ?? [];
    note(draft, entry.email, decideEntry(entry, found, input.ledger.get(entry.email), input));
  }
  return draft;
};

const spare = (email: Email, { rules, ledger }: PlanInput): 'protected' | 'prune' | undefined => {
  if (rules.isProtected(email)) return 'protected';
  const prunable = rules.prune === 'all' || (rules.prune === 'managed' && ledger.has(email));
  return prunable ? undefined : 'prune';
};

/** Ledger addresses without an entry and without an invitation that is or could be ours. */
const forgottenOf = ({ entries, ledger }: PlanInput, people: People): Email[] => {
  if (ledger.size === 0) return [];
  const left = new Set(ledger.keys());
  for (const { email } of entries) left.delete(email);
  return [...left].filter((email) => (people.get(email)?.invitations ?? []).length === 0).sort();
};

const cancel = (email: Email, found: readonly Invitation[], { rules, now }: PlanInput): Change => {
  const live = found.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now)).length;
  return { action: 'delete', email, invitationIds: idsOf(found), reason: 'not_in_roster', live };
};

/**
 * SPEC §4. Does not depend on the order of its inputs. Costs one pass over the entries and keeps nothing per entry but
 * its change, so that a million rows fit.
 */
export const planChanges = (input: PlanInput): Plan => {
  const { invitations, rules, now } = input;
  const people = groupByEmail(input);
  const draft = planEntries(input, people);
  const spared: { email: Email; reason: 'protected' | 'prune' }[] = [];
  const unlistedMembers: Email[] = [];
  for (const [email, { invitations: found, member, inRoster }] of people) {
    if (inRoster) continue;
    // Fastly may still list the invitation of somebody who accepted it: there is nothing left to cancel.
    if (member !== undefined) unlistedMembers.push(email);
    else {
      const reason = spare(email, input);
      if (reason !== undefined) spared.push({ email, reason });
      else draft.changes.push(cancel(email, found, input));
    }
  }
  return {
    changes: draft.changes.sort(byActionThenEmail),
    keep: draft.keep,
    member: draft.member,
    waiting: draft.waiting.sort(byEmail),
    drift: draft.drift.sort(byEmail),
    unlistedMembers: unlistedMembers.sort(),
    spared: spared.sort(byEmail),
    liveInvitations: invitations.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now))
      .length,
    forgotten: forgottenOf(input, people),
  };
};
