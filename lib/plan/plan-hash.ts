/** The name of a set of changes. */

import type { Change } from '../domain/change.ts';
import { chunksOf } from '../domain/chunks.ts';
import { sha256OfMany } from '../domain/digest.ts';
import type { Access } from '../domain/invitation.ts';
import { remembered } from '../domain/remembered.ts';

/** JSON arrays: per change action, address, access and ids, as far as the action has them. No two lists of changes read the same. */
function* hashLines(account: string, changes: readonly Change[]): Generator<string> {
  yield JSON.stringify(['account', account]);
  for (const chunk of chunksOf(changes, PER_LINE)) {
    const line: unknown[] = [];
    for (const change of chunk) {
      line.push(change.action, change.email);
      if (change.action !== 'delete') line.push(accessText(change.access));
      if (change.action !== 'create') line.push(change.invitationIds);
    }
    yield JSON.stringify(line);
  }
}

/** Changes per line: one by one, the text of a million takes half as long again. */
const PER_LINE = 500;

const accessText = remembered((access: Access) =>
  JSON.stringify([
    access.role ?? null,
    access.roles ?? null,
    access.limitServices,
    access.services.map(({ id, permission }) => [id, permission]),
  ]),
);

/**
 * The name of exactly these changes: `sha256:` and 64 hexadecimal digits. Over all changes it is the plan hash, over the
 * held ones the approval. Time, file version and reasons are not part of it.
 */
export const hashChanges = (account: string, changes: readonly Change[]): string =>
  `sha256:${sha256OfMany(hashLines(account, changes))}`;
