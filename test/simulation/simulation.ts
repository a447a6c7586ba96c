/** One simulated run: trouble for a while, then calm, in which everything has to come right. */

import type { CountEntries } from './counts.ts';
import { drawSettings } from './draw-settings.ts';
import type { Mutation } from './functions.ts';
import { checkFinalState } from './invariants/final-state.ts';
import { Operator } from './operator.ts';
import { Outsiders } from './outsiders.ts';
import { PlannerHost } from './planner-host.ts';
import { TOKEN_MAX_AGE_MS } from './processes.ts';
import { Random } from './random.ts';
import { repairState } from './restorations.ts';
import { Rosters } from './rosters.ts';
import type { Clocks, Settings } from './settings.ts';
import { makeTrouble, type Tenant } from './trouble.ts';
import { attachWorker } from './worker-host.ts';
import { type Violation, World } from './world.ts';
import { type WorldChoice, withWorlds } from './worlds.ts';

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
  /** Default: none */
  readonly worlds?: WorldChoice;
};

export type SimulationResult = {
  readonly seed: number;
  /** Empty, or the first broken invariant. */
  readonly violations: readonly Violation[];
  readonly counts: CountEntries;
};

/** Runs until nothing moves any more, which has to happen soon enough. */
const comeToRest = async (world: World): Promise<void> => {
  const { scheduler } = world;
  await scheduler.run(scheduler.now + PATIENCE_MS);
  if (!scheduler.isIdle && !scheduler.stopped) world.violate('it does not come to rest');
};

/** Clocks that are off by more than this are noticed and put right. */
const NOTICED_MS = 5 * 60_000;

const rightClocks = (clocks: Clocks): Clocks => {
  const right = (clock: number): number =>
    Math.abs(clock - clocks.fastly) > NOTICED_MS ? clocks.fastly : clock;
  return { planner: right(clocks.planner), worker: right(clocks.worker), fastly: clocks.fastly };
};

const calmDown = async (world: World, tenants: readonly Tenant[]): Promise<void> => {
  const { triggers, claims } = world.witness.contract;
  world.isCalm = true;
  world.clocks = rightClocks(world.clocks);
  claims.clocksSet(world.scheduler.now);
  world.note(() => 'calm');
  for (const { fastly, rosters } of tenants) {
    fastly.outages.length = 0;
    fastly.unwelcome.clear();
    fastly.controls.behave({ listingLagMs: 0 });
    fastly.validToken = fastly.storedToken;
    fastly.isSwapped = false;
    triggers.over(fastly.name, 'clock', world.scheduler.now);
    for (const what of ['token', 'customer'])
      triggers.over(fastly.name, what, world.scheduler.now + TOKEN_MAX_AGE_MS);
    rosters.ensureUsable();
  }
  await comeToRest(world);
};

/** Schedules and approvals, as long as there is something to do. */
const converge = async (world: World, host: PlannerHost, operator: Operator, tenants: readonly Tenant[]) => {
  const { scheduler } = world;
  for (let round = 1; round <= CALM_ROUNDS && !scheduler.stopped; round += 1) {
    operator.forget();
    host.invoke({ kind: 'schedule' });
    await comeToRest(world);
    const results = tenants.map(({ fastly }) => operator.lastResult(fastly.name));
    if (results.every((result) => result?.status === 'in_sync')) return;
    for (const result of results) {
      if (result?.approval !== undefined) operator.approve(result.account, result.approval);
      if (result?.status === 'blocked' && world.settings.events.restorations > 0)
        repairState(world, result.account);
    }
    await comeToRest(world);
    await scheduler.pass(OVERDUE_MS);
  }
  if (!scheduler.stopped) world.violate('planning again still finds something to change');
};

/** Equal seeds, equal runs. */
export const simulate = async (
  seed: number,
  { mutation = {}, trace, change, worlds = [] }: SimulationOptions = {},
): Promise<SimulationResult> => {
  const random = new Random(seed);
  const drawn = withWorlds(drawSettings(random), worlds, random);
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
