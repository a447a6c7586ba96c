/**
 * `npm run build`: the two files that Lambda runs, `dist/sync/index.mjs` and `dist/worker/index.mjs`.
 * `--metafile` writes `dist/metafile.json` beside them, which shows what they are made of.
 */

import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { bundle, FUNCTIONS } from './bundle.ts';

const { values: options } = parseArgs({ options: { metafile: { type: 'boolean', default: false } } });

await rm('dist', { recursive: true, force: true });
const { metafile } = await bundle(FUNCTIONS, 'dist', options.metafile);
if (metafile !== undefined) await writeFile('dist/metafile.json', JSON.stringify(metafile));
