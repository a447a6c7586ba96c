/** The simulator as a process of its own: prints its address and runs until it is stopped. */

import { readOptions } from '../parse-options.ts';
import { startSimulator } from './simulator.ts';

const { values } = readOptions({
  about: `A simulated Fastly account on this computer. It prints its address and runs until it is stopped.

  npm run simulator -- --port 8080`,
  options: {
    port: { type: 'number', value: 'N', min: 0, max: 65_535, default: 0, help: '0: any that is free' },
    token: { type: 'text', value: 'TOKEN', help: 'the API token of the account; default: simulated-token' },
    quota: {
      type: 'number',
      value: 'N',
      min: 0,
      max: 1_000_000_000,
      default: 1000,
      help: 'writes in each window',
    },
    window: {
      type: 'number',
      value: 'SECONDS',
      min: 1,
      max: 1_000_000_000,
      default: 3600,
      help: 'length of the quota window',
    },
    'write-delay': {
      type: 'number',
      value: 'MS',
      min: 0,
      max: 3_600_000,
      default: 0,
      help: 'how long each write takes before it takes effect',
    },
    journal: {
      type: 'text',
      value: 'FILE',
      help: 'keep the account here, and go on from it; default: in memory',
    },
  },
});

try {
  const simulator = await startSimulator({
    port: values.port,
    quotaPerHour: values.quota,
    windowSeconds: values.window,
    writeDelayMs: values['write-delay'],
    ...(values.token !== undefined && { token: values.token }),
    ...(values.journal !== undefined && { journalPath: values.journal }),
  });
  process.stdout.write(`${simulator.url}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
