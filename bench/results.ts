/** Keeps what a whole run measured: bench/results.json for machines, a table in docs/performance.md for people. */

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Row } from './benchmark.ts';
import { tableOf } from './table.ts';

const RESULTS = join(import.meta.dirname, 'results.json');
const DOCUMENT = join(import.meta.dirname, '../docs/performance.md');
const TABLE = /(?<=<!-- table -->\n)[\s\S]*(?=<!-- end of table -->)/;
const BYTES_PER_GIB = 2 ** 30;

/** How many cores other programs kept busy when this process began. */
const loadBefore = Math.round((loadavg()[0] ?? 0) * 10) / 10;

/** By benchmark, in the order of the table. */
export const keepResults = async (measured: ReadonlyMap<string, readonly Row[]>): Promise<void> => {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / BYTES_PER_GIB)} GiB of memory, Node ${process.versions.node}`;
  const results = {
    machine,
    measuredAt: new Date().toISOString(),
    loadBefore,
    benchmarks: Object.fromEntries(measured),
  };
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  const table = tableOf([...measured.values()].flat());
  const where = `Measured on ${machine}. Load before it began: ${loadBefore}.`;
  const document = await readFile(DOCUMENT, 'utf8');
  await writeFile(
    DOCUMENT,
    document.replace(TABLE, () => `\n${where}\n\n${table}\n\n`),
  );
};
