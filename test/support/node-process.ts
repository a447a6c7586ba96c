/** Other processes that use the project's modules. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Runs the lines of a module, with `import.meta.url` being of no use: modules are named by their URL. */
export const startNode = (lines: string): ChildProcessByStdio<null, Readable, null> =>
  spawn(process.execPath, ['--input-type=module', '-e', lines], { stdio: ['ignore', 'pipe', 'inherit'] });

/** The module at this path below the project's folder, as a literal for an `import()` in such lines. */
export const moduleLiteral = (path: string): string =>
  JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
