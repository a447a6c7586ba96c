/** Files that a person asked for. Somebody may have worked in one of this name, so none is ever replaced. */

import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, folderError } from '../folder-error.ts';
import { UsageError } from '../parse-options.ts';

/** It holds addresses. */
const OWNER_ONLY = 0o600;

/** @throws with one sentence when the file is there already or can't be written */
export const writeNewFile = (path: string, content: Iterable<string>): void => {
  try {
    writeFileSync(path, [...content].join(''), { flag: 'wx', mode: OWNER_ONLY });
  } catch (error) {
    if (errorCode(error) === 'EEXIST')
      throw new UsageError(`${path} is there already: move it away, or name another file with --to FILE`);
    throw folderError(error, `write ${path}`, dirname(path));
  }
};
