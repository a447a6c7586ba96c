/**
 * `npm run build`: the two files that Lambda runs, `dist/sync/index.mjs` and `dist/worker/index.mjs`.
 * `--metafile` writes `dist/metafile.json` beside them, which shows what they are made of.
 */

import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { slimSdkSchemas } from './sdk-schemas.ts';

const { values: options } = parseArgs({ options: { metafile: { type: 'boolean', default: false } } });

// Some dependencies call `require` for Node's own modules, which an ES module does not have.
const REQUIRE_FOR_BUILT_INS =
  "import{createRequire as createRequireForBuiltIns}from'node:module';const require=createRequireForBuiltIns(import.meta.url);";

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { 'sync/index': 'handlers/sync.ts', 'worker/index': 'handlers/worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The AWS SDK's ES modules come out a quarter to two fifths smaller than its CommonJS files.
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': './scripts/lambda-credentials.ts' },
  plugins: [slimSdkSchemas],
  banner: { js: REQUIRE_FOR_BUILT_INS },
  minify: true,
  legalComments: 'none',
  metafile: options.metafile,
  logLevel: 'warning',
});
if (metafile !== undefined) await writeFile('dist/metafile.json', JSON.stringify(metafile));
