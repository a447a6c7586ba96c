/** The roster as a file: read where it lies, under the name that it would have in the bucket. */

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { mappingKey, rosterKeys } from '../../lib/state/keys.ts';
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

const checkFile = (what: string, path: string, name: string): void => {
  let problem: string | undefined;
  try {
    if (!statSync(path).isFile()) problem = 'it is not a file';
    accessSync(path, constants.R_OK);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    problem = PROBLEMS.get(code) ?? `it can't be read (${code})`;
  }
  const where = name === path ? '' : ` (looked for ${path})`;
  if (problem !== undefined) throw new UsageError(`can't read the ${what} ${name}: ${problem}${where}`);
};

type Files = Pick<Call, 'rosterPath' | 'rosterName' | 'mappingPath' | 'mappingName'>;

/** Throws a {@link UsageError} when there is nothing to read. */
export const checkRosterFile = ({ rosterPath, rosterName, mappingPath, mappingName }: Files): void => {
  if (rosterPath !== undefined) checkFile('roster', rosterPath, rosterName);
  // Nobody named a mapping that is only looked for beside the roster.
  if (mappingPath !== undefined && (mappingName !== undefined || existsSync(mappingPath)))
    checkFile('mapping', mappingPath, mappingName ?? mappingPath);
};

const readFile = (path: string): ReturnType<ObjectStore['read']> =>
  createFolderStore(dirname(path)).read(basename(path));

/** `store`, in which the account's roster and mapping are the files. */
export const withRosterFile = (
  store: ObjectStore,
  { rosterPath, mappingPath, account }: Pick<Call, 'rosterPath' | 'mappingPath' | 'account'>,
): ObjectStore => {
  if (rosterPath === undefined || account === undefined) return store;
  // Whether it is gzipped is seen by its content, so that one of the two names will do.
  const [key, otherKey] = rosterKeys(account);
  const files = new Map([
    [key, rosterPath],
    [otherKey, undefined],
    [mappingKey(account), mappingPath],
  ]);
  return {
    ...store,
    read: async (wanted) => {
      if (!files.has(wanted)) return await store.read(wanted);
      const path = files.get(wanted);
      return path === undefined ? undefined : await readFile(path);
    },
  };
};
