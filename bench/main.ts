/**
 * `npm run bench`: every benchmark; `npm run bench -- plan size`: these. Prints a table, and keeps the figures in
 * bench/results.json and docs/performance.md. `--tiny` does everything once with hardly any data, keeps nothing, and
 * installs nothing.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, Row, Scale } from './benchmark.ts';
import { converge } from './benchmarks/converge.ts';
import { drain } from './benchmarks/drain.ts';
import { enqueue } from './benchmarks/enqueue.ts';
import { importTime } from './benchmarks/import.ts';
import { list } from './benchmarks/list.ts';
import { plan } from './benchmarks/plan.ts';
import { report } from './benchmarks/report.ts';
import { size } from './benchmarks/size.ts';
import { installPeers, missingPeers } from './peers.ts';
import { type RaceOptions, raceAtOnceOf, raceOf } from './race.ts';
import { keepResults } from './results.ts';
import { tableOf } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [plan, enqueue, list, drain, converge, importTime, size, report];
const RUNS = 5;

const { values, positionals } = parseArgs({
  options: { tiny: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = BENCHMARKS.map(({ name }) => name);
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}": choose from ${names.join(', ')}.`);
  process.exit(1);
}
const scale: Scale = values.tiny ? 'tiny' : 'full';
const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const startedAt = performance.now();
const elapsed = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`;

const runOne = async ({ name, peers, runs = RUNS, run }: Benchmark): Promise<readonly Row[]> => {
  const missing = missingPeers(peers);
  if (missing.length > 0) {
    console.error(`${name}: skipped, ${missing.join(', ')} not installed`);
    return [];
  }
  console.error(`${name} …`);
  const options: RaceOptions = {
    runs: scale === 'tiny' ? 1 : runs,
    warm: scale === 'full',
    onProgress: (done) => console.error(`${name}: ${done} done after ${elapsed()}`),
  };
  try {
    return await run({ scale, folder, race: raceOf(options), raceAtOnce: raceAtOnceOf(options) });
  } catch (error) {
    // The others' figures are not lost with it.
    console.error(`${name}: failed:`, error);
    process.exitCode = 1;
    return [];
  }
};

/** In order. Tiny ones may disturb each other: nobody reads their figures. */
const runAll = async (): Promise<Map<string, readonly Row[]>> => {
  const atOnce = scale === 'tiny' ? chosen.map(runOne) : [];
  const measured = new Map<string, readonly Row[]>();
  for (const [index, benchmark] of chosen.entries())
    measured.set(benchmark.name, await (atOnce[index] ?? runOne(benchmark)));
  return measured;
};

if (scale === 'full' && missingPeers(chosen.flatMap(({ peers }) => peers)).length > 0) await installPeers();
const measured = await runAll().finally(() => rm(folder, { recursive: true, force: true }));
console.log(tableOf([...measured.values()].flat()));
if (scale === 'full') await keepResults(measured, names);
console.error(`took ${elapsed()}`);
