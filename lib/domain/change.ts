/** Changes: what a plan consists of. */

import type { Access, Email, ServiceGrant } from './invitation.ts';

/** What a live invitation can differ in. */
export type Field = 'role' | 'roles' | 'limit_services' | 'services';

/** Of an invitation that is cancelled: what Fastly shows, and what was sent. What is not known is absent. */
export type Cancelled = {
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly limitServices?: boolean;
  /** Fastly never shows it; the ledger knows it of the invitation last sent. */
  readonly services?: readonly ServiceGrant[];
  /** ISO 8601 */
  readonly createdAt?: string;
  /** ISO 8601 */
  readonly expiresAt?: string;
};

/** Whom a change is about. */
type Subject = {
  readonly email: Email;
  /** Where the roster has this person; absent for somebody who is not in it. */
  readonly line?: number;
};

/** What a change has that mails somebody. */
type Mail = {
  readonly access: Access;
  /** Which mail to this address this will be, from 1. */
  readonly mailNumber: number;
  /** Set when somebody asked for this mail, past cool-down and cap: the event that did. Its reason is `resend`. */
  readonly resend?: string;
};

export type CreateChange = Subject &
  Mail & {
    readonly action: 'create';
    /** `interrupted`: an earlier replace cancelled the old invitation and got no further. */
    readonly reason: 'not_invited' | 'interrupted' | 'resend';
  };

type DeleteChange = Subject & {
  readonly action: 'delete';
  /** Sorted; one DELETE each. */
  readonly invitationIds: readonly string[];
  /** About each of these invitations, in the same order. */
  readonly from: readonly Cancelled[];
  readonly reason: 'not_in_roster' | 'duplicate';
  /** How many of the invitations are live. */
  readonly live: number;
};

export type ReplaceChange = Subject &
  Mail & {
    readonly action: 'replace';
    /** Sorted; one DELETE each, then one POST. */
    readonly invitationIds: readonly string[];
    /** About each of these invitations, in the same order. */
    readonly from: readonly Cancelled[];
    readonly reason: 'changed' | 'expired' | 'resend';
    /** What differs, in a fixed order; empty when expired or sent again. */
    readonly fields: readonly Field[];
    readonly live: number;
  };

export type Change = CreateChange | DeleteChange | ReplaceChange;
export type Action = Change['action'];

/** How many writes at Fastly a change costs: one per DELETE and one per POST. */
export const writesOf = (change: Change): number =>
  change.action === 'create' ? 1 : change.invitationIds.length + (change.action === 'replace' ? 1 : 0);

/** What a change does to people: deletes and replaces of live invitations take something away, the rest only mails. */
export type ChangeKind = 'mail' | 'delete' | 'replace';

export const kindOf = (change: Change): ChangeKind => {
  if (change.action === 'delete') return 'delete';
  return change.action === 'replace' && change.live > 0 ? 'replace' : 'mail';
};

/** Totals over some changes. */
export type Tally = {
  readonly counts: Readonly<Record<Action, number>>;
  readonly kinds: Readonly<Record<ChangeKind, number>>;
  /** Live invitations that are cancelled or replaced. */
  readonly removed: number;
  readonly writes: number;
};

export const summarize = (changes: readonly Change[]): Tally => {
  const counts = { create: 0, delete: 0, replace: 0 };
  const kinds = { mail: 0, delete: 0, replace: 0 };
  let removed = 0;
  let writes = 0;
  for (const change of changes) {
    counts[change.action] += 1;
    kinds[kindOf(change)] += 1;
    writes += writesOf(change);
    if (change.action !== 'create') removed += change.live;
  }
  return { counts, kinds, removed, writes };
};
