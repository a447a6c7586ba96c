/** `npm run simulate`: simulated runs of the whole pipeline. `--help` lists the options. */

import { readOptions } from '../local/parse-options.ts';
import { measureFigures } from '../test/simulation/figures.ts';
import { describeFailure, runMany, traceOf } from '../test/simulation/many-runs.ts';
import { simulate } from '../test/simulation/simulation.ts';
import { isWorldName, WORLD_NAMES, type WorldChoice } from '../test/simulation/worlds.ts';

const SHOWN_LINES = 40;
const SHOWN_FAILURES = 50;

const NAMES = WORLD_NAMES.join('|');
const WORLDS = new RegExp(`^(?:all|none|(?:${NAMES})(?:,(?:${NAMES}))*)$`);

const { values } = readOptions({
  about: `Simulated runs of the whole pipeline, as many as wanted. Fails when one of them breaks a rule.

  npm run simulate -- --runs 100000        seeds 1 to 100000, on all cores
  npm run simulate -- --seed 4711          one of them, with everything that happened in it
  npm run simulate -- --figures            how long 5,000 jobs take, under several troubles

In worlds Fastly, clocks, queues and people do what a model of one's own would leave out:
${WORLD_NAMES.join(', ')}.`,
  options: {
    runs: { type: 'number', value: 'N', min: 1, default: 2000, help: 'how many' },
    from: { type: 'number', value: 'SEED', min: 0, default: 1, help: 'seed of the first' },
    seed: { type: 'number', value: 'SEED', min: 0, help: 'only this one, with its trace' },
    worlds: {
      type: 'text',
      value: 'WORLDS',
      default: 'all',
      only: { pattern: WORLDS, called: 'all, none or names of worlds with commas between them' },
      help: 'all: each run has some; names: every run has these; none: none of them',
    },
    figures: { type: 'flag', help: 'print the table of times instead' },
  },
});

const worldsOf = (text: string): WorldChoice => (text === 'all' ? text : text.split(',').filter(isWorldName));

const worlds = worldsOf(values.worlds);

/** One seed with its whole trace. */
const replay = async (seed: number): Promise<boolean> => {
  const result = await simulate(seed, { trace: (line) => console.log(line), worlds });
  const isGood = result.violations.length === 0;
  console.log(`\n${isGood ? `seed ${seed}: no invariant was broken` : describeFailure(result)}`);
  return isGood;
};

const runAll = async (first: number, runs: number): Promise<boolean> => {
  const startedAt = performance.now();
  const { counts, failed } = await runMany(first, runs, worlds, (done, broken) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${runs} runs, ${broken} broken `);
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  for (const [name, count] of counts.rows()) console.log(`${String(count).padStart(12)}  ${name}`);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\nseeds ${first} to ${first + runs - 1} in ${seconds} s: ${failed.length} broken`);
  for (const failure of failed.slice(0, SHOWN_FAILURES)) console.log(describeFailure(failure));
  if (failed[0] !== undefined)
    console.log(`\nthe end of the first one:\n${await traceOf(failed[0].seed, SHOWN_LINES, worlds)}`);
  return failed.length === 0;
};

const showFigures = async (): Promise<boolean> => {
  const { table, violations } = await measureFigures();
  for (const violation of violations) console.error(violation);
  console.table(table);
  return violations.length === 0;
};

const main = (): Promise<boolean> => {
  const { runs, from, seed, figures } = values;
  if (figures) return showFigures();
  return seed === undefined ? runAll(from, runs) : replay(seed);
};

process.exitCode = (await main()) ? 0 : 1;
