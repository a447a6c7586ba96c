import { atMost, type Bench, type Benchmark, withRatio } from '../benchmark.ts';
import { buildBundles } from '../bundles.ts';
import { measure } from '../child.ts';
import { spreadOf } from '../race.ts';
import type { ImportOptions } from '../runs/import.ts';

/** What a bundle wants to find at its start. */
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
  const { sync, worker, empty, got } = await buildBundles(folder);
  const contestant = (options: ImportOptions) => {
    const once = () => measure('import', options, ENVIRONMENT);
    // The first time reads from the disk.
    return { warmUp: once, run: once };
  };
  const [syncs, workers, empties, packages, gots] = await race([
    contestant({ file: sync }),
    contestant({ file: worker }),
    contestant({ file: empty }),
    contestant({ packageName: 'fastly' }),
    contestant({ file: got }),
  ]);
  const ms = (results: typeof syncs) => spreadOf(results, (result) => result.ms);
  const beside = { name: 'empty function, same AWS clients', ...ms(empties) };
  const compared = [
    { name: 'sync', results: syncs },
    { name: 'worker', results: workers },
  ].flatMap(({ name, results }) => {
    const row = { figure: `import of ${name}`, unit: 'ms', ours: ms(results) };
    return [
      atMost({ ...row, beside: { name: "require('fastly')", ...ms(packages) } }, 0.5),
      atMost({ ...row, beside }, 1.3),
    ];
  });
  const ofGot = { figure: 'import of that empty function with got', unit: 'ms', ours: ms(gots), beside };
  return [...compared, withRatio(ofGot)];
};

export const importTime: Benchmark = { name: 'import', peers: ['fastly'], runs: 15, run };
