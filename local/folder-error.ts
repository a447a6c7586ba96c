/** File system errors in the words of somebody who has to do something about them. */

const NO_ACCESS = 'Give yourself access to it, or choose another folder.';
const NOT_A_FOLDER = 'There is a file where a folder has to be: move it away, or choose another folder.';
const FULL = 'Make room on the disk and run again.';

const REMEDIES = new Map([
  ['EACCES', NO_ACCESS],
  ['EPERM', NO_ACCESS],
  ['EROFS', 'It can only be read: choose another folder.'],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['ENOTDIR', NOT_A_FOLDER],
  ['EEXIST', NOT_A_FOLDER],
  ['EISDIR', 'There is a folder where a file has to be: move it away.'],
  ['ENOENT', 'It was removed meanwhile: run again.'],
]);

/** The code of a file system error, for example `ENOENT`. */
export const errorCode = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
};

/** `action` completes "Can't …", for example `write state/acme/run.json`. Errors of other kinds stay as they are. */
export const folderError = (error: unknown, action: string, folder: string): unknown => {
  const code = errorCode(error);
  if (code === undefined) return error;
  const remedy = REMEDIES.get(code) ?? 'Look after the folder, or choose another one.';
  return new Error(`Can't ${action} in the folder ${folder} (${code}). ${remedy}`, { cause: error });
};
