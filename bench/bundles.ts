import { join } from 'node:path';
import { bundle, FUNCTIONS } from '../scripts/bundle.ts';

export type Bundles = {
  readonly sync: string;
  readonly worker: string;
  readonly empty: string;
  readonly got: string;
};

const BESIDE = { 'empty/index': 'bench/empty-handler.ts', 'got/index': 'bench/got-handler.ts' };

const build = async (folder: string): Promise<Bundles> => {
  await bundle({ ...FUNCTIONS, ...BESIDE }, folder);
  const path = (name: string): string => join(folder, name, 'index.mjs');
  return { sync: path('sync'), worker: path('worker'), empty: path('empty'), got: path('got') };
};

let built: Promise<Bundles> | undefined;

/** The files that are deployed, built once more, and empty functions built the same way. The same for all who ask. */
export const buildBundles = (folder: string): Promise<Bundles> => {
  built ??= build(folder);
  return built;
};
