import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);

/** What each benchmark says about at least one figure. */
const FIGURES = [
  'plan 200 rows',
  'enqueue 100 jobs',
  'list 300 invitations',
  'drain 12 jobs',
  'converge 1,000 jobs',
  'import of worker',
  'size of sync, minified',
  'plan.html of 100 changes',
];

it('runs every benchmark once, with hardly any data', async () => {
  const { stdout, stderr } = await run(process.execPath, ['bench/main.ts', '--tiny']);
  const skipped = stderr.match(/skipped, .* not installed/g) ?? [];
  const missing = FIGURES.filter((figure) => !stdout.includes(`| ${figure}`));
  expect(missing).toHaveLength(skipped.length);
}, 120_000);

it('names the benchmarks when asked for one that is not there', async () => {
  await expect(run(process.execPath, ['bench/main.ts', 'plam'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('choose from plan, enqueue'),
  });
});
