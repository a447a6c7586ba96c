import { join } from 'node:path';
import { bundle, FUNCTIONS } from '../scripts/bundle.ts';

export type Bundles = { readonly sync: string; readonly worker: string; readonly empty: string };

/** The files that are deployed, built once more, and an empty function built the same way. */
export const buildBundles = async (folder: string): Promise<Bundles> => {
  await bundle({ ...FUNCTIONS, 'empty/index': 'bench/empty-handler.ts' }, folder);
  const path = (name: string): string => join(folder, name, 'index.mjs');
  return { sync: path('sync'), worker: path('worker'), empty: path('empty') };
};
