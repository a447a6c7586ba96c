import { readFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { type Bench, type Benchmark, below } from '../benchmark.ts';
import { buildBundles } from '../bundles.ts';
import { constant } from '../race.ts';

const BYTES_PER_KB = 1000;

const run = async ({ folder }: Bench) => {
  const { sync, worker, empty } = await buildBundles(folder);
  const sizes = async (path: string) => {
    const bytes = await readFile(path);
    return {
      minified: constant(bytes.length / BYTES_PER_KB),
      zipped: constant(deflateRawSync(bytes, { level: 9 }).length / BYTES_PER_KB),
    };
  };
  const floor = await sizes(empty);
  const rows = async (name: string, path: string, limitKb: number) => {
    const { minified, zipped } = await sizes(path);
    const floorName = 'empty function, same AWS clients';
    return [
      below(
        {
          figure: `size of ${name}, minified`,
          unit: 'kB',
          ours: minified,
          beside: { name: floorName, ...floor.minified },
        },
        limitKb,
      ),
      {
        figure: `size of ${name}, zipped`,
        unit: 'kB',
        ours: zipped,
        beside: { name: floorName, ...floor.zipped },
      },
    ];
  };
  return [...(await rows('worker', worker, 650)), ...(await rows('sync', sync, 750))];
};

export const size: Benchmark = { name: 'size', peers: [], run };
