/**
 * A SQLite file that one process has for itself. Its lock is the kernel's: two processes can't both hold it, also not from
 * two containers on one volume, and it ends with its process, however that ends. A change is whole or not at all, and on
 * the disk when it returns.
 *
 * Nothing else in this process may open the file: closing it would give the lock away.
 *
 * @see https://www.sqlite.org/howtocorrupt.html section 2.2
 */

import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorCode, folderError } from './folder-error.ts';

/** What is kept in there holds addresses. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Of two that come at once, one gets the lock within this time. */
const LOCK_TIMEOUT_MS = 500;

export type ExclusiveDatabase = {
  readonly database: DatabaseSync;
  /** Carries out `work`, which must not wait for anything, as one change. When it throws, nothing was changed. */
  transact<T>(work: () => T): T;
  close(): void;
};

/** SQLite would make the file for everybody to read, and does not say why it can't make one. */
const ensureFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  try {
    writeFileSync(path, '', { flag: 'wx', mode: FILE_MODE });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // SQLite would open a file that can't be written for reading, and then locks nobody out.
    accessSync(path, constants.R_OK | constants.W_OK);
  }
};

const lock = (database: DatabaseSync): void => {
  database.exec('BEGIN EXCLUSIVE');
  // From here on the end of a transaction does not release the lock.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('COMMIT');
};

/**
 * Opens the file, or makes it. `in_use`: another process has it, or this one already.
 *
 * @throws when the file can't be read or written, with a sentence that names it
 */
export const openExclusively = (path: string): ExclusiveDatabase | 'in_use' => {
  const failure = (error: unknown, verb: string): unknown =>
    folderError(error, `${verb} ${basename(path)}`, dirname(path));
  let opened: DatabaseSync | undefined;
  try {
    ensureFile(path);
    opened = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    lock(opened);
  } catch (error) {
    opened?.close();
    if (errorCode(error) === 'SQLITE_BUSY') return 'in_use';
    throw failure(error, 'open');
  }
  const database = opened;
  return {
    database,
    transact: (work) => {
      database.exec('BEGIN');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        // Some errors have ended the transaction already.
        if (database.isTransaction) database.exec('ROLLBACK');
        throw failure(error, 'write');
      }
    },
    close: () => database.close(),
  };
};
