/** `npm run sync`: the whole job on this machine. See `--help`. */

import { runCli } from './cli/run.ts';
import { errorRemedy } from './folder-error.ts';

/** npm passes on a Ctrl-C that the terminal has delivered already: within this time it is the same one. */
const SAME_KEY_PRESS_MS = 500;
const INTERRUPTED = 1;
const FAILED = 1;

const stop = new AbortController();
let askedAt: number | undefined;

const askToStop = (): void => {
  if (askedAt === undefined) {
    askedAt = Date.now();
    stop.abort();
  } else if (Date.now() - askedAt > SAME_KEY_PRESS_MS) process.exit(INTERRUPTED);
};
process.on('SIGINT', askToStop);
process.on('SIGTERM', askToStop);

// A reader that has seen enough, as in `2>&1 | head`, is no reason to leave the job half done.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    const name = stream === process.stdout ? 'standard output' : 'standard error';
    const problem = errorRemedy(error) ?? error.message;
    process.stderr.write(`error: Can't write to ${name} (${error.code}): ${problem}\n`);
    process.exit(FAILED);
  });

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stop.signal,
});
