import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

// Some dependencies call `require` for Node's own modules, which an ES module does not have.
const REQUIRE_FOR_BUILT_INS =
  "import{createRequire as createRequireForBuiltIns}from'node:module';const require=createRequireForBuiltIns(import.meta.url);";

/** What Lambda runs. */
export const FUNCTIONS = { 'sync/index': 'handlers/sync.ts', 'worker/index': 'handlers/worker.ts' };

/** The script of the report pages, which the bundle reads beside itself. */
const CLIENT_SCRIPT = 'client-script.js';

/** Bundles each entry point into `<outdir>/<name>.mjs`, and puts the pages' script beside it. */
export const bundle = async (
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
): Promise<void> => {
  await build({
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
    // Lambda logs the class of an error, and nobody can look for `ya`.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const script = join(import.meta.dirname, '../lib/report', CLIENT_SCRIPT);
  for (const name of Object.keys(entryPoints))
    await copyFile(script, join(outdir, dirname(name), CLIENT_SCRIPT));
};
