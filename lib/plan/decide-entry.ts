/** What becomes of one roster entry whose person is not a member (docs/contract.md, “Plan”). */

import type { Change, Field } from '../domain/change.ts';
import type { Entry, Invitation } from '../domain/invitation.ts';
import { isLive, type Match, matchInvitation, newestFirst } from '../domain/invitation-match.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { mailLimit, type Wait } from './mail-limits.ts';
import type { PlanInput } from './plan-input.ts';

export const liveOnly = (invitations: readonly Invitation[], { rules, now }: PlanInput): Invitation[] =>
  invitations.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now));

export const sortedIds = (invitations: readonly Invitation[]): string[] =>
  invitations.map(({ id }) => id).sort();

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
export type Kept = {
  readonly kept: Invitation;
  readonly match: Match;
  readonly others: readonly Invitation[];
};

/** For an entry whose person is not a member. `found` are the person's invitations, live and expired. */
export const decideEntry = (
  entry: Entry,
  found: readonly Invitation[],
  input: PlanInput,
): Kept | Change | Wait => {
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
