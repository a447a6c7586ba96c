/** How often and how soon one address may be mailed. */

import type { LedgerEntry } from '../domain/ledger.ts';
import { DAY_MS } from '../domain/time.ts';

type MailRules = {
  readonly maxInvitesPerEmail: number;
  /** At least so long after the last mail. */
  readonly reinviteAfterDays: number;
};

export type Wait =
  | { readonly reason: 'given_up' }
  | { readonly reason: 'cooling_down'; readonly until: string };

/** Whether one more mail to this address would be one too many, or too soon. */
export const mailLimit = (
  entry: LedgerEntry | undefined,
  rules: MailRules,
  now: number,
): Wait | undefined => {
  if (entry === undefined || entry.interrupted) return undefined;
  if (entry.count >= rules.maxInvitesPerEmail) return { reason: 'given_up' };
  const until = Date.parse(entry.lastSentAt) + rules.reinviteAfterDays * DAY_MS;
  return now < until ? { reason: 'cooling_down', until: new Date(until).toISOString() } : undefined;
};
