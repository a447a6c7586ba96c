/**
 * `npm run mutate`: small mistakes in the files that decide, noticed or not by the unit tests of their room. Lists those
 * that are not, and fails when a room's tests notice less than 85 %. `npm run mutate -- lib/plan/guards.ts …`: in these
 * files only. Installs Stryker into mutation/ when it is not there.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { readOptions } from '../local/parse-options.ts';

const STRYKER = 'mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
const REPORTS = 'mutation/reports';
const ROOMS = ['domain', 'plan', 'state', 'planner', 'worker'];

type MutationReport = {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
};

/** The exit status of the command. */
const run = (command: string, parameters: readonly string[]): number => {
  const { status, signal, error } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status === null)
    throw new Error(`${command} ${parameters.join(' ')} was ended by ${signal}; run it again`);
  return status;
};

const mutate = (room: string, files: readonly string[]): number => {
  const only = files.length > 0 ? ['--mutate', files.join()] : [];
  return run(process.execPath, [STRYKER, 'run', `mutation/${room}.config.mjs`, ...only]);
};

/** A line per file of the room: what became of its mutants. A mutant that fails on loading is an error, and not counted. */
const linesOf = (room: string): string[] => {
  const report = `${REPORTS}/${room}.json`;
  if (!existsSync(report)) return [`lib/${room}: Stryker gave no report and said why above`];
  const { files } = JSON.parse(readFileSync(report, 'utf8')) as MutationReport;
  return Object.entries(files).map(([file, { mutants }]) => {
    const count = (...statuses: string[]): number =>
      mutants.filter(({ status }) => statuses.includes(status)).length;
    const killed = count('Killed', 'Timeout');
    const survived = count('Survived', 'NoCoverage');
    const score = ((100 * killed) / Math.max(1, killed + survived)).toFixed(1);
    return `${file}: ${killed + survived} mutants, ${killed} killed (${count('Timeout')} by time-out), ${survived} survived: ${score} %`;
  });
};

const { words: files } = readOptions({
  about: `Makes small mistakes in the files that decide, and says which of them the tests of their room do not notice.

  npm run mutate
  npm run mutate -- lib/plan/guards.ts        in these files only`,
  options: {},
  words: { name: 'file' },
});
const rooms = ROOMS.filter(
  (room) => files.length === 0 || files.some((file) => file.startsWith(`lib/${room}/`)),
);
if (rooms.length === 0)
  throw new Error(`none of these files is in lib/{${ROOMS.join()}}/: ${files.join(' ')}`);
if (!existsSync(STRYKER) && run('npm', ['ci', '--prefix', 'mutation']) !== 0) process.exit(1);
// A report of an earlier run would count where this one ends without its own.
rmSync(REPORTS, { recursive: true, force: true });
const statuses = rooms.map((room) =>
  mutate(
    room,
    files.filter((file) => file.startsWith(`lib/${room}/`)),
  ),
);
process.stdout.write(`\n${rooms.flatMap(linesOf).join('\n')}\n`);
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
