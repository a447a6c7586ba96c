/**
 * Read before the TypeScript of a command (`node --import ./local/require-node.mjs …`): without a Node or the packages that
 * it needs, it would only print a stack trace. This is JavaScript, so that an older Node can read it.
 */

import { existsSync } from 'node:fs';

/** Strips types without a flag, and knows `await using`. As `engines` in package.json. */
const OLDEST = 24;

const problem =
  Number(process.versions.node.split('.')[0]) < OLDEST
    ? `This needs Node ${OLDEST} or newer, and this is ${process.version}. "npm ci" brings one that "npm run" uses; or install it from https://nodejs.org`
    : existsSync(new URL('../node_modules', import.meta.url))
      ? undefined
      : 'The packages are not installed yet: run "npm ci" first';

if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
