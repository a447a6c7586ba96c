/** One simulated run: trouble for a while, then calm, in which everything has to come right. */

import type { CountEntries } from './counts.ts';
import { EventSource } from './event-source.ts';
import { callWorker, type Mutation } from './functions.ts';
import { checkFinalState } from './invariants/final-state.ts';
import type { Invocation } from './invocation.ts';
import { Operator } from './operator.ts';
import { Outsiders } from './outsiders.ts';
import { PlannerHost } from './planner-host.ts';
import { type Process, Processes } from './processes.ts';
import { Random } from './random.ts';
import { Rosters } from './rosters.ts';
import { drawSettings, type Settings } from './settings.ts';
import { makeTrouble, type Tenant } from './trouble.ts';
import { type Violation, World } from './world.ts';

const HOUR_MS = 3_600_000;
/** The longest that anything may take once all is calm: less than the queue keeps a message. */
const PATIENCE_MS = 10 * 24 * HOUR_MS;
/** So long after its estimate a run may be overtaken. */
const OVERDUE_MS = 7 * HOUR_MS;
const CALM_ROUNDS = 12;

export type SimulationOptions = {
  readonly mutation?: Mutation;
  readonly trace?: (line: string) => void;
  readonly change?: (settings: Settings) => Settings;
};

export type SimulationResult = {
  readonly seed: number;
  /** Empty, or the first broken invariant. */
  readonly violations: readonly Violation[];
  readonly counts: CountEntries;
};

const attachWorker = (world: World, mutation: Mutation): EventSource => {
  const processes = new Processes();
  const running = new Map<Invocation, Process>();
  const { scheduler, random, queue, strikes, counts, witness } = world;
  const source = new EventSource({
    scheduler,
    random,
    queue,
    strikes,
    counts,
    invoke: (batch, invocation) => {
      const process = processes.take(scheduler.now);
      running.set(invocation, process);
      const ids = batch.map(({ messageId, receiveCount }) => `${messageId} (${receiveCount})`);
      world.note(() => `${invocation.name} gets ${ids.join(', ')}`);
      return callWorker({ world, invocation, process, mutation }, batch);
    },
    ended: (invocation, end) => {
      const process = running.get(invocation);
      running.delete(invocation);
      counts.add('worker milliseconds', scheduler.now - invocation.startedAt);
      world.note(() => `${invocation.name} ${end.kind} ${'value' in end ? JSON.stringify(end.value) : ''}`);
      if (end.kind === 'threw') world.violate(`${invocation.name} threw ${end.error}`);
      if (process === undefined) return;
      if (end.kind === 'returned') processes.giveBack(process, scheduler.now);
      else witness.gone(process);
      if (end.kind === 'crashed') counts.add('worker crashes');
      if (end.kind === 'timed_out') counts.add('worker time-outs');
    },
    acknowledging: (message) => witness.acknowledging(message, world.deadLetters),
  });
  world.queueChanged = () => source.wake();
  return source;
};

/** Runs until nothing moves any more, which has to happen soon enough. */
const comeToRest = async (world: World): Promise<void> => {
  const { scheduler } = world;
  await scheduler.run(scheduler.now + PATIENCE_MS);
  if (!scheduler.isIdle && !scheduler.stopped) world.violate('it does not come to rest');
};

const calmDown = async (world: World, tenants: readonly Tenant[]): Promise<void> => {
  world.isCalm = true;
  world.note(() => 'calm');
  for (const { fastly, rosters } of tenants) {
    fastly.outages.length = 0;
    fastly.unwelcome.clear();
    fastly.listingLagMs = 0;
    fastly.validToken = fastly.storedToken;
    rosters.ensureUsable();
  }
  await comeToRest(world);
};

/** Schedules and approvals, as long as there is something to do. */
const converge = async (world: World, host: PlannerHost, operator: Operator, tenants: readonly Tenant[]) => {
  const { scheduler } = world;
  for (let round = 1; round <= CALM_ROUNDS && !scheduler.stopped; round += 1) {
    host.invoke({ kind: 'schedule' });
    await comeToRest(world);
    const results = tenants.map(({ fastly }) => operator.lastResult(fastly.name));
    if (results.every((result) => result?.status === 'in_sync')) return;
    for (const result of results)
      if (result?.approval !== undefined) operator.approve(result.account, result.approval);
    await comeToRest(world);
    await scheduler.pass(OVERDUE_MS);
  }
  if (!scheduler.stopped) world.violate('planning again still finds something to change');
};

/** Equal seeds, equal runs. */
export const simulate = async (
  seed: number,
  { mutation = {}, trace, change }: SimulationOptions = {},
): Promise<SimulationResult> => {
  const random = new Random(seed);
  const drawn = drawSettings(random);
  const settings = change?.(drawn) ?? drawn;
  const world = new World(settings, random, trace);
  attachWorker(world, mutation);
  const host: PlannerHost = new PlannerHost(
    world,
    mutation,
    (result) => operator.read(result),
    (message) => operator.notified(message),
  );
  const operator = new Operator(world, (trigger) => host.invoke(trigger));
  const tenants = [...world.accounts.values()].map((fastly) => ({
    fastly,
    rosters: new Rosters(world, fastly.name),
    outsiders: new Outsiders(world, fastly),
  }));
  world.note(() => JSON.stringify({ seed, ...settings }));
  makeTrouble(world, host, operator, tenants);
  await world.scheduler.pass(settings.lastsMs);
  if (!world.scheduler.stopped) await calmDown(world, tenants);
  await converge(world, host, operator, tenants);
  if (!world.scheduler.stopped) checkFinalState(world, tenants);
  return { seed, violations: world.violations, counts: world.counts.entries() };
};
