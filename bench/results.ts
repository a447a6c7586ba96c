/** Keeps what was measured: bench/results.json for machines, a table in docs/performance.md for people. */

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Row } from './benchmark.ts';
import { tableOf } from './table.ts';

const RESULTS = join(import.meta.dirname, 'results.json');
const DOCUMENT = join(import.meta.dirname, '../docs/performance.md');
const TABLE = /(?<=<!-- table -->\n)[\s\S]*(?=<!-- end of table -->)/;
const BYTES_PER_GIB = 2 ** 30;

type Results = {
  readonly machine: string;
  /** By benchmark. */
  readonly benchmarks: Readonly<
    Record<string, { readonly measuredAt: string; readonly rows: readonly Row[] }>
  >;
};

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
      const result = rows.length === 0 ? known[name] : { measuredAt, rows };
      return result === undefined ? [] : [[name, result]];
    }),
  );
  await writeFile(RESULTS, `${JSON.stringify({ machine, benchmarks } satisfies Results, undefined, 2)}\n`);
  const table = tableOf(Object.values(benchmarks).flatMap(({ rows }) => rows));
  const document = await readFile(DOCUMENT, 'utf8');
  await writeFile(
    DOCUMENT,
    document.replace(TABLE, () => `\nMeasured on ${machine}.\n\n${table}\n\n`),
  );
};
