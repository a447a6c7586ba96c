/** Kills the command line at random moments, starts it again each time, and lets it finish in the end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../simulation/random.ts';
import { emptyFolder, said, startCli, sync } from './cli.ts';
import { type Simulator, startSimulator } from './simulator.ts';

export type KillPlan = {
  readonly kills: number;
  readonly seed: number;
  /** Rows of the roster at first; it grows while the job is interrupted. */
  readonly rows: number;
  /** The simulated account is a process of its own, which outlives the one that is killed; undefined: it is killed, too. */
  readonly live?: { readonly writeDelayMs: number };
  readonly onKill?: (kill: number) => void;
};

export type KillFigures = {
  /** Starts that came to their end before they were killed, not counted as kills. */
  readonly ended: number;
  readonly roster: readonly string[];
  /** Open invitations in the end, `address role`, sorted, as is `wanted`. */
  readonly found: readonly string[];
  readonly wanted: readonly string[];
  /** Addresses by how many mails they got. */
  readonly mails: Readonly<Record<number, number>>;
  /** Exit status of the last two runs, which nobody killed. */
  readonly statuses: readonly (number | null)[];
  readonly lastOutput: string;
};

/** Guards are not what this is about. */
const ENV = {
  MAX_CREATES: '1000000',
  MAX_REPLACES: '1000000',
  MAX_DELETES: '1000000',
  MAX_CHANGE_PERCENT: '100',
  RATE_LIMIT_PER_HOUR: '1000000',
};
const TOKEN = 'simulated-token';
/** What a call waits for when it takes over from one that was killed, and what it needs to start. */
const TAKEOVER_MS = 18_000;
const ACCOUNT = 'acme';
const SIMULATOR = resolve(import.meta.dirname, '../../local/simulator/main.ts');

const address = (number: number): string => `person${number}@example.com`;
const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => address(from + index));

/** Every kind of change from the first plan on: persons 0-9 differ, 10-19 fit, 20-24 are members, ten strangers. */
const seed = (simulator: Simulator): void => {
  const strangers = Array.from({ length: 10 }, (_, number) => `stranger${number}@example.com`);
  simulator.seed({
    invitations: [
      ...people(0, 10).map((email) => ({ email, role: 'billing' })),
      ...people(10, 20).map((email) => ({ email, role: 'user' })),
      ...strangers.map((email) => ({ email, role: 'user' })),
    ],
    members: people(20, 25).map((email) => ({ login: email.toUpperCase(), role: 'user' })),
  });
};

/** Starts the account as a process of its own. Resolves to it and its address. */
const startAccount = (
  journalPath: string,
  writeDelayMs: number,
): Promise<{ readonly process: ChildProcess; readonly url: string }> => {
  const options = { journal: journalPath, quota: 1_000_000, 'write-delay': writeDelayMs, token: TOKEN };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(process.execPath, [SIMULATOR, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolveStarted, reject) => {
    child.stdout.once('data', (lines: Buffer) =>
      resolveStarted({ process: child, url: lines.toString().split('\n')[0] ?? '' }),
    );
    child.once('close', () => reject(new Error('The simulated account did not start')));
  });
};

class Arena {
  readonly folder = emptyFolder();
  readonly #random: Random;
  readonly #plan: KillPlan;
  #account: Awaited<ReturnType<typeof startAccount>> | undefined;
  #rows = 0;

  constructor(plan: KillPlan) {
    this.#random = new Random(plan.seed);
    this.#plan = plan;
  }

  get journalPath(): string {
    return join(this.folder, '.sync', 'simulated', 'fastly', `${ACCOUNT}.jsonl`);
  }

  get roster(): string[] {
    return people(0, this.#rows);
  }

  async open(): Promise<void> {
    const { live, rows } = this.#plan;
    const simulator = await this.#openJournal();
    seed(simulator);
    await simulator.close();
    if (live !== undefined) this.#account = await startAccount(this.journalPath, live.writeDelayMs);
    this.grow(rows);
  }

  #openJournal(): Promise<Simulator> {
    return startSimulator({ journalPath: this.journalPath, quotaPerHour: 1_000_000 });
  }

  grow(rows: number): void {
    this.#rows += rows;
    const lines = this.roster.map((email) => `${email},user\n`);
    writeFileSync(join(this.folder, `${ACCOUNT}.csv`), `email,role\n${lines.join('')}`);
  }

  get #call(): Parameters<typeof startCli> {
    const live = this.#account && { FASTLY_API_URL: this.#account.url, FASTLY_API_TOKEN: TOKEN };
    const args = ['--roster', `${ACCOUNT}.csv`, '--apply', ...(live === undefined ? [] : ['--live'])];
    return [args, { cwd: this.folder, env: { ...ENV, ...live } }];
  }

  async startAndKill(): Promise<'killed' | 'ended'> {
    const { child, ended } = startCli(...this.#call);
    await this.#moment(child);
    child.kill('SIGKILL');
    const { status } = await ended;
    return status === null ? 'killed' : 'ended';
  }

  /** Some moments are counted from the start, most from when the plan is printed: there is more to go wrong then. */
  async #moment(child: ChildProcess): Promise<void> {
    const { live } = this.#plan;
    if (live !== undefined) await pause(this.#random.between(100, TAKEOVER_MS + 3 * live.writeDelayMs));
    else if (this.#random.chance(0.3)) await pause(this.#random.between(100, 1200));
    else {
      await said(child, /^(Plan|Continuing)/m);
      await pause(this.#random.between(0, 500));
    }
  }

  /** By a fifth of the first rows. */
  maybeGrow(end: 'killed' | 'ended'): void {
    if (end === 'ended' || this.#random.chance(0.2)) this.grow(Math.ceil(this.#plan.rows / 5));
  }

  async finish(): Promise<Pick<KillFigures, 'found' | 'mails' | 'statuses' | 'lastOutput'>> {
    const first = await sync(...this.#call);
    const second = await sync(...this.#call);
    await this.#end();
    const account = await this.#openJournal();
    const found = account.invitations().map(({ email, role }) => `${email} ${role}`);
    const mails: Record<number, number> = {};
    for (const count of account.mails().values()) mails[count] = (mails[count] ?? 0) + 1;
    await account.close();
    const statuses = [first.status, second.status];
    return { found: found.sort(), mails, statuses, lastOutput: second.stdout + second.stderr };
  }

  /** The account keeps every change before it answers, so that nothing is lost. */
  async #end(): Promise<void> {
    const { process: account } = this.#account ?? {};
    if (account === undefined) return;
    const closed = once(account, 'close');
    account.kill();
    await closed;
  }
}

export const killAgainAndAgain = async (plan: KillPlan): Promise<KillFigures> => {
  const arena = new Arena(plan);
  await arena.open();
  let ended = 0;
  for (let kills = 0; kills < plan.kills; ) {
    const end = await arena.startAndKill();
    if (end === 'ended') ended += 1;
    else {
      kills += 1;
      plan.onKill?.(kills);
    }
    arena.maybeGrow(end);
  }
  const members = new Set(people(20, 25));
  const wanted = arena.roster.filter((email) => !members.has(email)).map((email) => `${email} user`);
  return { ended, roster: arena.roster, wanted: wanted.sort(), ...(await arena.finish()) };
};
