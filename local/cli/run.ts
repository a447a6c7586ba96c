/** The command line from its arguments to its exit status. */

import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, parseRules, type Rules } from '../../lib/domain/config.ts';
import { createFolderStore } from '../folder-store.ts';
import { UsageError, usageOf } from '../parse-options.ts';
import { apply, type Ending, planOnly } from './apply.ts';
import type { Bench } from './context.ts';
import type { Clock } from './drain.ts';
import { exitStatus, renderEnding } from './ending.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { newestRun } from './interrupted-run.ts';
import { openLog } from './log-file.ts';
import { COMMAND, jobsDirectory, type Options, parseSyncOptions } from './options.ts';
import type { Terminal } from './progress.ts';
import { checkRosterFile, withRosterFile } from './roster-file.ts';
import { createScreen } from './screen.ts';
import { ensureStateFolder } from './state-folder.ts';
import { openTarget, readToken } from './target.ts';

export type World = {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborted when what has begun is to be finished, and nothing more. */
  readonly stop: AbortSignal;
};

const CLOCK: Clock = {
  now: Date.now,
  // An aborted pause is simply over.
  sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
};

/** What was found before anything was touched. */
type Checked = { readonly options: Options; readonly rules: Rules; readonly token: string | undefined };

/** Throws a {@link UsageError} or a {@link ConfigError}. */
const check = (options: Options, env: World['env']): Checked => {
  const rules = parseRules(env);
  const token = options.live ? readToken(env) : undefined;
  checkRosterFile(options);
  return { options, rules, token };
};

const mentionLeftover = async (bench: Bench): Promise<void> => {
  const run = await newestRun(bench);
  if (run?.status === 'draining' || run?.status === 'planning')
    bench.screen.say(`Run ${run.runId} was interrupted; --apply goes on with it`);
};

const carryOut = async (bench: Bench, jobs: Jobs): Promise<Ending> => {
  if (bench.options.mode === 'apply') return await apply(bench, jobs);
  await mentionLeftover(bench);
  return { result: await planOnly(bench), worked: [] };
};

/** `jobs` open: no other process has the account. */
const runLocked = async ({ options, rules, token }: Checked, jobs: Jobs, world: World): Promise<number> => {
  const { stdout, stderr, stop } = world;
  const screen = createScreen(stdout, stderr, options.json);
  const target = await openTarget(options, token, rules, CLOCK);
  screen.print([screen.paint('bold', `${options.rosterName} → ${target.name}`)]);
  try {
    const bench: Bench = {
      options,
      rules,
      store: withRosterFile(createFolderStore(options.stateDirectory), options),
      target,
      screen,
      log: openLog(options.stateDirectory, CLOCK.now),
      clock: CLOCK,
      stop,
    };
    const ending = await carryOut(bench, jobs);
    screen.print(renderEnding(ending, options, screen.paint));
    if (options.json) stdout.write(`${JSON.stringify({ results: [ending.result] }, null, 2)}\n`);
    return exitStatus(ending);
  } finally {
    await target.close();
  }
};

const run = async (world: World): Promise<number> => {
  const options = parseSyncOptions(world.argv);
  if (options === 'help') {
    world.stdout.write(usageOf(COMMAND));
    return 0;
  }
  const checked = check(options, world.env);
  ensureStateFolder(options.stateDirectory);
  const jobs = openJobs(jobsDirectory(options), options.account, CLOCK.now);
  try {
    return await runLocked(checked, jobs, world);
  } finally {
    jobs.close();
  }
};

/** What was written for whoever called; anything else is a fault of ours, and where it happened matters. */
const messageOf = (error: unknown): string => {
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  if (error instanceof Error)
    return error.constructor === Error ? error.message : (error.stack ?? error.message);
  return String(error);
};

/** Never throws; returns the exit status. */
export const runCli = async (world: World): Promise<number> => {
  try {
    return await run(world);
  } catch (error) {
    world.stderr.write(`error: ${messageOf(error)}\n`);
    return 1;
  }
};
