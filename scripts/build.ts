/** `npm run build`: the two files that Lambda runs, `dist/sync/index.mjs` and `dist/worker/index.mjs`. */

import { rm } from 'node:fs/promises';
import { readOptions } from '../local/parse-options.ts';
import { bundle, FUNCTIONS } from './bundle.ts';

readOptions({
  about: `Makes the files that Lambda runs, in dist/.

  npm run build`,
  options: {},
});
await rm('dist', { recursive: true, force: true });
await bundle(FUNCTIONS, 'dist');
