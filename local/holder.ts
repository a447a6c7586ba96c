/** Who holds the lock on an account, noted beside it: the lock itself can't tell. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { minuteOf } from '../lib/report/wording.ts';
import { onFile } from './folder-error.ts';

const FILE_NAME = 'holder.json';

const holderSchema = v.object({
  pid: v.number(),
  host: v.string(),
  /** ISO 8601 */
  since: v.string(),
});
type Holder = Readonly<v.InferOutput<typeof holderSchema>>;

/** Notes this process. To be called by whoever has the lock. */
export const noteHolder = (directory: string, now: number): void => {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  const path = join(directory, FILE_NAME);
  onFile('write', path, () => writeFileSync(path, JSON.stringify(holder)));
};

/** To be called before the lock is released. A process that was killed leaves its note to the next one. */
export const removeHolder = (directory: string): void => rmSync(join(directory, FILE_NAME), { force: true });

/** For example `process 4711 on the computer web-1 since 2026-11-23 10:00 UTC`. */
export const describeHolder = (directory: string): string => {
  try {
    const { pid, host, since } = v.parse(
      holderSchema,
      JSON.parse(readFileSync(join(directory, FILE_NAME), 'utf8')),
    );
    return `process ${pid} on the computer ${host} since ${minuteOf(since)}`;
  } catch {
    // It has the lock, but its note is not written yet.
    return 'another process';
  }
};
