/** Keeps what was measured: bench/results.json for machines, a table in docs/performance.md for people. */

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Row } from './benchmark.ts';
import { tableOf } from './table.ts';

const RESULTS = join(import.meta.dirname, 'results.json');
const DOCUMENT = join(import.meta.dirname, '../docs/performance.md');
const TABLE = /(?<=<!-- table -->\n)[\s\S]*(?=<!-- end of table -->)/;
const BYTES_PER_GIB = 2 ** 30;

type Result = {
  readonly measuredAt: string;
  /** How many cores other programs kept busy before the run began. */
  readonly loadBefore: number;
  readonly rows: readonly Row[];
};

type Results = {
  readonly machine: string;
  /** By benchmark. */
  readonly benchmarks: Readonly<Record<string, Result>>;
};

const loadBefore = Math.round((loadavg()[0] ?? 0) * 10) / 10;

const thisMachine = (): string =>
  `${cpus().length} cores, ${Math.round(totalmem() / BYTES_PER_GIB)} GiB of memory, Node ${process.versions.node}`;

/** Figures of another computer are no neighbours of these. */
const earlier = async (machine: string): Promise<Results['benchmarks']> => {
  const text = await readFile(RESULTS, 'utf8').catch(() => '{}');
  const results = JSON.parse(text) as Partial<Results>;
  return results.machine === machine ? (results.benchmarks ?? {}) : {};
};

/** `order`: the names of all benchmarks. Those that gave none keep their last figures. */
export const keepResults = async (
  measured: ReadonlyMap<string, readonly Row[]>,
  order: readonly string[],
): Promise<void> => {
  const machine = thisMachine();
  const measuredAt = new Date().toISOString();
  const known = await earlier(machine);
  const benchmarks = Object.fromEntries(
    order.flatMap((name) => {
      const rows = measured.get(name) ?? [];
      const result = rows.length === 0 ? known[name] : { measuredAt, loadBefore, rows };
      return result === undefined ? [] : [[name, result]];
    }),
  );
  await writeFile(RESULTS, `${JSON.stringify({ machine, benchmarks } satisfies Results, undefined, 2)}\n`);
  const results = Object.values(benchmarks);
  const table = tableOf(results.flatMap(({ rows }) => rows));
  const load = Math.max(...results.map((result) => result.loadBefore));
  const where = `Measured on ${machine}. Load before it began: ${load}.`;
  const document = await readFile(DOCUMENT, 'utf8');
  await writeFile(
    DOCUMENT,
    document.replace(TABLE, () => `\n${where}\n\n${table}\n\n`),
  );
};
