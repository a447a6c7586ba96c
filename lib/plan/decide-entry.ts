/** What becomes of one roster entry whose person is not a member (docs/contract.md, “Plan”). */

import type { Cancelled, Change, Field } from '../domain/change.ts';
import type { Entry, Invitation } from '../domain/invitation.ts';
import { isLive, type Match, matchInvitation, newestFirst } from '../domain/invitation-match.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { DAY_MS } from '../domain/time.ts';
import { mailLimit, type Wait } from './mail-limits.ts';
import type { PlanInput } from './plan-input.ts';

export const liveOnly = (invitations: readonly Invitation[], { rules, now }: PlanInput): Invitation[] =>
  invitations.filter((invitation) => isLive(invitation, rules.invitationTtlDays, now));

const isoTime = (time: number): string => new Date(time).toISOString();

/** What is known of an invitation: the services only of the one last sent. */
const describe = (
  { id, role, roles, limitServices, createdAt }: Invitation,
  ledgerEntry: LedgerEntry | undefined,
  ttlDays: number,
): Cancelled => ({
  ...(role !== undefined && { role }),
  ...(roles !== undefined && roles.length > 0 && { roles }),
  ...(limitServices !== undefined && { limitServices }),
  ...(ledgerEntry?.access !== undefined &&
    ledgerEntry.invitationId === id && { services: ledgerEntry.access.services }),
  ...(createdAt !== undefined && {
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(createdAt + ttlDays * DAY_MS),
  }),
});

/** These invitations, of one person, as a change that cancels them names them. */
export const cancelled = (
  invitations: readonly Invitation[],
  { ledger, rules }: PlanInput,
): { readonly invitationIds: readonly string[]; readonly from: readonly Cancelled[] } => {
  const sorted = [...invitations].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    invitationIds: sorted.map(({ id }) => id),
    from: sorted.map((one) => describe(one, ledger.get(one.email), rules.invitationTtlDays)),
  };
};

/** The line of a roster entry, if it has one. */
export const lineOf = ({ line }: Entry): { readonly line?: number } => (line === undefined ? {} : { line });

/** Which mail to this address the next one is, from 1. */
const nextMail = (ledgerEntry: LedgerEntry | undefined): number => (ledgerEntry?.count ?? 0) + 1;

/** For an entry without a live invitation: the first invitation, or a new one instead of `expired`. */
const invite = (
  entry: Entry,
  expired: readonly Invitation[],
  ledgerEntry: LedgerEntry | undefined,
  input: PlanInput,
): Change | Wait => {
  const { rules, now } = input;
  const { email, access } = entry;
  const wait = mailLimit(ledgerEntry, false, rules, now);
  if (wait !== undefined) return wait;
  const mailNumber = nextMail(ledgerEntry);
  if (expired.length > 0)
    return {
      action: 'replace',
      email,
      ...lineOf(entry),
      access,
      ...cancelled(expired, input),
      reason: 'expired',
      fields: [],
      live: 0,
      mailNumber,
    };
  const reason = ledgerEntry?.interrupted ? 'interrupted' : 'not_invited';
  return { action: 'create', email, ...lineOf(entry), access, reason, mailNumber };
};

/** For an entry whose live invitations all differ: one new invitation instead of all of them. */
const replaceAll = (
  entry: Entry,
  live: readonly Invitation[],
  fields: readonly Field[],
  input: PlanInput,
): Change | Wait => {
  const { email, access } = entry;
  const { ledger, rules, now } = input;
  const ledgerEntry = ledger.get(email);
  return (
    mailLimit(ledgerEntry, true, rules, now) ?? {
      action: 'replace',
      email,
      ...lineOf(entry),
      access,
      ...cancelled(live, input),
      reason: 'changed',
      fields,
      live: live.length,
      mailNumber: nextMail(ledgerEntry),
    }
  );
};

/** A new invitation because somebody asked for it: it takes the place of all that the person has. */
const sendAgain = (entry: Entry, found: readonly Invitation[], resend: string, input: PlanInput): Change => {
  const { email, access } = entry;
  const mailNumber = nextMail(input.ledger.get(email));
  const mail = { email, ...lineOf(entry), access, reason: 'resend', mailNumber, resend } as const;
  if (found.length === 0) return { action: 'create', ...mail };
  const live = liveOnly(found, input).length;
  return { action: 'replace', ...mail, ...cancelled(found, input), fields: [], live };
};

/** An entry whose invitation stays. `others`: further live invitations of the person, which go. */
export type KeptInvitation = {
  readonly kept: Invitation;
  readonly match: Match;
  readonly others: readonly Invitation[];
};

/** For an entry whose person is not a member. `found` are the person's invitations, live and expired. */
export const decideEntry = (
  entry: Entry,
  found: readonly Invitation[],
  input: PlanInput,
): KeptInvitation | Change | Wait => {
  const ledgerEntry = input.ledger.get(entry.email);
  const resend = input.resend?.get(entry.email);
  // An event that is delivered twice has its mail already.
  if (resend !== undefined && resend !== ledgerEntry?.resend) return sendAgain(entry, found, resend, input);
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
