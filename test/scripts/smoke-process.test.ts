import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { type AwsAccount, startAwsAccount } from '../support/aws-account.ts';

type Running = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
};

/** `npm run smoke` without npm. */
const start = (args: readonly string[], environment: Readonly<Record<string, string>>): Running => {
  const child = spawn(process.execPath, ['scripts/smoke.ts', ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => {
      child.once('close', resolve);
    }),
  };
};

describe('npm run smoke', () => {
  let aws: AwsAccount;
  let fastly: Simulator;

  beforeAll(async () => {
    fastly = await startSimulator({ token: 'example-token-of-the-bot' });
    aws = await startAwsAccount(fastly);
  });

  afterAll(async () => {
    await aws.stop();
    await fastly.close();
  });

  const TRIAL = ['--stage', 'prod', '--apply', '--email', 'thelma@example.com'];

  it('looks at everything, invites, cancels, and ends with 0', async () => {
    const running = start(TRIAL, aws.environment);
    expect([await running.ended, running.output()]).toEqual([
      0,
      expect.stringMatching(/checks are fine\.\n$/),
    ]);
    expect(fastly.mails()).toEqual(new Map([['thelma@example.com', 1]]));
    expect(fastly.invitations()).toEqual([]);
    expect(running.output()).not.toContain(fastly.token);
  });

  it('cancels what it sent when it is interrupted, and ends with 1', async () => {
    fastly.fault({ method: 'GET', url: '/invitations', skip: 2, times: 1, delayMs: 1500 });
    const running = start(TRIAL, aws.environment);
    while (fastly.invitations().length === 0 && running.child.exitCode === null) await sleep(10);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain('Interrupted: cleaning up first');
    expect(running.output()).toContain('the address has no invitation');
    expect(fastly.invitations()).toEqual([]);
  });

  it('refuses an unknown option in one line, and looks nowhere', async () => {
    const running = start(['--stag', 'dev'], {});
    expect([await running.ended, running.output()]).toEqual([
      1,
      expect.stringMatching(/^Unknown option '--stag'\. npm run smoke -- --help[^\n]*\n$/),
    ]);
  });
});
