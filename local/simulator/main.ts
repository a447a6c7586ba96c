/** The simulator as a process of its own: prints its address and token, and takes commands until it is stopped. */

import { createInterface } from 'node:readline';
import { readOptions } from '../parse-options.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const { values } = readOptions({
  about: `A simulated Fastly account on this computer. It prints its address and its token, and runs until it is stopped.

  npm run simulator -- --port 8080

While it runs, it takes lines that say what other people do:

  accept ADDRESS     the person follows the link of the invitation, and is a member
  expire ADDRESS     the invitation expires
  cancel ADDRESS     somebody else cancels it`,
  options: {
    port: { type: 'number', value: 'N', min: 0, max: 65_535, default: 0, help: '0: any that is free' },
    token: { type: 'text', value: 'TOKEN', help: 'the API token of the account; default: simulated-token' },
    quota: { type: 'number', value: 'N', min: 0, default: 1000, help: 'writes in each window' },
    window: { type: 'number', value: 'SECONDS', min: 1, default: 3600, help: 'length of the quota window' },
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

const obey = (simulator: Simulator, line: string): string => {
  const [command = '', email = '', ...more] = line.trim().split(/\s+/);
  const act = { accept: simulator.accept, expire: simulator.expire, cancel: simulator.removeInvitation };
  if (!Object.hasOwn(act, command) || email === '' || more.length > 0)
    return 'There are accept ADDRESS, expire ADDRESS and cancel ADDRESS';
  try {
    act[command as keyof typeof act](email);
    return `${command} ${email}: done`;
  } catch (error) {
    return `${command} ${email}: ${error instanceof Error ? error.message : String(error)}`;
  }
};

try {
  const simulator = await startSimulator({
    port: values.port,
    quotaPerHour: values.quota,
    windowSeconds: values.window,
    writeDelayMs: values['write-delay'],
    ...(values.token !== undefined && { token: values.token }),
    ...(values.journal !== undefined && { journalPath: values.journal }),
  });
  process.stdout.write(`${simulator.url}\nFASTLY_API_TOKEN=${simulator.token}\n`);
  for await (const line of createInterface({ input: process.stdin }))
    if (line.trim() !== '') process.stdout.write(`${obey(simulator, line)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
