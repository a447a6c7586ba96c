import { type Bench, type Benchmark, below, inSeconds } from '../benchmark.ts';
import { measure } from '../child.ts';
import type { FinishOptions } from '../runs/finish.ts';

const READ_DELAY_MS = 20;
const JOBS = { full: 100_000, tiny: 100 };
/** Half of the worker's time-out. */
const MAX_SECONDS = 60;

const run = async ({ scale, race }: Bench) => {
  const jobs = JOBS[scale];
  const [ours, floor] = await race(
    (['finish', 'reads'] as const).map((way) => ({
      run: () => measure('finish', { way, jobs, delayMs: READ_DELAY_MS } satisfies FinishOptions),
    })),
  );
  const figure = `finish a run of ${jobs.toLocaleString('en')} jobs, ${READ_DELAY_MS} ms per read`;
  return [below(inSeconds(figure, ours, 'the reads alone, as many at once', floor), MAX_SECONDS)];
};

export const finish: Benchmark = { name: 'finish', run };
