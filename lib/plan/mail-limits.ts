/**
 * How often and how soon one address may be mailed (docs/contract.md, “Plan”). The mails are counted in the ledger:
 * state/ledger-update.ts.
 */

import type { LedgerEntry } from '../domain/ledger.ts';
import { DAY_MS } from '../domain/time.ts';

type MailRules = {
  readonly maxInvitesPerEmail: number;
  /** The cool-down: at least so long after the last mail. */
  readonly reinviteAfterDays: number;
};

/** Why an address gets no mail now, and when it may get one: ISO 8601. */
export type Wait =
  | { readonly reason: 'given_up' }
  | { readonly reason: 'cooling_down'; readonly until: string };

/**
 * Whether one more mail to this address is too many, or too soon; undefined when it is neither. Every mail counts,
 * whatever its reason. `isChange`: the roster asks for another access than the one that was sent, so the person need not
 * wait for the cool-down; nor does somebody whose replace was cut off before its new invitation.
 */
export const mailLimit = (
  ledgerEntry: LedgerEntry | undefined,
  isChange: boolean,
  rules: MailRules,
  now: number,
): Wait | undefined => {
  if (ledgerEntry === undefined) return undefined;
  if (ledgerEntry.count >= rules.maxInvitesPerEmail) return { reason: 'given_up' };
  if (isChange || ledgerEntry.interrupted) return undefined;
  const until = Date.parse(ledgerEntry.lastSentAt) + rules.reinviteAfterDays * DAY_MS;
  return now < until ? { reason: 'cooling_down', until: new Date(until).toISOString() } : undefined;
};

/**
 * Whether an address that left the roster may be forgotten: after as many cool-downs as it may get mails. Forgotten
 * sooner, somebody who leaves and comes back again and again would be mailed each time. One cool-down is at least a day.
 */
export const mayForget = (ledgerEntry: LedgerEntry, rules: MailRules, now: number): boolean => {
  const coolDownDays = Math.max(1, rules.reinviteAfterDays);
  return now >= Date.parse(ledgerEntry.lastSentAt) + coolDownDays * rules.maxInvitesPerEmail * DAY_MS;
};
