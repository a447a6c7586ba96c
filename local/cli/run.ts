/** The command line from its arguments to its exit status. */

import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, misspeltVariables, parseRules, parseWebhook } from '../../lib/domain/config.ts';
import { DamagedFileError } from '../../lib/state/damaged-state.ts';
import { createCloud } from '../cloud.ts';
import { UsageError, usageOf, versionText } from '../parse-options.ts';
import { COMMAND, type CommandName } from './command-line.ts';
import { type Answer, type CommandPorts, withAccount } from './commands/command.ts';
import { dump } from './commands/dump.ts';
import { explainPerson } from './commands/explain.ts';
import { history } from './commands/history.ts';
import { offboard } from './commands/offboard.ts';
import { status } from './commands/status.ts';
import { sync } from './commands/sync.ts';
import { readLiveAccess } from './connection.ts';
import type { Clock } from './drain.ts';
import { refuseForgottenDashes } from './forgotten-dashes.ts';
import { openLocalTarget } from './local-target.ts';
import { type Call, type Options, parseCall } from './options.ts';
import type { Terminal } from './progress.ts';
import { checkRosterFile } from './roster-file.ts';
import { createScreen, type Screen } from './screen.ts';
import { openStageTarget } from './stage-target.ts';
import type { Target } from './target.ts';

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

/** Throws a {@link UsageError} or a {@link ConfigError}, before anything was written. */
const openTarget = async (call: Call, { env, stop }: World, screen: Screen): Promise<Target> => {
  const { target } = call;
  const ports = { screen, clock: CLOCK, stop };
  if (target.kind === 'stage') return await openStageTarget(target, createCloud(env, target.region), ports);
  const rules = parseRules(env);
  for (const { given, meant } of misspeltVariables(env))
    screen.say(`warning: nothing reads the variable ${given}. Did you mean ${meant}?`);
  const live = target.kind === 'live' ? readLiveAccess(env) : undefined;
  const url = parseWebhook(env);
  const webhook = url === undefined ? undefined : { url, environment: env };
  checkRosterFile(call);
  return openLocalTarget(call, { ...ports, rules, live, webhook });
};

/** Commands about one account. */
const ON_ONE: Readonly<
  Record<Exclude<CommandName, 'status'>, (options: Options, ports: CommandPorts) => Promise<Answer>>
> = {
  plan: sync,
  apply: sync,
  resend: sync,
  explain: explainPerson,
  history,
  dump,
  offboard,
};

const answer = async (call: Call, ports: CommandPorts): Promise<Answer> => {
  const { command } = call;
  if (command === 'status') return await status(call, ports);
  return await ON_ONE[command](await withAccount(call, ports.target), ports);
};

const run = async (world: World): Promise<number> => {
  const { stdout, stderr } = world;
  refuseForgottenDashes(world.argv, world.env);
  const call = parseCall(world.argv, world.env);
  if (typeof call === 'string') {
    stdout.write(call === 'help' ? usageOf(COMMAND) : versionText());
    return 0;
  }
  const isOutputKept = call.json || call.markdown || call.command === 'dump';
  const screen = createScreen(stdout, stderr, isOutputKept);
  const onStop =
    call.target.kind === 'stage' ? 'Leaving the run to AWS' : 'Finishing the jobs that have begun';
  world.stop.addEventListener('abort', () => screen.say(`\n${onStop}; press Ctrl-C again to quit at once`));
  const target = await openTarget(call, world, screen);
  const { exitStatus, json } = await answer(call, { target, screen, output: stdout, now: CLOCK.now });
  if (call.json) stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  return exitStatus;
};

/** Errors that were made for the caller are one sentence. Any other is a bug, and is shown with its stack. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const isForCaller =
    error.constructor === Error ||
    [UsageError, ConfigError, DamagedFileError].some((kind) => error instanceof kind);
  return isForCaller ? error.message : (error.stack ?? error.message);
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
