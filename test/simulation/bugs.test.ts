import { describe, expect, it } from '@jest/globals';
import { BUGS, stressed } from './bugs.ts';
import { CONTRACT_BUGS } from './contract-bugs.ts';
import { simulate } from './simulation.ts';

/** Most are found within ten. */
const RUNS = 500;
const PATIENCE_MS = 5 * 60_000;

describe('the simulation finds a pipeline that', () => {
  it.each(BUGS)(
    '$name',
    async (bug) => {
      let found: string | undefined;
      for (let seed = 1; seed <= RUNS && found === undefined; seed += 1)
        found = (await simulate(seed, { mutation: bug.mutation, change: stressed(bug) })).violations[0]?.what;
      expect(found).toBeDefined();
    },
    PATIENCE_MS,
  );

  it.each(CONTRACT_BUGS)(
    '$name: $breaks',
    async (bug) => {
      const { mutation, worlds, breaks } = bug;
      const change = stressed(bug);
      const isFound = async (seed: number): Promise<boolean> => {
        const [mistaken, right] = await Promise.all(
          [mutation, {}].map((made) => simulate(seed, { mutation: made, worlds, change })),
        );
        // By the mistake, and not by something that is wrong anyway.
        return (
          breaks.test(mistaken?.violations[0]?.what ?? '') && !breaks.test(right?.violations[0]?.what ?? '')
        );
      };
      let found = false;
      for (let seed = 1; seed <= RUNS && !found; seed += 1) found = await isFound(seed);
      expect(found).toBe(true);
    },
    PATIENCE_MS,
  );
});
