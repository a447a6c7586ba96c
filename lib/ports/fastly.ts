/** How Fastly's answers look to the use cases: values, never exceptions. */

import type { Access, Email, Invitation, Member } from '../domain/invitation.ts';
import type { QuotaReading } from '../domain/quota.ts';
import { CLOCK_TOLERANCE_MS } from '../domain/time.ts';

/**
 * Why Fastly did not do it.
 *
 * - `unauthorized` 401: the token is wrong or expired
 * - `forbidden` 403: the token may not do this
 * - `gone` 404 or 410
 * - `rate_limited` 429
 * - `rejected` any other 4xx, or a redirected write: it did not take effect, and the same call would fail again
 * - `unavailable` 408, 425, 5xx, a redirected read, time-out, lost connection, unreadable answer: the effect is unknown
 * - `incomplete` a listing that is not whole; nothing may be concluded from it
 */
export type FailureKind =
  | 'unauthorized'
  | 'forbidden'
  | 'gone'
  | 'rate_limited'
  | 'rejected'
  | 'unavailable'
  | 'incomplete';

export type Failure = {
  readonly kind: FailureKind;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
  /** One sentence with method, path and Fastly's own words; never an address or a token. */
  readonly message: string;
};

/** Whether the same call may work later: nobody has to do anything about it. */
export const mayPass = ({ kind }: Failure): boolean =>
  kind === 'unavailable' || kind === 'rate_limited' || kind === 'incomplete';

export type FastlyResult<T> =
  | { readonly ok: true; readonly value: T; readonly quota?: QuotaReading }
  | { readonly ok: false; readonly failure: Failure; readonly quota?: QuotaReading };

/** What `GET /tokens/self` says of the token in use. */
export type TokenInfo = {
  readonly customerId: string;
  /** For example `global` or `global:read`. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; undefined: it does not expire. */
  readonly expiresAt: number | undefined;
  /** Fastly's clock when it answered (`Date`), in milliseconds since 1970; undefined: the answer does not tell. */
  readonly answeredAt: number | undefined;
};

/**
 * What is wrong with our clock, if anything. The age of invitations and the time since the last mail are counted by it: a
 * clock days ahead would mail everybody again. `now`: what it said when the answer came.
 */
export const clockProblem = ({ answeredAt }: TokenInfo, now: number): string | undefined => {
  if (answeredAt === undefined || Math.abs(now - answeredAt) <= CLOCK_TOLERANCE_MS) return undefined;
  const [ours, fastlys] = [now, answeredAt].map((time) => new Date(time).toISOString());
  return `the clock of this machine says ${ours}, but Fastly's says ${fastlys}: set the clock of this machine, because the age of invitations and of mails is counted by it`;
};

/** What Fastly lists, whole. */
export type InvitationList = {
  readonly invitations: readonly Invitation[];
  /** Addresses about which the readings disagree: somebody was invited, accepted or cancelled meanwhile. Sorted. */
  readonly moving: readonly Email[];
};

/** The reading half of Fastly. */
export type FastlyReader = {
  /** `GET /tokens/self` */
  readToken(): Promise<FastlyResult<TokenInfo>>;
  /** Every pending invitation, whole or not at all. Deleted ones are left out. */
  listInvitations(): Promise<FastlyResult<InvitationList>>;
  /** Every user of the account, locked ones too. */
  listMembers(customerId: string): Promise<FastlyResult<readonly Member[]>>;
};

export type FastlyWriter = FastlyReader & {
  /** Sends one POST, and Fastly one mail. Success without the id of an invitation is `unavailable`: nothing is known. */
  createInvitation(
    customerId: string,
    email: Email,
    access: Access,
  ): Promise<FastlyResult<{ readonly id: string }>>;
  /** Sends one DELETE. */
  deleteInvitation(id: string): Promise<FastlyResult<undefined>>;
};

export type FastlyState = InvitationList & {
  readonly members: readonly Member[];
};

/**
 * Invitations first: somebody who accepts in between is then found twice, and counts as a member. The other way round
 * they would be found nowhere, and mailed again.
 */
export const readFastlyState = async (
  fastly: Pick<FastlyReader, 'listInvitations' | 'listMembers'>,
  customerId: string,
): Promise<FastlyResult<FastlyState>> => {
  const invitations = await fastly.listInvitations();
  if (!invitations.ok) return invitations;
  const members = await fastly.listMembers(customerId);
  if (!members.ok) return members;
  return { ok: true, value: { ...invitations.value, members: members.value } };
};
