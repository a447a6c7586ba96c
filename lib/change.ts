/** Changes: what a plan consists of. */

import type { Access, Email } from './invitation.ts';

/** What a live invitation can differ in. */
export type Field = 'role' | 'roles' | 'limit_services' | 'services';

export type CreateChange = {
  readonly action: 'create';
  readonly email: Email;
  readonly access: Access;
  /** `interrupted`: an earlier replace cancelled the old invitation and got no further. */
  readonly reason: 'not_invited' | 'interrupted';
  /** Which mail to this address this will be, from 1. */
  readonly mailNumber: number;
};

type DeleteChange = {
  readonly action: 'delete';
  readonly email: Email;
  /** Sorted; one DELETE each. */
  readonly invitationIds: readonly string[];
  readonly reason: 'not_in_roster' | 'duplicate';
  /** How many of the invitations are live. */
  readonly live: number;
};

export type ReplaceChange = {
  readonly action: 'replace';
  readonly email: Email;
  readonly access: Access;
  /** Sorted; one DELETE each, then one POST. */
  readonly invitationIds: readonly string[];
  readonly reason: 'changed' | 'expired';
  /** What differs, in a fixed order; empty when expired. */
  readonly fields: readonly Field[];
  readonly live: number;
  readonly mailNumber: number;
};

export type Change = CreateChange | DeleteChange | ReplaceChange;
export type Action = Change['action'];

/** How many writes at Fastly a change costs: one per DELETE and one per POST. */
export const writesOf = (change: Change): number =>
  change.action === 'create' ? 1 : change.invitationIds.length + (change.action === 'replace' ? 1 : 0);

export const countActions = (changes: readonly Change[]): Record<Action, number> => {
  const counts = { create: 0, delete: 0, replace: 0 };
  for (const { action } of changes) counts[action] += 1;
  return counts;
};
