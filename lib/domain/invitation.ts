/** The words everything else is written in: people, their access, and invitations as Fastly lists them. */

declare const brand: unique symbol;

/** A trimmed, lower-cased address. Made by {@link normalizeEmail} or {@link parseEmail} only. */
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
export type Entry = { readonly email: Email; readonly access: Access };

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

/** For addresses that come from Fastly: nothing is refused, case and outer space do not matter. */
export const normalizeEmail = (raw: string): Email => raw.trim().toLowerCase() as Email;

/** No part of an address: separators, anything invisible, and what an encoding error leaves behind. */
const UNFIT = String.raw`\s@,;:<>()[\]\\"\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\ufffd`;
/** Not RFC 5322: what a mail form accepts. Refusing a legal oddity names its line; accepting a typo mails a stranger. */
const ADDRESS = new RegExp(`^[^${UNFIT}]+@(?:[^.${UNFIT}]+\\.)+[^.${UNFIT}]+$`, 'u');
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u00a0\u2007\u2028\u2029\u202f\ufffd]/u;
const MAX_ADDRESS_LENGTH = 254;

const problemOf = (email: string): string => {
  if (email === '') return 'the address is empty';
  if (INVISIBLE.test(email)) return 'the address contains an invisible or damaged character';
  if (/\s/u.test(email)) return 'the address contains a space';
  if (!email.includes('@')) return 'the address has no @';
  if (/[;,]/u.test(email)) return 'the cell holds a separator: one address per row';
  return email.length > MAX_ADDRESS_LENGTH
    ? 'the address is longer than 254 characters'
    : 'this is not an address';
};

/** `string → Email`, or a sentence that says what is wrong without repeating the address. */
export const parseEmail = (raw: string): { email: Email } | { problem: string } => {
  const email = normalizeEmail(raw);
  const valid = email.length <= MAX_ADDRESS_LENGTH && ADDRESS.test(email);
  return valid ? { email } : { problem: problemOf(email) };
};

/** Account names are roster file stems, object key parts and message group ids at once. */
export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
