import { join } from 'node:path';
import { bundle, FUNCTIONS } from '../../scripts/bundle.ts';
import { atMost, type Bench, type Benchmark } from '../benchmark.ts';
import { measure } from '../child.ts';
import { spreadOf } from '../race.ts';
import type { ImportOptions } from '../runs/import.ts';

/** What a bundle needs to find at its start. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'example',
  AWS_SECRET_ACCESS_KEY: 'example',
  ROSTER_BUCKET: 'example-bucket',
  QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo',
  FASTLY_API_TOKEN: 'example',
};

const run = async ({ folder, race }: Bench) => {
  await bundle(FUNCTIONS, folder);
  const contestant = (options: ImportOptions) => {
    const once = () => measure('import', options, ENVIRONMENT);
    // The first import reads the file from the disk, later ones from memory.
    return { warmUp: once, run: once };
  };
  const [syncs, workers, packages] = await race([
    contestant({ file: join(folder, 'sync/index.mjs') }),
    contestant({ file: join(folder, 'worker/index.mjs') }),
    contestant({ packageName: 'fastly' }),
  ]);
  const ms = (results: typeof syncs) => spreadOf(results, (result) => result.ms);
  const beside = { name: "require('fastly')", ...ms(packages) };
  return [
    atMost({ figure: 'import of sync', unit: 'ms', ours: ms(syncs), beside }, 0.5),
    atMost({ figure: 'import of worker', unit: 'ms', ours: ms(workers), beside }, 0.5),
  ];
};

export const importTime: Benchmark = { name: 'import', peer: 'fastly', runs: 15, run };
