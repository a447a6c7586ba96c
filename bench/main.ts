/** `npm run bench`: measures, and prints a table. `--help` lists the options. */

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../local/parse-options.ts';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { converge } from './benchmarks/converge.ts';
import { drain } from './benchmarks/drain.ts';
import { enqueue } from './benchmarks/enqueue.ts';
import { finish } from './benchmarks/finish.ts';
import { importTime } from './benchmarks/import.ts';
import { list } from './benchmarks/list.ts';
import { plan } from './benchmarks/plan.ts';
import { size } from './benchmarks/size.ts';
import { raceOf } from './race.ts';
import { keepResults } from './results.ts';
import { tableOf } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [plan, enqueue, list, drain, finish, converge, importTime, size];
const RUNS = 5;

const { values, words } = readOptions({
  about: `Measures what this tool does, beside what it could be compared with, and prints a table.

  npm run bench                   everything; the table is kept in docs/performance.md and bench/results.json
  npm run bench -- plan size      only these; nothing is kept`,
  words: { name: 'benchmark', choices: BENCHMARKS.map(({ name }) => name) },
  options: {
    tiny: {
      type: 'flag',
      help: 'do everything once with hardly any data, to see that it works; nothing is kept',
    },
  },
  notes: `Benchmarks: ${BENCHMARKS.map(({ name }) => name).join(', ')}.
Exit status: 0 everything was measured; 1 a benchmark failed, or what it compares with is not installed.`,
});

const scale: Scale = values.tiny ? 'tiny' : 'full';
const isWhole = scale === 'full' && words.length === 0;
const chosen = BENCHMARKS.filter(({ name }) => words.length === 0 || words.includes(name));
const folder = await mkdtemp(join(tmpdir(), 'bench-'));

const isInstalled = (peer: string): boolean =>
  existsSync(join(import.meta.dirname, 'node_modules', peer, 'package.json'));

const runOne = async ({ name, peer, runs = RUNS, run }: Benchmark): Promise<readonly Row[]> => {
  if (peer !== undefined && !isInstalled(peer))
    throw new Error(`the package ${peer}, which it compares with, is not installed: npm ci --prefix bench`);
  const isTiny = scale === 'tiny';
  const onProgress = (done: string): void => console.error(`${name}: ${done}`);
  return await run({ scale, folder, race: raceOf({ runs: isTiny ? 1 : runs, warm: !isTiny, onProgress }) });
};

const measured = new Map<string, readonly Row[]>();
try {
  for (const benchmark of chosen) {
    const { name } = benchmark;
    try {
      measured.set(name, await runOne(benchmark));
    } catch (error) {
      // The figures of the other benchmarks are still worth having.
      console.error(`${name}: failed: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(tableOf([...measured.values()].flat()));
if (isWhole && measured.size === BENCHMARKS.length) await keepResults(measured);
else console.error('These figures are not kept: only a whole run without failures is.');
