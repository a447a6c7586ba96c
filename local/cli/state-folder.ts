/** The state folder, made when it is not there yet. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, folderError } from '../folder-error.ts';

/** Others have no business in there: it holds addresses. */
const FOLDER_MODE = 0o700;

/** Level by level: Node's own recursion never ends where nothing can be made, as in `/proc`. */
const makeFolder = (directory: string): void => {
  if (existsSync(directory)) return;
  makeFolder(dirname(directory));
  try {
    mkdirSync(directory, FOLDER_MODE);
  } catch (error) {
    // A process for another account was quicker.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
};

/** Throws with one clear sentence when there can't be such a folder. */
export const ensureStateFolder = (directory: string): void => {
  try {
    makeFolder(directory);
    if (!statSync(directory).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (error) {
    throw errorCode(error) === 'ENOENT'
      ? new Error(`Can't make the folder ${directory}. Choose another one with --state DIR.`, {
          cause: error,
        })
      : folderError(error, 'keep the state', directory);
  }
};
