/** The roster as a file: read where it lies, under the name that it would have in the bucket. */

import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { rosterKeys } from '../../lib/state/keys.ts';
import { errorCode } from '../folder-error.ts';
import { createFolderStore } from '../folder-store.ts';
import { UsageError } from '../parse-options.ts';
import type { Call } from './options.ts';

const PROBLEMS = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'you may not read it'],
  ['EPERM', 'you may not read it'],
]);

/** Throws a {@link UsageError} when there is nothing to read. */
export const checkRosterFile = ({
  rosterPath,
  rosterName,
}: Pick<Call, 'rosterPath' | 'rosterName'>): void => {
  if (rosterPath === undefined) return;
  let problem: string | undefined;
  try {
    if (!statSync(rosterPath).isFile()) problem = 'it is not a file';
    accessSync(rosterPath, constants.R_OK);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    problem = PROBLEMS.get(code) ?? `it can't be read (${code})`;
  }
  const where = rosterName === rosterPath ? '' : ` (looked for ${rosterPath})`;
  if (problem !== undefined) throw new UsageError(`can't read the roster ${rosterName}: ${problem}${where}`);
};

/** `store`, in which the account's roster is the file. */
export const withRosterFile = (
  store: ObjectStore,
  { rosterPath, account }: Pick<Call, 'rosterPath' | 'account'>,
): ObjectStore => {
  if (rosterPath === undefined || account === undefined) return store;
  const besideRoster = createFolderStore(dirname(rosterPath));
  // Whether it is gzipped is seen by its content, so that one of the two names will do.
  const [key, otherKey] = rosterKeys(account);
  return {
    ...store,
    read: async (wanted) => {
      if (wanted === key) return await besideRoster.read(basename(rosterPath));
      return wanted === otherKey ? undefined : await store.read(wanted);
    },
  };
};
