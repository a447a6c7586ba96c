/** How a found invitation compares with a wish. */

import type { Field } from './change.ts';
import { accessDigest } from './digest.ts';
import type { Access, Invitation, RoleChoice } from './invitation.ts';
import type { LedgerEntry } from './ledger.ts';
import { DAY_MS } from './time.ts';

/** Not expired, as far as one can tell. Fastly says seven days; whether it lists expired ones is not documented. */
export const isLive = (invitation: Invitation, ttlDays: number, now: number): boolean =>
  invitation.active && (invitation.createdAt === undefined || now - invitation.createdAt <= ttlDays * DAY_MS);

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/** What Fastly shows of an invitation's or a member's roles. */
type ShownRoles = { readonly role: string | undefined; readonly roles: readonly string[] | undefined };

/**
 * In which of role and roles somebody has something else than asked for. A role by name is met by this role and no
 * further ones; role ids are met by exactly these ids. What Fastly does not show is not met.
 */
export const differingRoles = (access: RoleChoice, shown: ShownRoles): Field[] => {
  if (access.roles !== undefined)
    return shown.roles !== undefined && sameList(shown.roles, access.roles) ? [] : ['roles'];
  const fields: Field[] = [];
  if (shown.role !== access.role) fields.push('role');
  if ((shown.roles ?? []).length > 0) fields.push('roles');
  return fields;
};

/** In which fields Fastly shows something else than asked for. It never shows services. */
export const shownDifferences = (access: Access, invitation: Invitation): Field[] => [
  ...differingRoles(access, invitation),
  ...(invitation.limitServices === access.limitServices ? [] : (['limit_services'] as const)),
];

/**
 * How an invitation compares with a wish.
 *
 * - `same` it shows what is asked for; for the invitation last sent, that is also what was sent
 * - `shown_differently` exactly this was sent with it, and Fastly shows these fields otherwise
 * - `differs` in these fields
 */
export type Match = {
  readonly kind: 'same' | 'shown_differently' | 'differs';
  readonly fields: readonly Field[];
};

/** The ledger knows what was sent with one invitation only: the last. For any other one services count as equal. */
export const matchInvitation = (
  access: Access,
  invitation: Invitation,
  ledgerEntry: LedgerEntry | undefined,
): Match => {
  const fields = shownDifferences(access, invitation);
  if (ledgerEntry?.invitationId !== invitation.id)
    return { kind: fields.length === 0 ? 'same' : 'differs', fields };
  if (ledgerEntry.accessDigest !== accessDigest(access))
    return { kind: 'differs', fields: fields.length === 0 ? ['services'] : fields };
  return { kind: fields.length === 0 ? 'same' : 'shown_differently', fields };
};

/** Newest first, so that of two equal invitations the one that lives longer is kept; then by id. */
export const newestFirst = (a: Invitation, b: Invitation): number =>
  (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? -1 : 1);
