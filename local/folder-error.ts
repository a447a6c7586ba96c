/** Errors of the file system and of SQLite in the words of somebody who has to do something about them. */

import { basename, dirname } from 'node:path';

const NO_ACCESS = 'give yourself access to it, or choose another folder';
const READ_ONLY = 'it can only be read; choose another folder';
const NOT_A_FOLDER = 'there is a file where a folder has to be; move it away, or choose another folder';
const FULL = 'the disk is full; make room and run again';
const DAMAGED = 'the file is damaged; move it away and run again, and what was waiting in it is planned anew';

const REMEDIES = new Map([
  ['EACCES', NO_ACCESS],
  ['EPERM', NO_ACCESS],
  ['EROFS', READ_ONLY],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['ENOTDIR', NOT_A_FOLDER],
  ['EEXIST', NOT_A_FOLDER],
  ['EISDIR', 'there is a folder where a file has to be; move it away'],
  ['ENOENT', 'it was removed meanwhile; run again'],
  ['SQLITE_READONLY', READ_ONLY],
  ['SQLITE_IOERR', 'reading or writing failed; look whether the disk is full or broken, and run again'],
  ['SQLITE_CORRUPT', DAMAGED],
  ['SQLITE_FULL', FULL],
  ['SQLITE_CANTOPEN', 'it has to be a file that you may write, in a folder that you may write'],
  ['SQLITE_NOTADB', DAMAGED],
]);

/** Primary result codes of SQLite; the extended ones have them in their lowest byte. https://www.sqlite.org/rescode.html */
const SQLITE_CODES = new Map([
  [5, 'SQLITE_BUSY'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [26, 'SQLITE_NOTADB'],
]);

/** The code of an error of the file system or of SQLite, for example `ENOENT` or `SQLITE_FULL`. */
export const errorCode = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return SQLITE_CODES.get(error.errcode & 0xff);
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
};

/** What to do about an error of the file system or of SQLite; undefined for any other. */
export const errorRemedy = (error: unknown): string | undefined => REMEDIES.get(errorCode(error) ?? '');

/** `action` completes "Can't …", for example `write state/acme/run.json`. Errors of other kinds stay as they are. */
export const folderError = (error: unknown, action: string, folder: string): unknown => {
  const code = errorCode(error);
  if (code === undefined) return error;
  const remedy = errorRemedy(error) ?? 'look after the folder, or choose another one';
  return new Error(`Can't ${action} in the folder ${folder} (${code}): ${remedy}`, { cause: error });
};

/** Does `work`; its errors of the file system name the file and say what to do. `verb`: `open`, `write`, … */
export const onFile = <T>(verb: string, path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw folderError(error, `${verb} ${basename(path)}`, dirname(path));
  }
};
