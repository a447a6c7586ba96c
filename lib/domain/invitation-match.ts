/** How a found invitation compares with a wish. */

import type { Field } from './change.ts';
import { servicesDigest } from './digest.ts';
import type { Access, Invitation } from './invitation.ts';
import type { LedgerEntry } from './ledger.ts';
import { DAY_MS } from './time.ts';

/** Not expired, as far as one can tell. Fastly says seven days; whether it lists expired ones is not documented. */
export const isLive = (invitation: Invitation, ttlDays: number, now: number): boolean =>
  invitation.active && (invitation.createdAt === undefined || now - invitation.createdAt <= ttlDays * DAY_MS);

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/**
 * In which fields an invitation is not what the entry asks for. Only what Fastly shows can differ: a field it leaves
 * out counts as equal, or the plan would never come to rest.
 */
export const differingFields = (
  access: Access,
  invitation: Invitation,
  ledgerEntry: LedgerEntry | undefined,
): Field[] => {
  const fields: Field[] = [];
  const { role, roles, limitServices } = invitation;
  if (access.role !== undefined && role !== undefined && role !== access.role) fields.push('role');
  if (access.roles !== undefined && roles !== undefined && !sameList(roles, access.roles))
    fields.push('roles');
  if (limitServices !== undefined && limitServices !== access.limitServices) fields.push('limit_services');
  if (ledgerEntry !== undefined && ledgerEntry.servicesDigest !== servicesDigest(access.services))
    fields.push('services');
  return fields;
};

/** Newest first, so that of two equal invitations the one that lives longer is kept; then by id. */
export const newestFirst = (a: Invitation, b: Invitation): number =>
  (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? -1 : 1);
