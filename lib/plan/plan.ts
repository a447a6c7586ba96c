/** The plan: what must change so that Fastly matches the roster. A plain value, made by a pure function. */

import type { Action, Change } from '../domain/change.ts';
import type { PRUNE_MODES } from '../domain/config.ts';
import type { Email, Entry, Invitation, Member } from '../domain/invitation.ts';
import { differingFields, isLive, newestFirst, sameList } from '../domain/invitation-match.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import type { EntryTable } from '../roster/entry-table.ts';
import { byPerson, type People } from './fastly-state.ts';
import { mailLimit, type Wait } from './mail-limits.ts';

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
type Prune = (typeof PRUNE_MODES)[number];

export type PlanRules = {
  readonly prune: Prune;
  readonly isProtected: (email: Email) => boolean;
  readonly invitationTtlDays: number;
  readonly maxInvitesPerEmail: number;
  readonly reinviteAfterDays: number;
};

export type PlanInput = {
  readonly entries: EntryTable;
  readonly invitations: readonly Invitation[];
  readonly members: readonly Member[];
  readonly ledger: Ledger;
  readonly rules: PlanRules;
  /** Milliseconds since 1970 */
  readonly now: number;
};

const idsOf = (invitations: readonly Invitation[]): string[] => invitations.map(({ id }) => id).sort();

type Decision = 'keep' | Change | Wait;

/** Which mail to this address the next one is, from 1. */
const nextMail = (ledgerEntry: LedgerEntry | undefined): number => (ledgerEntry?.count ?? 0) + 1;

/** For an entry without a live invitation; `expired` are those it has. */
const invite = (
  { email, access }: Entry,
  expired: readonly Invitation[],
  ledgerEntry: LedgerEntry | undefined,
  { rules, now }: PlanInput,
): Change | Wait => {
  const wait = mailLimit(ledgerEntry, rules, now);
  if (wait !== undefined) return wait;
  const mailNumber = nextMail(ledgerEntry);
  if (expired.length === 0) {
    const reason = ledgerEntry?.interrupted ? 'interrupted' : 'not_invited';
    return { action: 'create', email, access, reason, mailNumber };
  }
  const invitationIds = idsOf(expired);
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
};

/** The rows of SPEC §4 for an entry whose person is not a member. */
const decideEntry = (
  entry: Entry,
  found: readonly Invitation[],
  ledgerEntry: LedgerEntry | undefined,
  input: PlanInput,
): Decision => {
  const { email, access } = entry;
  const { rules, now } = input;
  const live = found
    .filter((invitation) => isLive(invitation, rules.invitationTtlDays, now))
    .sort(newestFirst);
  const newest = live[0];
  if (newest === undefined) return invite(entry, found, ledgerEntry, input);
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
      mailNumber: nextMail(ledgerEntry),
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
  readonly changes: Readonly<Record<Action, Change[]>>;
  readonly waiting: Waiting[];
  readonly drift: Drift[];
  keep: number;
  member: number;
};

const note = (draft: Draft, email: Email, decision: Decision): void => {
  if (decision === 'keep') draft.keep += 1;
  else if ('action' in decision) {
    draft.changes[decision.action].push(decision);
    // The best match stays, only its duplicates go.
    if (decision.action === 'delete') draft.keep += 1;
  } else draft.waiting.push({ email, ...decision });
};

const planEntries = (input: PlanInput, { listed }: People): Draft => {
  const changes = { delete: [], replace: [], create: [] };
  const draft: Draft = { changes, waiting: [], drift: [], keep: 0, member: 0 };
  for (let number = 0; number < listed.length; number += 1) {
    const entry = input.entries.at(number);
    const person = listed[number];
    if (person?.member === undefined) {
      const ledgerEntry = input.ledger.get(entry.email);
      const decision =
        person === undefined
          ? invite(entry, [], ledgerEntry, input)
          : decideEntry(entry, person.invitations, ledgerEntry, input);
      note(draft, entry.email, decision);
      continue;
    }
    draft.member += 1;
    const drift = driftOf(entry, person.member);
    if (drift !== undefined) draft.drift.push(drift);
  }
  return draft;
};

const spare = (email: Email, { rules, ledger }: PlanInput): 'protected' | 'prune' | undefined => {
  if (rules.isProtected(email)) return 'protected';
  const prunable = rules.prune === 'all' || (rules.prune === 'managed' && ledger.has(email));
  return prunable ? undefined : 'prune';
};

/** Ledger addresses without an entry and without an invitation that is or could be ours. */
const forgottenOf = ({ entries, ledger }: PlanInput, { unlisted }: People): Email[] =>
  [...ledger.keys()]
    .filter((email) => entries.find(email) === undefined)
    .filter((email) => (unlisted.get(email)?.invitations ?? []).length === 0)
    .sort();

const cancel = (email: Email, found: readonly Invitation[], { rules, now }: PlanInput): Change => {
  const live = found.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now)).length;
  return { action: 'delete', email, invitationIds: idsOf(found), reason: 'not_in_roster', live };
};

/** What takes away comes first. */
const ACTION_ORDER = ['delete', 'replace', 'create'] as const satisfies readonly Action[];

/**
 * SPEC §4. Does not depend on the order of its inputs. Costs one pass over the entries and keeps nothing per entry but
 * its change, so that a million rows fit.
 */
export const planChanges = (input: PlanInput): Plan => {
  const { invitations, rules, now } = input;
  const people = byPerson(input.entries, invitations, input.members);
  const draft = planEntries(input, people);
  const spared: { email: Email; reason: 'protected' | 'prune' }[] = [];
  const unlistedMembers: Email[] = [];
  for (const [email, { invitations: found, member }] of people.unlisted) {
    // Fastly may still list the invitation of somebody who accepted it: there is nothing left to cancel.
    if (member !== undefined) unlistedMembers.push(email);
    else {
      const reason = spare(email, input);
      if (reason !== undefined) spared.push({ email, reason });
      else draft.changes.delete.push(cancel(email, found, input));
    }
  }
  return {
    changes: ACTION_ORDER.flatMap((action) => draft.changes[action].sort(byEmail)),
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
