/** How long a large plan takes, against what the quota allows at best. */

import { parseRules } from '../../lib/domain/config.ts';
import type { Access } from '../../lib/domain/invitation.ts';
import { DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import type { FastlyAccount } from './fastly-account.ts';
import { person, rosterText } from './people.ts';
import { PlannerHost } from './planner-host.ts';
import { Random } from './random.ts';
import { type Faults, NO_EVENTS, NO_FAULTS, type Settings, TRUE_CLOCKS } from './settings.ts';
import { attachWorker } from './worker-host.ts';
import { World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Longer than any of it takes; the queue keeps messages for fourteen days. */
const PATIENCE_MS = 10 * 24 * HOUR_MS;

export const QUOTA_PER_HOUR = 1000;
const RESERVE = 50;

export type Scenario = {
  readonly name: string;
  readonly jobs: number;
  readonly action: 'create' | 'replace';
  readonly faults?: Partial<Faults>;
  /** Another tool with the same token takes 30 % of the quota: a write every 12 seconds, or all at the full hour. */
  readonly others?: 'evenly' | 'at the full hour';
  /** Nothing of Fastly works, from the middle on. */
  readonly outageHours?: number;
};

export type Figures = {
  readonly name: string;
  readonly hours: number;
  /** With writes that take no time, and the same quota. */
  readonly optimumHours: number;
  readonly ratio: number;
  /** That Fastly counted. */
  readonly writesPerJob: number;
  readonly rateLimited: number;
  readonly highestReceiveCount: number;
  readonly invocationsPer1000Jobs: number;
  readonly billedSecondsPer1000Jobs: number;
  readonly deadLetters: number;
  /** The first broken invariant, if any. */
  readonly violation: string | undefined;
};

export const SCENARIOS: readonly Omit<Scenario, 'jobs'>[] = [
  { name: 'alone', action: 'create' },
  { name: 'alone, replaces', action: 'replace' },
  { name: 'another tool takes 30 %, evenly', action: 'create', others: 'evenly' },
  { name: 'another tool takes 30 %, at the full hour', action: 'create', others: 'at the full hour' },
  { name: '5 % of all writes answered with 503', action: 'create', faults: { writeFails: 0.05 } },
  { name: 'a crash in 1 of 50 invocations', action: 'create', faults: { crash: 0.02 } },
  { name: 'an outage of 24 h in the middle', action: 'create', outageHours: 24 },
];

const OTHERS_PER_HOUR = 300;
const OTHERS_EVERY_MS = HOUR_MS / OTHERS_PER_HOUR;

const settingsFor = ({ jobs, faults }: Scenario): Settings => ({
  worlds: [],
  faults: { ...NO_FAULTS, ...faults },
  events: NO_EVENTS,
  rules: parseRules({
    MAX_CREATES: `${jobs}`,
    MAX_REPLACES: `${jobs}`,
    MAX_CHANGE_PERCENT: '100',
    RATE_LIMIT_PER_HOUR: `${QUOTA_PER_HOUR}`,
    RATE_LIMIT_RESERVE: `${RESERVE}`,
  }),
  behaviour: DEFAULT_BEHAVIOUR,
  accounts: 1,
  people: jobs,
  quotaPerHour: QUOTA_PER_HOUR,
  lastsMs: PATIENCE_MS,
  scheduleEveryMs: HOUR_MS,
  clocks: TRUE_CLOCKS,
});

/** The other tool, which has been at it before. */
const startOthers = (world: World, fastly: FastlyAccount, others: NonNullable<Scenario['others']>): void => {
  const { scheduler } = world;
  const since = scheduler.now - fastly.window;
  const before = others === 'evenly' ? Math.floor(since / OTHERS_EVERY_MS) : OTHERS_PER_HOUR;
  const write = (count: number): void => {
    const done = fastly.otherWrites(count);
    world.counts.add("others' writes", done);
    world.counts.add("others' writes refused", count - done);
  };
  const [every, count] = others === 'evenly' ? [OTHERS_EVERY_MS, 1] : [HOUR_MS, OTHERS_PER_HOUR];
  const goOn = (): void => {
    if (world.isCalm) return;
    write(count);
    scheduler.after(every, goOn);
  };
  write(before);
  scheduler.at(fastly.window + (Math.floor(since / every) + 1) * every, goOn);
};

/** What the quota allows. Times are milliseconds since 1970. */
type Room = {
  /** Writes left in the window of the start. */
  readonly first: number;
  /** Writes in every other window. */
  readonly later: number;
  readonly outage?: { readonly from: number; readonly to: number };
};

/** When the last write could be made, if each took no time at all: milliseconds after the start. */
export const optimumMs = (startedAt: number, writes: number, { first, later, outage }: Room): number => {
  const firstWindow = Math.floor(startedAt / HOUR_MS) * HOUR_MS;
  let left = writes;
  for (let window = firstWindow; ; window += HOUR_MS) {
    let at = Math.max(startedAt, window);
    if (outage !== undefined && outage.from <= at && at < outage.to) at = outage.to;
    if (at >= window + HOUR_MS) continue;
    left -= window === firstWindow ? first : later;
    if (left <= 0) return at - startedAt;
  }
};

const roomFor = ({ others }: Scenario, usedBefore: number): Room => {
  const all = QUOTA_PER_HOUR - RESERVE;
  // What another tool does evenly it does after us: at the start of a window nothing is used yet.
  return { first: all - usedBefore, later: others === 'at the full hour' ? all - OTHERS_PER_HOUR : all };
};

/** Triggers once, and again every hour as long as not everybody has a mail. */
const startPlanner = (world: World, jobs: number): void => {
  const { scheduler, counts } = world;
  const ignore = (): void => undefined;
  const host = new PlannerHost(world, {}, ignore, ignore);
  const trigger = (): void => {
    world.isCalm = counts.of('mails') >= jobs;
    if (world.isCalm) return;
    host.invoke({ kind: 'schedule' });
    scheduler.after(HOUR_MS, trigger);
  };
  trigger();
};

/** Runs a scenario until everybody is invited. Equal seeds, equal figures. */
export const converge = async (scenario: Scenario, seed: number): Promise<Figures> => {
  const { name, jobs, action, others, outageHours } = scenario;
  const world = new World(settingsFor(scenario), new Random(seed));
  const { scheduler, counts, bucket, witness } = world;
  const fastly = world.account('acme-1');
  const access: Access = { role: 'user', limitServices: false, services: [] };
  const wishes = new Map(Array.from({ length: jobs }, (_, index) => [person(index), access]));
  if (action === 'replace')
    fastly.controls.seed({ invitations: [...wishes.keys()].map((email) => ({ email, role: 'billing' })) });
  const uploaded = bucket.put('rosters/acme-1.csv', rosterText(wishes, world.random));
  if (uploaded !== 'conflict') witness.book.rosters.set(uploaded.etag, wishes);
  if (others !== undefined) startOthers(world, fastly, others);
  const startedAt = scheduler.now;
  const middleHours = Math.floor(jobs / (QUOTA_PER_HOUR - RESERVE) / 2);
  const from = startedAt + middleHours * HOUR_MS;
  const outage = outageHours === undefined ? undefined : { from, to: from + outageHours * HOUR_MS };
  if (outage !== undefined) fastly.outages.push({ ...outage, reads: true });
  const room = { ...roomFor(scenario, fastly.used.others), ...(outage !== undefined && { outage }) };
  const optimum = optimumMs(startedAt, action === 'create' ? jobs : 2 * jobs, room);
  attachWorker(world, {});
  startPlanner(world, jobs);
  await scheduler.run(startedAt + PATIENCE_MS);
  const lastMailAt = Math.max(...fastly.controls.invitations().map(({ createdAt }) => createdAt));
  const writes = [...fastly.controls.writes().values()].reduce((sum, { us }) => sum + us, 0);
  return {
    name,
    hours: (lastMailAt - startedAt) / HOUR_MS,
    optimumHours: optimum / HOUR_MS,
    ratio: (lastMailAt - startedAt) / optimum,
    writesPerJob: writes / jobs,
    rateLimited: fastly.controls.rateLimited(),
    highestReceiveCount: world.queue.highestReceiveCount,
    invocationsPer1000Jobs: (counts.of('worker invocations') / jobs) * 1000,
    billedSecondsPer1000Jobs: counts.of('worker milliseconds') / jobs,
    deadLetters: world.deadLetters.size,
    violation: world.violations[0]?.what,
  };
};
