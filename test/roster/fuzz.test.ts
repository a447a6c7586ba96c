import { expect, it } from '@jest/globals';
import { type FuzzFigures, fuzzRoster } from '../support/roster-fuzz.ts';

const RUNS = 20_000;
/** A failure names seed and run: `npm run fuzz -- --seed 20261123 --from RUN --runs 1` shows it again. */
const SEED = 20261123;

it(`${RUNS} random and damaged rosters, seed ${SEED}: every row is accounted for`, async () => {
  const figures: FuzzFigures = { accepted: 0, blocked: {} };
  for (let run = 0; run < RUNS; run += 1) await fuzzRoster(SEED, run, figures);
  // Fuzzing that reaches nothing proves nothing.
  expect(figures.accepted).toBeGreaterThan(RUNS / 10);
  expect(Object.keys(figures.blocked).length).toBeGreaterThan(25);
}, 120_000);
