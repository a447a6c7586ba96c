/** Loads one module, as a function's cold start does. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { measured } from './measured.ts';

export type ImportOptions = {
  /** A file to import, or a package of bench/package.json to require. */
  readonly file?: string;
  readonly packageName?: string;
};

const require = createRequire(import.meta.url);

await measured<ImportOptions>(async ({ file, packageName }) => {
  if (packageName !== undefined) require(packageName);
  if (file !== undefined) await import(pathToFileURL(file).href);
});
