/**
 * Simulated runs of the whole pipeline, as many as wanted.
 *
 *   npm run simulate -- --runs 100000        seeds 1 to 100000, on all cores
 *   npm run simulate -- --seed 4711          one of them, with everything that happened in it
 *   npm run simulate -- --figures            how long 5,000 jobs take, under several troubles
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Counts } from '../test/simulation/counts.ts';
import { type SimulationResult, simulate } from '../test/simulation/simulation.ts';

/** Lines of the trace before the broken invariant. */
const SHOWN_LINES = 40;
const SHOWN_FAILURES = 50;
/** Seeds between two reports of a thread. */
const CHUNK = 25;

type Share = { readonly first: number; readonly last: number; readonly step: number };

const usage = (): never => {
  console.error('simulate [--runs N] [--from SEED] | --seed SEED | --figures');
  process.exit(1);
};

const wholeNumber = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : usage());

const readOptions = () => {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '2000' },
        from: { type: 'string', default: '1' },
        seed: { type: 'string' },
        figures: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch {
    return usage();
  }
};

/** One seed with its whole trace. */
const replay = async (seed: number): Promise<boolean> => {
  const { violations } = await simulate(seed, { trace: (line) => console.log(line) });
  for (const { what } of violations) console.log(`\nseed ${seed}: ${what}`);
  if (violations.length === 0) console.log(`\nseed ${seed}: no invariant was broken`);
  return violations.length === 0;
};

const showFailure = async ({ seed }: SimulationResult): Promise<void> => {
  const lines: string[] = [];
  await simulate(seed, { trace: (line) => lines.push(line) });
  console.log(`\nthe end of the first one:\n${lines.slice(-SHOWN_LINES).join('\n')}`);
  console.log(`\nall of it: npm run simulate -- --seed ${seed}`);
};

/** In a thread of its own: every `step`th seed. */
const runShare = async ({ first, last, step }: Share): Promise<void> => {
  let results: SimulationResult[] = [];
  for (let seed = first; seed <= last; seed += step) {
    results.push(await simulate(seed));
    if (results.length < CHUNK && seed + step <= last) continue;
    parentPort?.postMessage(results);
    results = [];
  }
};

const inThread = (share: Share, heard: (results: readonly SimulationResult[]) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: share });
    thread.on('message', heard);
    thread.on('error', reject);
    thread.on('exit', () => resolve());
  });

const runMany = async (first: number, runs: number): Promise<boolean> => {
  const counts = new Counts();
  const failed: SimulationResult[] = [];
  const startedAt = performance.now();
  let done = 0;
  const heard = (results: readonly SimulationResult[]): void => {
    for (const result of results) {
      counts.merge(result.counts);
      if (result.violations.length > 0) failed.push(result);
    }
    done += results.length;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${runs} runs, ${failed.length} failed `);
  };
  const step = Math.min(runs, availableParallelism());
  const shares = Array.from({ length: step }, (_, index) => ({
    first: first + index,
    last: first + runs - 1,
    step,
  }));
  await Promise.all(shares.map((share) => inThread(share, heard)));
  if (process.stderr.isTTY) process.stderr.write('\n');
  const seconds = (performance.now() - startedAt) / 1000;
  for (const [name, count] of counts.rows()) console.log(`${String(count).padStart(12)}  ${name}`);
  console.log(`\nseeds ${first} to ${first + runs - 1} in ${seconds.toFixed(0)} s: ${failed.length} broken`);
  failed.sort((a, b) => a.seed - b.seed);
  for (const { seed, violations } of failed.slice(0, SHOWN_FAILURES))
    console.log(`seed ${seed}: ${violations.map(({ what }) => what).join('; ')}`);
  if (failed[0] !== undefined) await showFailure(failed[0]);
  return failed.length === 0;
};

const main = async (): Promise<void> => {
  const { runs, from, seed } = readOptions();
  const isGood =
    seed === undefined
      ? await runMany(wholeNumber(from), wholeNumber(runs))
      : await replay(wholeNumber(seed));
  process.exitCode = isGood ? 0 : 1;
};

await (isMainThread ? main() : runShare(workerData));
