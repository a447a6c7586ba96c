/** `npm run build`: the two files that Lambda runs, `dist/sync/index.mjs` and `dist/worker/index.mjs`. */

import { rm, writeFile } from 'node:fs/promises';
import { readOptions } from '../local/parse-options.ts';
import { bundle, FUNCTIONS } from './bundle.ts';

const { values } = readOptions({
  about: `Makes the files that Lambda runs, in dist/.

  npm run build`,
  options: {
    metafile: { type: 'flag', help: 'also write dist/metafile.json, which shows what the files are made of' },
  },
});

await rm('dist', { recursive: true, force: true });
const { metafile } = await bundle(FUNCTIONS, 'dist', values.metafile);
if (metafile !== undefined) await writeFile('dist/metafile.json', JSON.stringify(metafile));
