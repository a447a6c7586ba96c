/** The name of a set of changes. */

import type { Change } from '../domain/change.ts';
import { sha256OfMany } from '../domain/digest.ts';
import type { Access } from '../domain/invitation.ts';

/** In a fixed order, whatever order an object's fields have. */
const accessValues = ({ role, roles, limitServices, services }: Access): readonly unknown[] => [
  role,
  roles,
  limitServices,
  services.map(({ id, permission }) => [id, permission]),
];

/** What the hash covers of a change. What an action has not is `null`, so different changes give different text. */
const hashedText = (change: Change): string =>
  JSON.stringify([
    change.action,
    change.email,
    change.action === 'delete' ? null : accessValues(change.access),
    change.action === 'create' ? null : change.invitationIds,
  ]);

function* hashedTexts(account: string, changes: readonly Change[]): Generator<string> {
  yield account;
  for (const change of changes) yield hashedText(change);
}

/**
 * The name of exactly these changes: `sha256:` and 64 hexadecimal digits. Over all changes it is the plan hash, over the
 * held ones the approval. It covers what is done to whom: account, action, address, access and invitation ids. It does
 * not cover reasons, counts of mails, time or the roster's version, so that the same plan made later has the same name.
 */
export const hashChanges = (account: string, changes: readonly Change[]): string =>
  `sha256:${sha256OfMany(hashedTexts(account, changes))}`;
