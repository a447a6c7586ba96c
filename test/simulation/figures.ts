/** How long many jobs take under several troubles, beside simple loops that know nothing of a quota. */

import { converge, type Figures, SCENARIOS } from './convergence.ts';
import { runSimpleLoop, SIMPLE_LOOPS } from './simple-loops.ts';

const WRITES = 5000;
/** Start at different minutes of the hour. */
const FIGURE_SEEDS = [1, 2, 3, 4, 5];
/** In the middle of an hour. */
const LOOP_START = Date.UTC(2026, 2, 2, 9, 30);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The worst of several starts where more is worse, the mean where it is a matter of taste. */
const rowOf = (all: readonly Figures[]) => ({
  hours: round(mean(all.map(({ hours }) => hours)), 2),
  optimum: round(mean(all.map(({ optimumHours }) => optimumHours)), 2),
  ratio: round(Math.max(...all.map(({ ratio }) => ratio)), 4),
  'writes per job': round(mean(all.map(({ writesPerJob }) => writesPerJob)), 3),
  '429s': Math.max(...all.map(({ rateLimited }) => rateLimited)),
  receives: Math.max(...all.map(({ highestReceiveCount }) => highestReceiveCount)),
  'invocations / 1000': round(mean(all.map((figures) => figures.invocationsPer1000Jobs)), 1),
  'billed s / 1000': round(mean(all.map((figures) => figures.billedSecondsPer1000Jobs)), 1),
  'dead letters': Math.max(...all.map(({ deadLetters }) => deadLetters)),
});

/** A row for each scenario and loop, and which rules were broken. */
export const measureFigures = async () => {
  const table: Record<string, Record<string, number>> = {};
  const violations: string[] = [];
  for (const scenario of SCENARIOS) {
    const jobs = scenario.action === 'create' ? WRITES : WRITES / 2;
    const all: Figures[] = [];
    for (const seed of FIGURE_SEEDS) all.push(await converge({ ...scenario, jobs }, seed));
    for (const { violation } of all)
      if (violation !== undefined) violations.push(`${scenario.name}: ${violation}`);
    table[scenario.name] = rowOf(all);
  }
  for (const name of SIMPLE_LOOPS) {
    const { hours, optimumHours, ratio, rateLimited } = runSimpleLoop(name, WRITES, LOOP_START);
    table[`(a loop: ${name})`] = {
      hours: round(hours, 2),
      optimum: round(optimumHours, 2),
      ratio: round(ratio, 4),
      '429s': rateLimited,
    };
  }
  return { table, violations };
};
