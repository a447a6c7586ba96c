/**
 * Read before the TypeScript of a command (`node --import ./local/require-node.mjs …`): without a Node or the packages that
 * it needs, it would only print a stack trace. This is JavaScript, so that an older Node can read it.
 */

import { existsSync } from 'node:fs';

/** Strips types without a flag, knows `await using`, and goes through proxies. As `engines` in package.json. */
const OLDEST = [24, 5];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);

const problem = isOld
  ? `This needs Node ${OLDEST.join('.')} or newer, and this is ${process.version}. "npm ci" brings one that "npm run" uses; or install it from https://nodejs.org`
  : existsSync(new URL('../node_modules', import.meta.url))
    ? undefined
    : 'The packages are not installed yet: run "npm ci" first';

if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
