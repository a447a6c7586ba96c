import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { emptyFolder, removeFolders, resultIn, said, startCli, sync, syncHere } from '../support/cli.ts';
import { startSimulator } from '../support/simulator.ts';

afterAll(removeFolders);

const READY_MS = 30_000;

/** Lines whose hash is well-formed, without its value: how a hash is made is not what the README shows. */
const linesWithoutHash = (output: string): string[] =>
  output.split('\n').map((line) => line.replace(/^(Hash {4}sha256:)[0-9a-f]{64}$/, '$1…'));

/** The lines of the README's sample that are the same in every run. */
const readmeSample = (): string[] => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const sample = /```console\n(.*?)```/s.exec(readme)?.[1] ?? '';
  return linesWithoutHash(sample).filter(
    (line) => /^(\S \S|Plan|Guards| {8}✓|Quota|Hash)/.test(line) && !line.startsWith('$'),
  );
};

const rosterOf = (rows: number): string =>
  `email,role\n${Array.from({ length: rows }, (_, number) => `person${number}@example.com,user\n`).join('')}`;

const folderWith = (content: string, name = 'acme.csv'): string => {
  const folder = emptyFolder();
  writeFileSync(join(folder, name), content);
  return folder;
};

/** Roster and state by absolute paths, for a call in this process. */
const placed = (folder: string): string[] => [
  '--roster',
  join(folder, 'acme.csv'),
  '--state',
  join(folder, '.sync'),
];

const stateText = (folder: string, ...path: readonly string[]): string =>
  readFileSync(join(folder, '.sync/simulated', ...path), 'utf8');

/** What the simulated account of an ended call has seen. */
const seenBy = async (folder: string, account: string) => {
  const simulator = await startSimulator({
    journalPath: join(folder, '.sync/simulated/fastly', `${account}.jsonl`),
  });
  const seen = {
    invitations: simulator.invitations().length,
    mailed: simulator.mails().size,
    mostMails: Math.max(0, ...simulator.mails().values()),
    writes: [...simulator.writes().values()].reduce((sum, { us }) => sum + us, 0),
  };
  await simulator.close();
  return seen;
};

describe('the sample run', () => {
  it(
    'does the whole job, and finds everything in sync the next time',
    async () => {
      const folder = emptyFolder();

      const first = await sync([], { cwd: folder });

      expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: '' });
      expect(first.stdout).toContain('19 to create, 1 to delete, 3 to replace, 10 kept, 8 members');
      expect(first.stdout).toMatch(
        /^- delete {3}uwe\.former@example\.com\s+engineer, 0 of 7 days old\s+not in the roster$/m,
      );
      expect(first.stdout).toMatch(
        /^~ replace {2}sven\.forest@example\.com\s+user → engineer\s+differs in role$/m,
      );
      expect(first.stdout).toMatch(/^~ replace {2}vera\.sound@example\.com\s+user\s+invitation expired$/m);
      expect(first.stdout).toMatch(
        /^\. ola\.founder@example\.com is a member as superuser without a roster row/m,
      );
      expect(first.stdout).toMatch(/^Done {4}23 jobs in .*: 19 created, 1 deleted, 3 replaced$/m);
      expect(first.stdout).not.toMatch(/held|✗/);
      expect(linesWithoutHash(first.stdout)).toEqual(expect.arrayContaining(readmeSample()));
      expect(first.stdout).not.toContain('\u001b');
      const page = /^Report {2}(\S+report\.html)$/m.exec(first.stdout)?.[1] ?? '';
      expect(readFileSync(join(folder, page), 'utf8')).toMatch(/^<!doctype html>/i);
      const plan = readFileSync(join(folder, page.replace('report.html', 'plan.html')), 'utf8');
      expect(plan).toMatch(/This run was over by .*<a href="report\.html">/);
      expect(plan).toMatch(/40 rows in <code>\S*events\/roster\.csv<\/code>/);
      const log = stateText(folder, 'log.jsonl');
      expect(log).toContain('"finished"');
      expect(log).not.toContain('@');

      const second = await sync([], { cwd: folder, env: { FORCE_COLOR: '1' } });

      expect(second.status).toBe(0);
      expect(second.stdout).toContain('\u001b[32mIn sync: nothing to change, 0 writes');
      expect(await seenBy(folder, 'roster')).toEqual({
        invitations: 32,
        mailed: 22,
        mostMails: 1,
        writes: 26,
      });
    },
    READY_MS,
  );
});

describe('a roster of one’s own', () => {
  it(
    'is only planned without --apply: no write, no state but the report',
    async () => {
      const folder = folderWith(rosterOf(3));

      const { status, stdout } = await sync(['--roster', 'acme.csv'], { cwd: folder });

      expect(status).toBe(0);
      expect(stdout).toContain('3 to create');
      expect(stdout).toMatch(/npm run sync -- --roster acme\.csv --apply --plan-hash sha256:[0-9a-f]{64}/);
      expect(existsSync(join(folder, '.sync/simulated/state'))).toBe(false);
      expect(stateText(folder, 'fastly/acme.jsonl')).toBe('');
    },
    READY_MS,
  );

  it(
    'is carried out under the hash that the plan printed, and under no other',
    async () => {
      const folder = folderWith(rosterOf(3));
      const { planHash = '' } = resultIn(await syncHere([...placed(folder), '--json']));
      const apply = [...placed(folder), '--apply', '--plan-hash', planHash];

      const reviewed = await syncHere(apply);
      const again = await syncHere(apply);

      expect(reviewed.status).toBe(0);
      expect(reviewed.stdout).toContain('3 created');
      expect(again.status).toBe(2);
      expect(again.stdout).toContain('the plan no longer has the given hash');
    },
    READY_MS,
  );

  it('of 2,000 rows is worked off with one POST each', async () => {
    const folder = folderWith(rosterOf(2000));
    const env = { MAX_CREATES: '2000', RATE_LIMIT_PER_HOUR: '10000' };

    const { status, stdout, stderr } = await sync(['--roster', 'acme.csv', '--apply'], { cwd: folder, env });

    expect(status).toBe(0);
    expect(stdout).toContain('2,000 created');
    expect(stderr).toMatch(/of 2,000 jobs done/);
    expect(await seenBy(folder, 'acme')).toEqual({
      invitations: 2000,
      mailed: 2000,
      mostMails: 1,
      writes: 2000,
    });
  }, 60_000);

  it(
    'is held where a guard says so, until exactly that is approved',
    async () => {
      const folder = folderWith(rosterOf(3));
      const env = { MAX_CREATES: '2' };

      const held = await syncHere([...placed(folder), '--apply'], env);

      expect(held.status).toBe(2);
      expect(held.stdout).toContain('3 creates and re-invitations exceed the limit of 2 (MAX_CREATES)');
      const command = /npm run sync -- (.* --apply --approve sha256:\w+)/.exec(held.stdout)?.[1] ?? '';
      const approved = await syncHere(command.split(' '), env);
      expect(approved.status).toBe(0);
      expect(approved.stdout).toContain('3 created');
    },
    READY_MS,
  );

  it('warns on standard error of a variable that nearly has the name of one that is read', async () => {
    const ended = await syncHere([...placed(folderWith(rosterOf(1))), '--json'], { MAX_DELETE: '1' });
    expect(ended.status).toBe(0);
    expect(resultIn(ended)).toMatchObject({ status: 'planned' });
    expect(ended.stderr).toContain('nothing reads the variable MAX_DELETE. Did you mean MAX_DELETES?');
  });

  it('blocks with every bad row named by file and line, and changes nothing', async () => {
    const folder = folderWith(
      'email,role\na@example.com,user\nb-at-example.com,user\n"c@example.com\n",nope\nd@example.com\n',
    );

    const { status, stdout } = await syncHere([...placed(folder), '--apply']);

    expect(status).toBe(1);
    const places = [...stdout.matchAll(/acme\.csv(:\d+): /g)].map(([, line]) => line);
    expect(places).toEqual([':3', ':4', ':6']);
    expect(stdout).toContain('Blocked by 3 issues: nothing was changed at Fastly');
    expect(stateText(folder, 'fastly/acme.jsonl')).toBe('');
  });
});

describe('--json', () => {
  it(
    'prints the result and nothing else, in every mode',
    async () => {
      const folder = folderWith(rosterOf(2));

      const planned = await syncHere([...placed(folder), '--json']);
      const applied = await syncHere([...placed(folder), '--json', '--apply']);

      const result = resultIn(planned);
      expect(result).toMatchObject({
        account: 'acme',
        status: 'planned',
        held: [],
        issues: [],
        warnings: [],
      });
      expect(result.counts).toEqual({ create: 2, delete: 0, replace: 0, keep: 0, member: 0, waiting: 0 });
      expect(planned.stderr).toContain('2 to create');
      const { runId, report = '', status } = resultIn(applied);
      expect({ status, report }).toEqual({ status: 'finished', report: `runs/acme/${runId}/plan.json` });
      expect((JSON.parse(stateText(folder, report)) as PlanRecord).counts.create).toBe(2);
      const run: RunReport = JSON.parse(stateText(folder, 'runs/acme', runId, 'report.json'));
      expect(run.counts.created).toBe(2);
    },
    READY_MS,
  );
});

describe('bad input', () => {
  const HASH = `sha256:${'0'.repeat(64)}`;
  const cases: readonly {
    readonly name: string;
    /** `ROSTER` and `DIR` stand for a good roster and its folder. */
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly says: RegExp;
  }[] = [
    { name: 'an unknown option', args: ['--foo'], says: /There is no option --foo/ },
    {
      name: 'an argument that belongs to no option',
      args: ['acme.csv'],
      says: /There is no command "acme\.csv"/,
    },
    { name: 'an option without its value', args: ['--roster'], says: /--roster needs a value/ },
    { name: 'an empty value', args: ['--roster', 'ROSTER', '--state', ''], says: /--state needs a value/ },
    { name: 'a missing roster', args: ['--roster', 'DIR/no.csv'], says: /no\.csv: there is no such file/ },
    { name: 'a folder as roster', args: ['--roster', 'DIR', '--account', 'a'], says: /it is not a file/ },
    {
      name: 'a file name that names no account',
      args: ['--roster', 'DIR/Acme Ltd.csv'],
      says: /--account NAME/,
    },
    {
      name: 'a bad account name',
      args: ['--roster', 'ROSTER', '--account', 'a_b'],
      says: /--account, "a_b"/,
    },
    { name: '--live without a roster', args: ['--live'], says: /--live needs --roster FILE/ },
    { name: '--live without a token', args: ['--roster', 'ROSTER', '--live'], says: /FASTLY_API_TOKEN/ },
    {
      name: 'a token in quotation marks',
      args: ['--roster', 'ROSTER', '--live'],
      env: { FASTLY_API_TOKEN: '"secret"' },
      says: /FASTLY_API_TOKEN is no token: it holds quotation marks/,
    },
    {
      name: 'a missing roster, by the place where it was looked for',
      args: ['--roster', 'no.csv'],
      env: { INIT_CWD: '/home/ada' },
      says: /can't read the roster \/home\/ada\/no\.csv: there is no such file/,
    },
    {
      name: 'an API address that is neither https nor loopback',
      args: ['--roster', 'ROSTER', '--live'],
      env: { FASTLY_API_URL: 'http://api.example.com', FASTLY_API_TOKEN: 't' },
      says: /FASTLY_API_URL: expected an https: URL/,
    },
    {
      name: 'several faulty variables, all named',
      args: [],
      env: { MAX_DELETES: 'many', PRUNE: 'some', RATE_LIMIT_RESERVE: '5000' },
      says: /MAX_DELETES.*\n.*PRUNE.*\n.*RATE_LIMIT_RESERVE/,
    },
    {
      name: 'a hash without --apply',
      args: ['--roster', 'ROSTER', '--approve', HASH],
      says: /needs --apply/,
    },
    { name: 'half a hash', args: ['--plan-hash', 'sha256:12'], says: /64 hexadecimal digits/ },
    { name: 'a wider prune', args: ['--prune', 'all'], says: /managed or none/ },
    {
      name: 'a file where the state folder has to be',
      args: ['--state', 'ROSTER/x'],
      says: /there is a file where a folder has to be/,
    },
    { name: 'a place where no folder can be', args: ['--state', '/dev/null/x'], says: /\/dev\/null\/x/ },
  ];

  it.each(cases)('$name: one clear line, exit 1, nothing written', async ({ args, env, says }) => {
    const folder = folderWith(rosterOf(1));
    const roster = join(folder, 'acme.csv');
    const before = existsSync('.sync');

    const { status, stdout, stderr } = await syncHere(
      args.map((arg) => arg.replace('ROSTER', roster).replace('DIR', folder)),
      env,
    );

    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect({ status, stdout, files: readdirSync(folder), here: existsSync('.sync') }).toEqual({
      status: 1,
      stdout: '',
      files: ['acme.csv'],
      here: before,
    });
  });

  it(
    'reaches the exit status of the process',
    async () => {
      const { status, stderr } = await sync(['--foo'], { cwd: emptyFolder() });

      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'error: There is no option --foo; --help lists them\n',
      });
    },
    READY_MS,
  );
});

describe('interrupted', () => {
  it(
    'by Ctrl-C while the quota is used up: says how to go on, and a second run does',
    async () => {
      const folder = folderWith(rosterOf(40));
      const env = { RATE_LIMIT_PER_HOUR: '60', RATE_LIMIT_RESERVE: '50' };
      const { child, ended } = startCli(['--roster', 'acme.csv', '--apply'], { cwd: folder, env });
      await said(child, /^10 of 40 jobs done; quota used up until \d\d:\d\d, finish .*UTC$/m);
      const meanwhile = await syncHere(placed(folder));
      const another = await syncHere([...placed(folder), '--account', 'another', '--apply']);
      const standing = await syncHere(['status', ...placed(folder)]);
      child.kill('SIGINT');
      const { status, stdout } = await ended;

      expect(meanwhile.status).toBe(1);
      expect(meanwhile.stderr).toContain(`The account acme is in use by process ${child.pid} on`);
      expect(standing.status).toBe(0);
      expect(standing.stdout).toMatch(/^acme: run \S+ is being carried out$/m);
      expect(standing.stdout).toContain('Jobs    10 of 40 jobs done, 30 left');
      expect(standing.stdout).toMatch(/^Quota {3}50 of 60 writes of this hour left; it reopens .* UTC$/m);
      expect(standing.stdout).toMatch(/^Finish {2}expected by .* UTC$/m);
      expect(standing.stdout).toContain(`In use  by process ${child.pid} on`);
      expect(another.status).toBe(0);
      expect(another.stdout).toContain('40 created');
      expect(status).toBe(1);
      expect(stdout).toMatch(/^Done {4}10 of 40 jobs in .*: 10 created$/m);
      const page = /^Report {2}(\S+report\.html)$/m.exec(stdout)?.[1] ?? '';
      expect(readFileSync(join(folder, page), 'utf8')).toContain('10 changes');
      expect(stdout).toContain(
        'Continue with:\n  RATE_LIMIT_PER_HOUR=60 RATE_LIMIT_RESERVE=50 npm run sync -- --roster acme.csv --apply',
      );

      const second = await syncHere([...placed(folder), '--apply'], { RATE_LIMIT_PER_HOUR: '1000' });

      expect(second.status).toBe(0);
      expect(second.stdout).toContain('30 to create, 0 to delete, 0 to replace, 10 kept');
      expect(await seenBy(folder, 'acme')).toMatchObject({ mailed: 40, mostMails: 1 });
    },
    READY_MS,
  );
});

describe('killed', () => {
  it.each([
    ['continues the run, and then applies what has to be done since', false, '1 deleted'],
    [
      'continues the run whose hash it was given, and plans what has to be done since',
      true,
      'To carry out exactly this plan',
    ],
  ])(
    'in the middle: the next call %s',
    async (_name, isHashed, says) => {
      const folder = folderWith(rosterOf(40));
      const server = await startSimulator({ delayMs: 50 });
      const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };
      const live = ['--roster', 'acme.csv', '--live'];
      const { planHash = '' } = resultIn(await sync([...live, '--json'], { cwd: folder, env }));
      const call = [...live, '--apply', ...(isHashed ? ['--plan-hash', planHash] : [])];
      const { child, ended } = startCli(call, { cwd: folder, env });
      while (server.mails().size < 5) await pause(10);
      child.kill('SIGKILL');
      const { stdout: before } = await ended;
      server.seed({ invitations: [{ email: 'stranger@example.com', role: 'user' }] });

      const { status, stdout, stderr } = await sync(call, { cwd: folder, env });
      const mails = server.mails();
      await server.close();

      expect(before).not.toContain('Done');
      expect(stderr).toMatch(/^Continuing run \S+: \d+ jobs left$/m);
      expect(stdout).toContain('Done    40 jobs');
      expect(stdout).toContain(says);
      expect(status).toBe(0);
      expect({ people: mails.size, most: Math.max(...mails.values()) }).toEqual({ people: 40, most: 1 });
    },
    READY_MS,
  );
});

describe('--live', () => {
  it(
    'works unchanged against another server that speaks the same API',
    async () => {
      const folder = folderWith(rosterOf(20));
      const server = await startSimulator();
      server.seed({ members: [{ login: 'Person3@Example.com', role: 'user' }] });
      const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };
      const args = ['--roster', 'acme.csv', '--live'];

      const planned = await sync(args, { cwd: folder, env });
      const before = server.invitations().length;
      const applied = await sync([...args, '--apply'], { cwd: folder, env });
      const mails = server.mails();
      await server.close();

      expect({ status: planned.status, before }).toEqual({ status: 0, before: 0 });
      expect(planned.stdout).toContain(`acme.csv → ${server.url}`);
      expect(applied.status).toBe(0);
      expect(applied.stdout).toContain('19 created');
      expect({ people: mails.size, most: Math.max(...mails.values()) }).toEqual({ people: 19, most: 1 });
      const output = planned.stdout + planned.stderr + applied.stdout + applied.stderr;
      expect(output).not.toContain(server.token);
    },
    READY_MS,
  );

  it(
    'given to several processes at once, lets one after the other do it',
    async () => {
      const folder = folderWith(rosterOf(30));
      const server = await startSimulator({ delayMs: 100 });
      const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };
      const call = ['--roster', 'acme.csv', '--live', '--apply'];

      const ended = await Promise.all([1, 2, 3].map(() => sync(call, { cwd: folder, env })));
      const mails = server.mails();
      await server.close();

      const refused = ended.filter(({ status }) => status !== 0);
      expect(refused.length).toBeLessThan(ended.length);
      for (const { stderr } of refused) expect(stderr).toMatch(/^error: The account acme is in use by /);
      expect({ people: mails.size, most: Math.max(...mails.values()) }).toEqual({ people: 30, most: 1 });
    },
    READY_MS,
  );

  it('says when the token is refused', async () => {
    const folder = folderWith(rosterOf(1));
    const server = await startSimulator();
    const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: 'wrong' };

    const { status, stdout } = await syncHere([...placed(folder), '--live'], env);
    await server.close();

    expect(status).toBe(1);
    expect(stdout).toContain('Fastly does not accept the token');
  });

  it('knows nothing of what was rehearsed with a simulated account', async () => {
    const folder = folderWith(rosterOf(1));
    const rehearsed = await syncHere([...placed(folder), '--apply']);
    const server = await startSimulator();
    const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };

    const { status, stdout } = await syncHere([...placed(folder), '--live', '--apply'], env);
    await server.close();

    expect({ rehearsed: rehearsed.status, status }).toEqual({ rehearsed: 0, status: 0 });
    expect(stdout).toContain('1 created');
    expect(server.mails().size).toBe(1);
  });

  it('stops when the token is revoked on the way, and says how to go on', async () => {
    const folder = folderWith(rosterOf(30));
    const server = await startSimulator();
    server.fault({ method: 'POST', skip: 12, times: 100, answer: { status: 401 } });
    const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };

    const { status, stdout } = await syncHere([...placed(folder), '--live', '--apply'], env);
    const mailed = server.mails().size;
    await server.close();

    expect({ status, mailed }).toEqual({ status: 1, mailed: 12 });
    expect(stdout).toMatch(/Halted: .*401/);
    expect(stdout).toMatch(/^Done {4}30 jobs in .*: 12 created, 18 left to a newer run$/m);
    expect(stdout).toMatch(/continue with:\n {2}FASTLY_API_URL=\S+ npm run sync -- .* --live --apply$/m);
  });
});
