/** The simulator as a process of its own: prints its address and runs until it is stopped. */

import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';

const USAGE =
  'usage: node local/simulator/main.ts [--port N] [--token TOKEN] [--quota N] [--window SECONDS] [--journal FILE]';

const wholeNumber = (name: string, text: string, least: number): number => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number < least) throw new Error(`--${name} takes a whole number from ${least}; ${USAGE}`);
  return number;
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      token: { type: 'string' },
      quota: { type: 'string', default: '1000' },
      window: { type: 'string', default: '3600' },
      journal: { type: 'string' },
    },
  });
  const simulator = await startSimulator({
    port: wholeNumber('port', values.port, 0),
    quotaPerHour: wholeNumber('quota', values.quota, 0),
    windowSeconds: wholeNumber('window', values.window, 1),
    ...(values.token !== undefined && { token: values.token }),
    ...(values.journal !== undefined && { journalPath: values.journal }),
  });
  process.stdout.write(`${simulator.url}\n`);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
