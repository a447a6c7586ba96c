/** The words everything else is written in: people, their access, and invitations as Fastly lists them. */

import { mailboxFault, normalizeMailbox } from './mailbox.ts';

declare const brand: unique symbol;

/** An address in its normal form ({@link normalizeMailbox}). Made by {@link normalizeEmail} or {@link parseEmail} only. */
export type Email = string & { readonly [brand]: 'Email' };

/**
 * Fastly's roles that can be asked for by name.
 * @see https://www.fastly.com/documentation/reference/api/account/invitations/
 */
export const ROLES = ['user', 'billing', 'engineer', 'superuser', 'tls_viewer', 'tls_admin'] as const;

/** What a person may do on one service. Fastly's own default is `full`, so it is never left out. */
export const PERMISSIONS = ['full', 'read_only', 'purge_select', 'purge_all'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type ServiceGrant = { readonly id: string; readonly permission: Permission };

/** Either a role by name or IAM role ids (sorted, unique), never both. */
export type RoleChoice =
  | { readonly role: string; readonly roles?: never }
  | { readonly role?: never; readonly roles: readonly string[] };

/** What an invitee shall be able to do. `services` are sorted by id and unique. */
export type Access = RoleChoice & {
  readonly limitServices: boolean;
  readonly services: readonly ServiceGrant[];
};

/** One roster row, validated and normalised. Entries with equal access may share one `Access` object. */
export type Entry = {
  readonly email: Email;
  readonly access: Access;
  /** Where the roster has it. */
  readonly line?: number;
};

/** Roster rows that a mapping left out, for example because of `Status: Suspended`. */
export type LeftOut = { readonly reason: string; readonly rows: number };

/** A pending invitation as Fastly lists it. What Fastly did not say is `undefined`. */
export type Invitation = {
  readonly id: string;
  readonly email: Email;
  readonly role: string | undefined;
  readonly roles: readonly string[] | undefined;
  readonly limitServices: boolean | undefined;
  /** `status_code` 0, "0" and false are false; anything else, also an unknown code, is true. */
  readonly active: boolean;
  /** Milliseconds since 1970, or undefined when Fastly's text can't be read as a time. */
  readonly createdAt: number | undefined;
};

/** A person who already is a user of the account (accepted, possibly locked). */
export type Member = {
  readonly email: Email;
  readonly role: string | undefined;
  readonly roles: readonly string[] | undefined;
};

/** For addresses that come from Fastly: nothing is refused. Two spellings of one mailbox become the same. */
export const normalizeEmail = (raw: string): Email => normalizeMailbox(raw) as Email;

/** `string → Email`, or what is wrong: a sentence without its subject, which is the address. */
export const parseEmail = (raw: string): { email: Email } | { problem: string } => {
  const problem = mailboxFault(raw.trim());
  return problem === undefined ? { email: normalizeEmail(raw) } : { problem };
};

/** Account names are roster file stems, object key parts and message group ids at once. */
export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
