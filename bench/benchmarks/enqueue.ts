import { atMost, type Bench, type Benchmark, timesFaster } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
import { seconds, spreadOf } from '../race.ts';
import type { EnqueueOptions } from '../runs/enqueue.ts';

const BATCH_DELAY_MS = 15;
const JOBS = { full: 10_000, tiny: 100 };

const run = async ({ scale, race }: Bench) =>
  await withServers([startServer('queue-server', { delayMs: BATCH_DELAY_MS })], async ([url = '']) => {
    const jobs = JOBS[scale];
    const [adapter, sequential, parallel] = await race(
      (['adapter', 'sequential', 'parallel'] as const).map((way) => ({
        run: () => measure('enqueue', { way, url, jobs } satisfies EnqueueOptions),
      })),
    );
    const row = {
      figure: `enqueue ${jobs.toLocaleString('en')} jobs, ${BATCH_DELAY_MS} ms per batch of 10`,
      unit: 's',
      ours: spreadOf(adapter, seconds),
    };
    return [
      timesFaster({ ...row, beside: { name: 'bare loop', ...spreadOf(sequential, seconds) } }, 2),
      atMost({ ...row, beside: { name: 'bare loop, 8 at once', ...spreadOf(parallel, seconds) } }, 1.2),
    ];
  });

export const enqueue: Benchmark = { name: 'enqueue', run };
