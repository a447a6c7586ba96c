/** Many simulated runs, in as many threads as there are cores. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Counts } from './counts.ts';
import { type SimulationResult, simulate } from './simulation.ts';
import type { WorldChoice } from './worlds.ts';

/** Every `step`th seed from `first` to `last`. */
export type Share = {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly worlds: WorldChoice;
};

export type ManyRuns = {
  readonly counts: Counts;
  /** By seed. */
  readonly failed: readonly SimulationResult[];
};

const inThread = (share: Share, heard: (results: readonly SimulationResult[]) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: share });
    thread.on('message', heard);
    thread.on('error', reject);
    thread.on('exit', () => resolve());
  });

export const runMany = async (
  first: number,
  runs: number,
  worlds: WorldChoice,
  /** Told of the runs done and failed so far. */
  progress?: (done: number, failed: number) => void,
): Promise<ManyRuns> => {
  const counts = new Counts();
  const failed: SimulationResult[] = [];
  let done = 0;
  const heard = (results: readonly SimulationResult[]): void => {
    for (const result of results) {
      counts.merge(result.counts);
      if (result.violations.length > 0) failed.push(result);
    }
    done += results.length;
    progress?.(done, failed.length);
  };
  const step = Math.min(runs, availableParallelism());
  const last = first + runs - 1;
  const shares = Array.from({ length: step }, (_, index) => ({ first: first + index, last, step, worlds }));
  await Promise.all(shares.map((share) => inThread(share, heard)));
  if (done !== runs) throw new Error(`${runs - done} of ${runs} simulated runs did not come to an end`);
  return { counts, failed: failed.toSorted((one, other) => one.seed - other.seed) };
};

export const describeFailure = ({ seed, violations }: SimulationResult): string =>
  `seed ${seed}: ${violations.map(({ what }) => what).join('; ')}`;

/** The end of a run's trace, and how to see all of it. */
export const traceOf = async (seed: number, lines: number, worlds: WorldChoice): Promise<string> => {
  const trace: string[] = [];
  await simulate(seed, { trace: (line) => trace.push(line), worlds });
  const option = worlds === 'all' ? '' : ` --worlds ${worlds.length === 0 ? 'none' : worlds.join(',')}`;
  return [...trace.slice(-lines), '', `all of it: npm run simulate -- --seed ${seed}${option}`].join('\n');
};
