/** Kills the command line at random moments, starts it again each time, and lets it finish in the end. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { Random } from '../simulation/random.ts';
import { emptyFolder, said, startCli, sync } from './cli.ts';

export type KillPlan = {
  readonly kills: number;
  readonly seed: number;
  /** Rows of the roster at first; it grows while the job is interrupted. */
  readonly rows: number;
  /** The simulated account is another process than the one that is killed, and outlives it. */
  readonly live: boolean;
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
const LIVE_DELAY_MS = 10;
const GROWTH = 100;
const ACCOUNT = 'acme';

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

class Arena {
  readonly folder = emptyFolder();
  readonly #random: Random;
  readonly #live: boolean;
  #server: Simulator | undefined;
  #rows = 0;

  constructor({ seed: number, live }: KillPlan) {
    this.#random = new Random(number);
    this.#live = live;
  }

  get journalPath(): string {
    return join(this.folder, '.sync', 'simulated', 'fastly', `${ACCOUNT}.jsonl`);
  }

  get roster(): string[] {
    return people(0, this.#rows);
  }

  async open(rows: number): Promise<void> {
    const simulator = await this.#openAccount();
    seed(simulator);
    if (this.#live) this.#server = simulator;
    else await simulator.close();
    this.grow(rows);
  }

  #openAccount(): Promise<Simulator> {
    const options = { journalPath: this.journalPath, quotaPerHour: 1_000_000 };
    return startSimulator({ ...options, ...(this.#live && { delayMs: LIVE_DELAY_MS }) });
  }

  grow(rows: number): void {
    this.#rows += rows;
    const lines = this.roster.map((email) => `${email},user\n`);
    writeFileSync(join(this.folder, `${ACCOUNT}.csv`), `email,role\n${lines.join('')}`);
  }

  get #call(): Parameters<typeof startCli> {
    const live = this.#server && { FASTLY_API_URL: this.#server.url, FASTLY_API_TOKEN: this.#server.token };
    const args = ['--roster', `${ACCOUNT}.csv`, '--apply', ...(live === undefined ? [] : ['--live'])];
    return [args, { cwd: this.folder, env: { ...ENV, ...live } }];
  }

  /** Some moments are counted from the start, most from when the plan is printed: there is more to go wrong then. */
  async startAndKill(): Promise<'killed' | 'ended'> {
    const { child, ended } = startCli(...this.#call);
    if (this.#random.chance(0.3)) await pause(this.#random.between(100, 1200));
    else {
      await said(child, /^(Plan|Continuing)/m);
      await pause(this.#random.between(0, 500));
    }
    child.kill('SIGKILL');
    const { status } = await ended;
    return status === null ? 'killed' : 'ended';
  }

  maybeGrow(end: 'killed' | 'ended'): void {
    if (end === 'ended' || this.#random.chance(0.2)) this.grow(GROWTH);
  }

  async finish(): Promise<Pick<KillFigures, 'found' | 'mails' | 'statuses' | 'lastOutput'>> {
    const first = await sync(...this.#call);
    const second = await sync(...this.#call);
    const account = this.#server ?? (await this.#openAccount());
    const found = account.invitations().map(({ email, role }) => `${email} ${role}`);
    const mails: Record<number, number> = {};
    for (const count of account.mails().values()) mails[count] = (mails[count] ?? 0) + 1;
    await account.close();
    const statuses = [first.status, second.status];
    return { found: found.sort(), mails, statuses, lastOutput: second.stdout + second.stderr };
  }
}

export const killAgainAndAgain = async (plan: KillPlan): Promise<KillFigures> => {
  const arena = new Arena(plan);
  await arena.open(plan.rows);
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
