/** `npm run fuzz`: rosters of any kind against the parser. `--help` lists the options. */

import { readOptions } from '../local/parse-options.ts';
import { type FuzzFigures, fuzzRoster } from '../test/support/roster-fuzz.ts';

const PROGRESS_RUNS = 50_000;

const { values } = readOptions({
  about: `Gives rosters of any kind to the parser; a run fails when it throws, hangs or loses a row.

  npm run fuzz -- --runs 1000000
  npm run fuzz -- --seed 4711 --from 12 --runs 1     one run again`,
  options: {
    runs: { type: 'number', value: 'N', min: 1, default: 20_000, help: 'how many rosters' },
    seed: {
      type: 'number',
      value: 'N',
      min: 0,
      max: 2 ** 32,
      help: 'of the random rosters; default: from the clock',
    },
    from: { type: 'number', value: 'RUN', min: 0, default: 0, help: 'number of the first run' },
  },
});

const { runs, from, seed = Date.now() % 2 ** 32 } = values;
const figures: FuzzFigures = { accepted: 0, compared: 0, blocked: {} };
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
console.log(`${figures.compared} valid rosters have the rows that Papa Parse reads`);
console.log(`accepted ${figures.accepted}, blocked ${runs - figures.accepted}; of these, with at least one`);
console.table(Object.fromEntries(byCount));
