/** The packages of bench/package.json. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const isInstalled = (name: string): boolean =>
  existsSync(join(import.meta.dirname, 'node_modules', name, 'package.json'));

/** Those that are not there. */
export const missingPeers = (names: readonly string[]): string[] =>
  names.filter((name) => !isInstalled(name));

export const installPeers = async (): Promise<void> => {
  console.error('installing what the benchmarks compare with (npm ci in bench/)');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 2, 2],
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error('npm ci in bench/ failed: what it said is above');
};
