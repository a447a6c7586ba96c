import { describe, expect, it } from '@jest/globals';
import { BUGS, stressed } from './bugs.ts';
import { simulate } from './simulation.ts';

/** Most are found within ten. */
const RUNS = 200;
const MINUTE_MS = 60_000;

describe('the simulation finds a pipeline that', () => {
  it.each(BUGS)(
    '$name',
    async (bug) => {
      let found: string | undefined;
      for (let seed = 1; seed <= RUNS && found === undefined; seed += 1)
        found = (await simulate(seed, { mutation: bug.mutation, change: stressed(bug) })).violations[0]?.what;
      expect(found).toBeDefined();
    },
    MINUTE_MS,
  );
});
