import { atMost, type Bench, type Benchmark, inSeconds, timesFaster } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
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
    const figure = `enqueue ${jobs.toLocaleString('en')} jobs, ${BATCH_DELAY_MS} ms per batch of 10`;
    return [
      timesFaster(inSeconds(figure, adapter, 'bare loop', sequential), 2),
      atMost(inSeconds(figure, adapter, 'bare loop, 8 at once', parallel), 1.2),
    ];
  });

export const enqueue: Benchmark = { name: 'enqueue', run };
