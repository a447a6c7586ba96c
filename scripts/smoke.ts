/** `npm run smoke -- --stage NAME`: looks at a deployment in a real AWS account. `--help` says more. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createFastlyClient } from '../lib/fastly/client.ts';
import { createSend } from '../lib/fastly/transport.ts';
import { createCloud } from './smoke/aws.ts';
import { HELP, parseOptions, UsageError } from './smoke/options.ts';
import { runSmoke, type SmokePorts } from './smoke/run.ts';

const REQUEST_TIMEOUT_MS = 10_000;

const connect: SmokePorts['connect'] = (token, { FASTLY_API_URL, LIST_CONCURRENCY }) => {
  const transport = { apiUrl: FASTLY_API_URL, token, requestTimeoutMs: REQUEST_TIMEOUT_MS };
  const client = createFastlyClient({
    ...transport,
    listConcurrency: LIST_CONCURRENCY,
    sleep: async (ms) => await sleep(ms),
    random: Math.random,
  });
  return { client, send: createSend(transport) };
};

const main = async (): Promise<boolean> => {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(HELP);
    return true;
  }
  return await runSmoke(options, {
    cloud: createCloud(process.env, options.region),
    connect,
    signals: process,
    print: (line) => console.log(line),
    now: Date.now,
    sleep: async (ms) => await sleep(ms),
  });
};

// A reader that went away must not keep the clean-up from being done.
process.stdout.on('error', () => {});

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
