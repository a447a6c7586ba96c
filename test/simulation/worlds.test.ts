import { describe, expect, it } from '@jest/globals';
import { Counts } from './counts.ts';
import { drawSettings } from './draw-settings.ts';
import { Random } from './random.ts';
import { simulate } from './simulation.ts';
import { WORLD_NAMES, type WorldName, withWorlds } from './worlds.ts';

const RUNS = 200;
const MINUTE_MS = 60_000;

/** What happens in a world, or it is none. */
const EVENTS: Readonly<Record<Exclude<WorldName, 'large'>, readonly string[]>> = {
  'shown-differently': ['invitations shown otherwise'],
  duplicates: ['second invitations'],
  'quota-headers': ['writes without quota headers', 'changes of quota headers'],
  moving: ['fault: pageMoves'],
  intermediary: ['fault: intermediaryAnswers'],
  clocks: ['clocks that differ', 'clocks that differ by hours or days'],
  'state-restored': [
    'people: run.json removed',
    'people: older run.json',
    'people: ledger.json removed',
    'people: older ledger.json',
    'people: older run.json and ledger.json',
    'people: state removed',
    'people: runs removed',
  ],
  'other-customer': ['swapped tokens'],
  'events-twice': [
    'events twice: schedule',
    'events twice: upload',
    'events twice: apply',
    'events twice: planHash',
    'events twice: approve',
  ],
  'slow-reads': ['fault: storeReadAges'],
  'hand-backs': ['droughts', 'fault: failsAfterHandBacks'],
};

describe('what the world is about happens in it:', () => {
  it.each(Object.entries(EVENTS))(
    '%s: %j',
    async (name, events) => {
      const counts = new Counts();
      let missing = events;
      for (let seed = 1; seed <= RUNS && missing.length > 0; seed += 1) {
        counts.merge((await simulate(seed, { worlds: [name as WorldName] })).counts);
        missing = events.filter((event) => counts.of(event) === 0);
      }
      expect(missing).toEqual([]);
    },
    MINUTE_MS,
  );
});

it('drawn by their weights, each world comes now and then, and often none does', () => {
  const drawn = Array.from({ length: 40_000 }, (_, seed) => {
    const random = new Random(seed);
    return withWorlds(drawSettings(random), 'all', random).worlds;
  });
  const times = WORLD_NAMES.map((name) => drawn.filter((worlds) => worlds.includes(name)).length);
  expect(Math.min(...times)).toBeGreaterThan(0);
  expect(drawn.filter(({ length }) => length === 0).length).toBeGreaterThan(5000);
  expect(drawn.filter(({ length }) => length > 1).length).toBeGreaterThan(5000);
});

it('a large run has 5,000 people, in an account that may change all of them', () => {
  const random = new Random(1);
  const { people, accounts, rules } = withWorlds(drawSettings(random), ['large'], random);
  expect({ people, accounts, most: rules.MAX_CREATES }).toEqual({ people: 5000, accounts: 1, most: 5000 });
});
