import { join } from 'node:path';
import { bundle, FUNCTIONS } from '../scripts/bundle.ts';

export type Bundles = { readonly sync: string; readonly worker: string; readonly empty: string };

const build = async (folder: string): Promise<Bundles> => {
  await bundle({ ...FUNCTIONS, 'empty/index': 'bench/empty-handler.ts' }, folder);
  const path = (name: string): string => join(folder, name, 'index.mjs');
  return { sync: path('sync'), worker: path('worker'), empty: path('empty') };
};

let built: Promise<Bundles> | undefined;

/** The files that are deployed, built once more, and an empty function built the same way. The same for all who ask. */
export const buildBundles = (folder: string): Promise<Bundles> => {
  built ??= build(folder);
  return built;
};
