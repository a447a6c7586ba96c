import { build } from 'esbuild';

// Some dependencies call `require` for Node's own modules, which an ES module does not have.
const REQUIRE_FOR_BUILT_INS =
  "import{createRequire as createRequireForBuiltIns}from'node:module';const require=createRequireForBuiltIns(import.meta.url);";

/** What Lambda runs. */
export const FUNCTIONS = { 'sync/index': 'handlers/sync.ts', 'worker/index': 'handlers/worker.ts' };

/** Bundles each entry point into `<outdir>/<name>.mjs`. */
export const bundle = (entryPoints: Readonly<Record<string, string>>, outdir: string, metafile = false) =>
  build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules come out a quarter to two fifths smaller than its CommonJS files.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_FOR_BUILT_INS },
    minify: true,
    legalComments: 'none',
    metafile,
    logLevel: 'warning',
  });
