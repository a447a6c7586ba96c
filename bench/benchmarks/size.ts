import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { bundle, FUNCTIONS } from '../../scripts/bundle.ts';
import type { Bench, Benchmark, Row } from '../benchmark.ts';
import { constant } from '../race.ts';

const BYTES_PER_KB = 1000;

const run = async ({ folder }: Bench): Promise<readonly Row[]> => {
  await bundle(FUNCTIONS, folder);
  const rows = ['sync', 'worker'].map(async (name) => {
    const bytes = await readFile(join(folder, name, 'index.mjs'));
    const row = (kind: string, count: number) => ({
      figure: `size of ${name}, ${kind}`,
      unit: 'kB',
      ours: constant(count / BYTES_PER_KB),
    });
    return [row('minified', bytes.length), row('zipped', deflateRawSync(bytes, { level: 9 }).length)];
  });
  return (await Promise.all(rows)).flat();
};

export const size: Benchmark = { name: 'size', run };
