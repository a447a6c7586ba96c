/**
 * `npm run mutate`: small mistakes in the files that decide; lists those that no unit test notices and fails below 85 %.
 * `npm run mutate -- -m lib/plan/guards.ts`: only this file. Stryker is installed into mutation/ when it is not there.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const STRYKER = 'mutation/node_modules/@stryker-mutator/core/bin/stryker.js';

const run = (command: string, parameters: readonly string[]): void => {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(STRYKER)) run('npm', ['ci', '--prefix', 'mutation']);
run(process.execPath, [STRYKER, 'run', 'mutation/stryker.config.mjs', ...process.argv.slice(2)]);
