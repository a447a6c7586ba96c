/** Access in words: what a plan gives to somebody, and what somebody has now. */

import type { Cancelled } from '../domain/change.ts';
import type { Access } from '../domain/invitation.ts';
import { DAY_MS } from '../domain/time.ts';
import type { RecordedChange } from '../state/plan-record.ts';
import { enumeration, numeral, quantity } from './wording.ts';

type Shown = Pick<Cancelled, 'role' | 'roles' | 'limitServices' | 'services'>;

/** `engineer`, `roles r1, r2`; `short` only counts IAM roles. */
const roleText = ({ role, roles = [] }: Shown, short: boolean): string => {
  const ids = short ? quantity(roles.length, 'IAM role') : `roles ${roles.join(', ')}`;
  return [role ?? [], roles.length > 0 ? ids : []].flat().join(' and ') || 'no role';
};

const limitText = ({ limitServices, services }: Shown, short: boolean): string => {
  if (limitServices !== true) return '';
  if (services === undefined) return ', limited to services';
  if (short) return `, ${quantity(services.length, 'service')}`;
  const named = services.map(({ id, permission }) => `${id} (${permission})`);
  return `, limited to ${named.join(', ') || 'no services'}`;
};

/** Role and services; what is not known is left out. */
const accessText = (access: Access | Shown, short = false): string =>
  roleText(access, short) + limitText(access, short);

/** What a change cancels. Several invitations with the same access are named once. */
const fromText = (from: readonly Shown[], short = false): string =>
  enumeration([...new Set(from.map((one) => accessText(one, short)))]);

/** `user → engineer, 2 services`; only one side for a create or a delete. */
export const transitionText = (change: RecordedChange, short = false): string => {
  if (change.action === 'create') return accessText(change.access, short);
  const before = fromText(change.from, short);
  if (change.action === 'delete') return before;
  const after = accessText(change.access, short);
  return before === after ? after : `${before} → ${after}`;
};

const oneAge = ({ createdAt, expiresAt }: Cancelled, now: number): string => {
  if (createdAt === undefined || expiresAt === undefined) return 'age unknown';
  const days = (until: number): number => Math.floor((until - Date.parse(createdAt)) / DAY_MS);
  return `${numeral(Math.max(0, days(now)))} of ${quantity(days(Date.parse(expiresAt)), 'day')} old`;
};

/** `3 of 7 days old`: the age and the life time of each invitation. `now`: milliseconds since 1970 */
export const ageText = (from: readonly Cancelled[], now: number): string =>
  enumeration(from.map((one) => oneAge(one, now)));
