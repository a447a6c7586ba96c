/** The command line from its arguments to its exit status. */

import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, parseRules, type Rules } from '../../lib/domain/config.ts';
import { createFolderStore } from '../folder-store.ts';
import { UsageError, usageOf } from '../parse-options.ts';
import { apply, type Ending, planOnly } from './apply.ts';
import type { Context } from './context.ts';
import type { Clock } from './drain.ts';
import { exitStatus, renderEnding } from './ending.ts';
import { newestRun } from './interrupted-run.ts';
import { type Jobs, openJobs } from './jobs.ts';
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

/** What was checked before anything was written. */
type Checked = { readonly options: Options; readonly rules: Rules; readonly token: string | undefined };

/** Throws a {@link UsageError} or a {@link ConfigError}. */
const check = (options: Options, env: World['env']): Checked => {
  const rules = parseRules(env);
  const token = options.live ? readToken(env) : undefined;
  checkRosterFile(options);
  return { options, rules, token };
};

const mentionInterruptedRun = async (context: Context): Promise<void> => {
  const run = await newestRun(context);
  if (run?.status === 'draining')
    context.screen.say(`Run ${run.runId} was interrupted; --apply continues it`);
  if (run?.status === 'planning')
    context.screen.say(
      `Run ${run.runId} was interrupted before it had enqueued its jobs; --apply plans again`,
    );
};

const carryOut = async (context: Context, jobs: Jobs): Promise<Ending> => {
  if (context.options.mode === 'apply') return await apply(context, jobs);
  await mentionInterruptedRun(context);
  return { result: await planOnly(context), drained: [] };
};

/** With `jobs` open, no other process has the account. */
const runLocked = async ({ options, rules, token }: Checked, jobs: Jobs, world: World): Promise<number> => {
  const { stdout, stderr, stop } = world;
  const screen = createScreen(stdout, stderr, options.json);
  const target = await openTarget(options, token, rules, CLOCK);
  screen.print([screen.paint('bold', `${options.rosterName} → ${target.name}`)]);
  try {
    const context: Context = {
      options,
      rules,
      store: withRosterFile(createFolderStore(options.stateDirectory), options),
      target,
      screen,
      log: openLog(options.stateDirectory, CLOCK.now),
      clock: CLOCK,
      stop,
    };
    const ending = await carryOut(context, jobs);
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

/** Errors that were made for the caller are one sentence. Any other is a bug, and is shown with its stack. */
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
