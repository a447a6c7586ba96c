/**
 * Worlds that our own model did not have: each is something that Fastly, clocks, queues or people do, on top of a run's
 * other trouble. They come alone and together.
 */

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/domain/time.ts';
import type { Behaviour } from '../../local/simulator/behaviour.ts';
import type { Random } from './random.ts';
import type { Clocks, Events, Faults, Settings } from './settings.ts';

type WorldKind = {
  /** How often a run has it, where worlds are drawn. */
  readonly weight: number;
  readonly change: (settings: Settings, random: Random) => Settings;
};

const withFaults = (settings: Settings, faults: Partial<Faults>): Settings => ({
  ...settings,
  faults: { ...settings.faults, ...faults },
});

const withEvents = (settings: Settings, events: Partial<Events>): Settings => ({
  ...settings,
  events: { ...settings.events, ...events },
});

const withBehaviour = (settings: Settings, behaviour: Partial<Behaviour>): Settings => ({
  ...settings,
  behaviour: { ...settings.behaviour, ...behaviour },
});

/** From rare to frequent. */
const rate = (random: Random, typical: number): number => typical * 4 ** (random.next() * 2 - 1);

/** At least one field is shown otherwise than it was asked for. */
const drawShown = (random: Random): Partial<Behaviour> => {
  const shown: readonly Partial<Behaviour>[] = [
    { shownRole: random.pick(['derived', 'capitalised', 'user', 'dropped']) },
    {
      shownRoles: random.pick(['derived', 'objects', 'reversed', 'upper_case', 'one_more', 'dropped']),
    },
    { shownLimit: random.pick(['derived', 'always', 'dropped']) },
  ];
  const certain = random.pick(shown);
  return Object.assign({}, certain, ...random.some(shown, 0.3));
};

/** By so much clocks may differ without anybody noticing, each from the true time. */
const UNNOTICED_MS = 2 * MINUTE_MS;

const drawClocks = (random: Random): Clocks => {
  const unnoticed = (): number => random.between(-UNNOTICED_MS, UNNOTICED_MS);
  const clocks = { planner: unnoticed(), worker: unnoticed(), fastly: unnoticed() };
  const days = (): number => random.pick([-1, 1]) * random.between(DAY_MS / 4, 9 * DAY_MS);
  const machine = days();
  return random.pick<Clocks>([
    clocks,
    clocks,
    { ...clocks, planner: days() },
    { ...clocks, worker: days() },
    // Both on one machine, as from the command line.
    { ...clocks, planner: machine, worker: machine },
  ]);
};

const LARGE_PEOPLE = 5000;
/** Of Fastly, where more people than a few are invited in an hour. */
const QUOTA_PER_HOUR = 1000;

const WORLDS = {
  /** Fastly derives, adds, normalises or drops `role`, `roles` and `limit_services`. */
  'shown-differently': {
    weight: 0.15,
    change: (settings, random) => withBehaviour(settings, drawShown(random)),
  },
  /** A second POST for an address makes a second invitation and a second mail. */
  duplicates: {
    weight: 0.15,
    change: (settings, random) =>
      withBehaviour(
        // Of two invocations with one message nobody can know what the other one just sends.
        withEvents(withFaults(settings, { doubleDelivery: 0 }), { invitations: random.between(5, 15) }),
        {
          duplicate: 'second_invitation',
          duplicateOfExpired: 'second_invitation',
          inviteMember: 'invited',
        },
      ),
  },
  /** Quota headers that are there and not there, that name impossible resets, or that come twice. */
  'quota-headers': {
    weight: 0.15,
    change: (settings, random) =>
      withBehaviour(withEvents(settings, { headerChanges: random.between(0, 4) }), {
        quotaHeaders: random.pick([true, false, 'some', 'some'] as const),
        quotaReset: random.pick(['true', 'true', 'past', 'far_future', 'milliseconds'] as const),
        repeatedQuotaHeaders: random.chance(0.2),
      }),
  },
  /** People act between any two pages of a list. */
  moving: {
    // Several pages are several hundred people, each run of whom takes as long as ten others.
    weight: 0.02,
    change: (settings, random) => ({
      ...withBehaviour(withFaults(settings, { pageMoves: rate(random, 0.15) }), {
        listOrder: random.pick(['newest_first', 'oldest_first', 'by_id'] as const),
      }),
      accounts: 1,
      people: random.between(110, 350),
      quotaPerHour: QUOTA_PER_HOUR,
      rules: { ...settings.rules, RATE_LIMIT_PER_HOUR: QUOTA_PER_HOUR },
    }),
  },
  /** HTML, or `{"errors": …}`, with 200. */
  intermediary: {
    weight: 0.15,
    change: (settings, random) => withFaults(settings, { intermediaryAnswers: rate(random, 0.05) }),
  },
  /** The planner's, the worker's and Fastly's clock differ, by minutes or by days. */
  clocks: {
    weight: 0.12,
    change: (settings, random) => ({ ...settings, clocks: drawClocks(random) }),
  },
  /** People remove state, or put an older version of it in its place. */
  'state-restored': {
    weight: 0.12,
    change: (settings, random) => withEvents(settings, { restorations: random.between(1, 4) }),
  },
  /** The stored token is one of another customer, from some moment on. */
  'other-customer': {
    weight: 0.1,
    change: (settings, random) =>
      withBehaviour(withEvents(settings, { tokenSwaps: random.between(1, 2) }), {
        otherCustomer: random.pick(['refused', 'ignored'] as const),
      }),
  },
  /** Every event may be delivered twice. */
  'events-twice': {
    weight: 0.15,
    change: (settings, random) => withFaults(settings, { eventTwice: rate(random, 0.25) }),
  },
  /** What is read from S3 is up to 20 seconds old. */
  'slow-reads': {
    weight: 0.12,
    change: (settings, random) => withFaults(settings, { storeReadAges: rate(random, 0.1) }),
  },
  /** Jobs that wait for the quota again and again, and then meet a 503. */
  'hand-backs': {
    weight: 0.12,
    change: (settings, random) => ({
      ...withEvents(withFaults(settings, { failsAfterHandBacks: rate(random, 0.2) }), {
        droughts: random.between(4, 7),
      }),
      lastsMs: Math.max(settings.lastsMs, 12 * HOUR_MS),
    }),
  },
  /** Runs of 5,000 people. */
  large: {
    weight: 0.0001,
    change: (settings, random) => ({
      ...settings,
      people: LARGE_PEOPLE,
      quotaPerHour: QUOTA_PER_HOUR,
      accounts: 1,
      rules: {
        ...settings.rules,
        RATE_LIMIT_PER_HOUR: QUOTA_PER_HOUR,
        MAX_CREATES: LARGE_PEOPLE,
        MAX_DELETES: LARGE_PEOPLE,
        MAX_REPLACES: LARGE_PEOPLE,
      },
      events: { ...settings.events, rosters: 2 },
      lastsMs: random.between(6, 24) * HOUR_MS,
    }),
  },
} as const satisfies Record<string, WorldKind>;

export type WorldName = keyof typeof WORLDS;

export const WORLD_NAMES = Object.keys(WORLDS) as readonly WorldName[];

export const isWorldName = (name: string): name is WorldName => name in WORLDS;

/** `all`: each world by its weight; names: exactly these, in every run, or none. */
export type WorldChoice = 'all' | readonly WorldName[];

/** The settings with their worlds. */
export const withWorlds = (settings: Settings, choice: WorldChoice, random: Random): Settings => {
  const chosen = choice === 'all' ? WORLD_NAMES.filter((name) => random.chance(WORLDS[name].weight)) : choice;
  return chosen.reduce((changed: Settings, name) => WORLDS[name].change(changed, random), {
    ...settings,
    worlds: chosen,
  });
};
