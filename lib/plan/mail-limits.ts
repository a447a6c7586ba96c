/** How often and how soon one address may be mailed (docs/contract.md, “Plan”). */

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

/** Undefined: one more mail to this address is neither too many nor too soon. */
export const mailLimit = (
  ledgerEntry: LedgerEntry | undefined,
  rules: MailRules,
  now: number,
): Wait | undefined => {
  if (ledgerEntry === undefined || ledgerEntry.interrupted) return undefined;
  if (ledgerEntry.count >= rules.maxInvitesPerEmail) return { reason: 'given_up' };
  const until = Date.parse(ledgerEntry.lastSentAt) + rules.reinviteAfterDays * DAY_MS;
  return now < until ? { reason: 'cooling_down', until: new Date(until).toISOString() } : undefined;
};
