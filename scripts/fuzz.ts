/** `npm run fuzz -- --runs 1000000 [--seed N] [--from RUN]`: rosters of any kind against the parser. */

import { parseArgs } from 'node:util';
import { type FuzzFigures, fuzzRoster } from '../test/support/roster-fuzz.ts';

const PROGRESS_RUNS = 50_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    from: { type: 'string', default: '0' },
  },
});

const wholeNumber = (name: 'runs' | 'seed' | 'from'): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
};

const runs = wholeNumber('runs');
const seed = wholeNumber('seed');
const from = wholeNumber('from');
const figures: FuzzFigures = { accepted: 0, blocked: {} };
let run = from;

// A promise that never settles ends the process early: that is a hang.
process.once('exit', () => {
  if (run < from + runs)
    console.error(
      `Stopped in run ${run}. See it again: npm run fuzz -- --seed ${seed} --from ${run} --runs 1`,
    );
});

console.log(`${runs} runs with seed ${seed}`);
for (; run < from + runs; run += 1) {
  if (run > from && (run - from) % PROGRESS_RUNS === 0) console.log(`${run - from} runs`);
  await fuzzRoster(seed, run, figures);
}

const byCount = Object.entries(figures.blocked).sort(([, one], [, other]) => other - one);
console.log(`accepted ${figures.accepted}, blocked ${runs - figures.accepted}; of these, with at least one`);
console.table(Object.fromEntries(byCount));
