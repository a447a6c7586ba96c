import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Access, Email } from '../../lib/domain/invitation.ts';
import { createFastlyClient, type FastlyClient } from '../../lib/fastly/client.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../support/simulator.ts';

const USER: Access = { role: 'user', limitServices: false, services: [] };

let folder: string;
let journalPath: string;
const running: (() => Promise<void> | undefined)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  journalPath = join(folder, 'account.jsonl');
});
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
  rmSync(folder, { recursive: true });
});

const start = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options);
  running.push(simulator.close);
  return simulator;
};

const clientOf = (url: string, token = 'simulated-token'): FastlyClient =>
  createFastlyClient({
    apiUrl: url,
    token,
    requestTimeoutMs: 5000,
    listConcurrency: 4,
    sleep: async () => undefined,
    random: () => 0,
  });

const statuses = async (url: string, ...paths: readonly string[]): Promise<readonly (number | string)[]> => {
  const seen = [];
  for (const path of paths)
    seen.push(
      await fetch(`${url}${path}`, { headers: { 'fastly-key': 'simulated-token' } }).then(
        ({ status }) => status,
        () => 'cut',
      ),
    );
  return seen;
};

describe('faults on demand', () => {
  const SELF = '/tokens/self';
  const USERS = '/customer/simulatedCustomer00001/users';

  it('hit the first request that matches, once', async () => {
    const simulator = await start();
    simulator.fault({ url: USERS, answer: { status: 503 } });
    expect(await statuses(simulator.url, SELF, USERS, USERS)).toEqual([200, 503, 200]);
  });

  it('can let some through first, and hit several', async () => {
    const simulator = await start();
    simulator.fault({ skip: 1, times: 2, answer: 'cut' });
    expect(await statuses(simulator.url, SELF, SELF, USERS, SELF)).toEqual([200, 'cut', 'cut', 200]);
  });

  it('match by method, prefix or pattern', async () => {
    const simulator = await start();
    simulator.fault({ method: 'DELETE', answer: 'cut' });
    simulator.fault({ url: /page\[number\]=2/, answer: { status: 500 } });
    expect(
      await statuses(simulator.url, '/invitations?page[number]=1', '/invitations?page%5Bnumber%5D=2'),
    ).toEqual([200, 500]);
  });

  it('are all gone when cleared', async () => {
    const simulator = await start();
    simulator.fault({ answer: 'cut', times: 1000 });
    simulator.clearFaults();
    expect(await statuses(simulator.url, SELF)).toEqual([200]);
  });

  it('can answer anything, with or without the effect', async () => {
    const simulator = await start();
    const client = clientOf(simulator.url);
    const answer = { status: 502, body: '<html>' };
    simulator.fault({ method: 'POST', answer });
    await client.createInvitation(simulator.customerId, 'without@example.com' as Email, USER);
    simulator.fault({ method: 'POST', answer, effect: true });
    await client.createInvitation(simulator.customerId, 'with@example.com' as Email, USER);
    expect([...simulator.mails().keys()]).toEqual(['with@example.com']);
  });
});

it('survives a request that makes no sense', async () => {
  const simulator = await start();
  expect(await statuses(simulator.url, '/%E0%A4%A', '/tokens/self')).toEqual([500, 200]);
});

it('a port that is in use is one clear sentence', async () => {
  const simulator = await start();
  const port = Number(new URL(simulator.url).port);
  await expect(startSimulator({ port, journalPath })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use: choose another one, or 0 for any`,
  );
});

describe('with a journal', () => {
  it('is the same account after a restart, quota and mails included', async () => {
    const now = () => Date.UTC(2026, 10, 23, 9, 30);
    const first = await startSimulator({ journalPath, now });
    expect(first.isNew).toBe(true);
    first.seed({
      invitations: [{ email: 'pending@example.com' }, { email: 'expired@example.com', expired: true }],
      members: [{ login: 'member@example.com', role: 'superuser' }],
    });
    first.accept('pending@example.com');
    await clientOf(first.url).createInvitation(first.customerId, 'ada@example.com' as Email, USER);
    first.spendQuota(5);
    first.revokeToken();
    const before = [first.invitations(), first.members(), first.mails(), first.writes()];
    await first.close();

    const second = await start({ journalPath, now });
    expect(second.isNew).toBe(false);
    expect([second.invitations(), second.members(), second.mails(), second.writes()]).toEqual(before);
    expect(await clientOf(second.url).readToken()).toMatchObject({ failure: { kind: 'unauthorized' } });
    second.restoreToken();
    second.seed({ invitations: [{ email: 'late@example.com' }] });
    const ids = second.invitations().map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('as a process', () => {
  let simulatorUrl = '';

  const launch = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, ['local/simulator/main.ts', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.push(async () => {
      child.kill('SIGKILL');
    });
    return child;
  };

  const firstLine = async ({ stdout }: ChildProcess): Promise<string> => {
    const [chunk] = await once(stdout ?? process.stdin, 'data');
    return String(chunk).split('\n')[0] ?? '';
  };

  it('prints its address, and what it answered survives SIGKILL', async () => {
    const child = launch('--port', '0', '--journal', journalPath, '--token', 'another-token');
    const client = clientOf(await firstLine(child), 'another-token');
    const created = await client.createInvitation('simulatedCustomer00001', 'ada@example.com' as Email, USER);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(created).toMatchObject({ ok: true });
    const simulator = await start({ journalPath });
    expect(simulator.invitations()).toMatchObject([{ email: 'ada@example.com' }]);
  });

  it('prints its token, and does what other people do when it is told so', async () => {
    const seeded = await startSimulator({ journalPath });
    for (const name of ['ada', 'bob', 'eve'])
      seeded.seed({ invitations: [{ email: `${name}@example.com` }] });
    await seeded.close();
    const child = launch('--journal', journalPath);
    const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect([await next(), await next()]).toEqual([
      expect.stringMatching(/^http:/),
      'FASTLY_API_TOKEN=simulated-token',
    ]);
    const answers = [];
    for (const command of [
      'accept ada@example.com',
      'expire bob@example.com',
      'cancel eve@example.com',
      'cancel eve@example.com',
      'dance',
    ]) {
      child.stdin?.write(`${command}\n`);
      answers.push(await next());
    }
    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(answers).toEqual([
      'accept ada@example.com: done',
      'expire bob@example.com: done',
      'cancel eve@example.com: done',
      'cancel eve@example.com: The simulated account has no open invitation for this address',
      'There are accept ADDRESS, expire ADDRESS and cancel ADDRESS',
    ]);
    const simulator = await start({ journalPath });
    expect(simulator.members().map(({ login }) => login)).toEqual(['ada@example.com']);
    expect(simulator.invitations()).toMatchObject([{ email: 'bob@example.com', expired: true }]);
  });

  it.each([
    [
      'a port in use',
      () => ['--port', new URL(simulatorUrl).port],
      /^Port \d+ on 127\.0\.0\.1 is in use: [^\n]+\n$/,
    ],
    ['an unknown option', () => ['--prot', '1'], /^There is no option --prot;[^\n]*\n$/],
    [
      'a port that is none',
      () => ['--port', 'http'],
      /^--port takes a whole number from 0 to 65535, not "http"\n$/,
    ],
  ])('%s: one line, exit 1', async (_name, args, line) => {
    simulatorUrl = (await start()).url;
    const child = launch(...args());
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    const [status] = await once(child, 'close');
    expect(said).toMatch(line);
    expect(status).toBe(1);
  });
});
