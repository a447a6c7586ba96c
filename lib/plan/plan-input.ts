/** What a plan is made from. */

import type { PruneMode } from '../domain/config.ts';
import type { Email, Entry, Invitation, Member } from '../domain/invitation.ts';
import type { Ledger } from '../domain/ledger.ts';

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
  readonly moving: ReadonlySet<Email>;
  readonly ledger: Ledger;
  /** The plan is about these addresses and nobody else. */
  readonly only?: ReadonlySet<Email> | undefined;
  /** Invitations to send again, past cool-down and cap: by address, the event that asked for it. */
  readonly resend?: ReadonlyMap<Email, string>;
  readonly rules: PlanRules;
  /** Milliseconds since 1970 */
  readonly now: number;
};
