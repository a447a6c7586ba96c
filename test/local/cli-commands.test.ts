import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyFolder, removeFolders, syncHere } from '../support/cli.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

afterAll(removeFolders);

const ROSTER = 'email,role\nada@example.com,user\nbob@example.com,user\n';

/** A folder with a roster, and the words that name it and its state. */
const setting = (roster = ROSTER) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'acme.csv'), roster);
  return { folder, place: ['--roster', join(folder, 'acme.csv'), '--state', join(folder, '.sync')] };
};

const jsonOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout);

/** Ids of runs tell the second. */
const nextSecond = () => new Promise((later) => setTimeout(later, 1100));

describe('status', () => {
  it('tells of every account, and which command releases what is held', async () => {
    const { folder, place } = setting();
    const env = { MAX_CREATES: '1' };
    await syncHere([...place, '--apply'], env);
    await syncHere([...place, '--apply', '--account', 'beta']);

    const { stdout, status } = await syncHere(['status', '--state', join(folder, '.sync')]);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^acme: run \S+ has finished$/m);
    expect(stdout).toContain('Jobs    0 of 0 jobs done, 0 left');
    expect(stdout).toContain('Held    2 creates: 2 creates and re-invitations exceed the limit of 1');
    expect(stdout).toMatch(/ {2}MAX_CREATES=1 npm run sync -- .* --apply --approve sha256:/);
    expect(stdout).toMatch(/^beta: run \S+ has finished$/m);
    expect(stdout).toContain('Jobs    2 of 2 jobs done, 0 left');
    expect(stdout).toMatch(/^Report {2}.*runs\/beta\/.*report\.html$/m);
  });

  it('tells of a newer run that was blocked', async () => {
    const { folder, place } = setting();
    await syncHere([...place, '--apply']);
    await nextSecond();
    writeFileSync(join(folder, 'acme.csv'), 'email,role\nada,user\n');
    await syncHere([...place, '--apply']);
    await nextSecond();
    await syncHere(['explain', 'ada@example.com', ...place]);

    const { stdout } = await syncHere(['status', ...place]);

    expect(stdout).toMatch(/^acme: run \S+ has finished$/m);
    expect(stdout).toMatch(/^Newest {2}apply of .* UTC, run \S+: blocked: Line 2, /m);
  });

  it('tells of a damaged record without its content, and goes on with the other accounts', async () => {
    const { folder, place } = setting();
    const state = join(folder, '.sync');
    await syncHere([...place, '--apply']);
    await syncHere([...place, '--apply', '--account', 'beta']);
    const [run = ''] = readdirSync(join(state, 'simulated/runs/acme'));
    writeFileSync(join(state, 'simulated/runs/acme', run, 'plan.json'), 'ada@example.com');

    const { stdout, status } = await syncHere(['status', '--state', state]);
    const { stderr } = await syncHere(['history', ...place]);

    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^acme: has a damaged state\nReason {2}runs\/acme\/\S+ is damaged: it is not JSON$/m,
    );
    expect(stdout).toMatch(/^beta: run \S+ has finished$/m);
    expect(stderr).toMatch(/^error: runs\/acme\/\S+ is damaged: it is not JSON\n$/);
  });

  it('says so where nothing was applied yet, and makes no folder', async () => {
    const { place } = setting();
    const answer = await syncHere(['status', ...place, '--json']);

    expect(jsonOf(answer)).toMatchObject({ accounts: [{ account: 'acme', status: 'never_applied' }] });
    expect((await syncHere(['status', '--state', '/dev/null/none'])).stdout).toContain('no account');
  });
});

describe('plan', () => {
  it.each([
    { roster: 'email,role\n', env: {}, says: 'nothing to do', status: 0 },
    { roster: ROSTER, env: {}, says: 'changes', status: 3 },
    { roster: ROSTER, env: { MAX_CREATES: '1' }, says: 'held changes', status: 2 },
    { roster: 'email\n', env: {}, says: 'a blocked roster', status: 1 },
  ])('--detailed-exitcode is $status for $says', async ({ roster, env, status }) => {
    const { place } = setting(roster);
    expect((await syncHere(['plan', ...place, '--detailed-exitcode'], env)).status).toBe(status);
  });

  it('--markdown prints the plan for a pull request, and nothing else, on standard output', async () => {
    const { place } = setting();
    const { stdout, stderr, status } = await syncHere(['plan', ...place, '--markdown']);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^### Fastly invitations of acme/);
    expect(stdout).toContain('ada@example.com');
    expect(stderr).toContain('2 to create');
  });
});

describe('history', () => {
  it('lists the runs, newest first, with what they were asked for and came to', async () => {
    const { place } = setting();
    await syncHere(place);
    await syncHere([...place, '--apply']);

    const { runs } = jsonOf(await syncHere(['history', ...place, '--json']));
    const shown = await syncHere(['history', ...place, '--limit', '1']);

    expect(runs).toMatchObject([
      {
        trigger: 'command',
        mode: 'apply',
        status: 'finished',
        counts: { create: 2 },
        outcomes: { created: 2 },
      },
      { trigger: 'command', mode: 'plan', status: 'planned', counts: { create: 2 } },
    ]);
    expect(shown.stdout.split('\n')).toHaveLength(4);
    expect(shown.stdout).toMatch(/^2\S+ \S+ UTC +command +apply +finished +2 +0 +0 +0 +2\S+$/m);
  });
});

describe('about people at Fastly', () => {
  let server: Simulator;
  beforeEach(async () => {
    server = await startSimulator();
    server.seed({
      members: [
        { login: 'mia@example.com', role: 'superuser' },
        { login: 'bob@example.com', role: 'engineer' },
      ],
      invitations: [{ email: 'pia@example.com', role: 'user' }],
    });
  });
  afterEach(() => server.close());

  const live = (limits: Readonly<Record<string, string>> = {}) => {
    const { folder, place } = setting();
    const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token, ...limits };
    return {
      folder,
      env,
      call: (...args: readonly string[]) => syncHere([...args, ...place, '--live'], env),
    };
  };

  it('explain tells of a person who is to be invited, was invited, waits, is a member, or is unknown', async () => {
    const { call } = live();
    const about = async (email: string) => jsonOf(await call('explain', email, '--json'));

    expect(await about('ada@example.com')).toMatchObject({
      roster: 'line 2',
      fastly: 'neither a member nor invited',
      mails: 'none from here',
      decision: 'invite, user: not invited yet',
      runs: [],
    });
    await call('--apply');
    expect(await about('ada@example.com')).toMatchObject({
      fastly: 'invited',
      mails: expect.stringMatching(/^1 mail, 2\S+ \S+ UTC \(invitation \S+\)$/),
      decision: 'nothing: invited exactly so',
      runs: [{ text: expect.stringMatching(/^invite, user: not invited yet; created at 2/) }],
    });
    server.removeInvitation('ada@example.com');
    expect(await about('ada@example.com')).toMatchObject({
      decision: expect.stringMatching(/^wait: mailed too recently, again from 2/),
    });
    expect(await about('bob@example.com')).toMatchObject({
      fastly: 'a member as engineer',
      decision: 'nothing: the roster says user, but members are never changed',
    });
    expect(await about('mia@example.com')).toMatchObject({
      roster: 'not in it',
      decision: 'nothing: members are never touched',
    });
    const unknown = await call('explain', 'adda@example.com');
    expect(unknown.status).toBe(1);
    expect(unknown.stdout).toContain('Nobody knows this address');
    expect(unknown.stdout).toContain('Would you mean ada@example.com?');
  }, 30_000);

  it('offboard lists members without a row and with another role, on the screen and as CSV', async () => {
    const { folder, call } = live();
    const to = join(folder, 'offboard.csv');

    const { stdout, status } = await call('offboard', '--to', to);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^mia@example\.com +not_in_roster +superuser$/m);
    expect(stdout).toMatch(/^bob@example\.com +role_differs +engineer +user$/m);
    expect(readFileSync(to, 'utf8')).toBe(
      'email,reason,role,roster_role\r\nmia@example.com,not_in_roster,superuser,\r\nbob@example.com,role_differs,engineer,user\r\n',
    );
    expect((await call('offboard', '--to', to)).stderr).toContain('is there already');
  });

  it('dump is a roster that plans to nothing, and replaces no file', async () => {
    const { folder, call } = live();
    const to = join(folder, 'dumped.csv');

    const dumped = await call('dump', '--to', to);
    const printed = await call('dump');

    expect(dumped).toMatchObject({ status: 0, stdout: '' });
    expect(dumped.stderr).toContain(`1 member and 1 live invitation of acme are in ${to}`);
    expect(printed.stdout).toBe(readFileSync(to, 'utf8'));
    const env = { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token };
    const place = ['--roster', to, '--account', 'acme', '--state', join(folder, '.sync'), '--live'];
    const planned = await syncHere(place, { ...env, ALLOWED_ROLES: 'user,engineer,superuser' });
    expect(planned.stdout).toContain('In sync: nothing to change');
    expect((await call('dump', '--to', to)).status).toBe(1);
  });

  it('--only does nothing but for these people, and resend sends again what was mailed recently', async () => {
    const { call } = live();

    await call('apply', '--only', 'ada@example.com');
    expect([server.mails().size, server.invitations().length]).toEqual([1, 2]);
    const applied = await call('resend', 'ada@example.com');

    expect(applied.status).toBe(0);
    expect(server.mails().get('ada@example.com')).toBe(2);
    expect(server.invitations()).toHaveLength(2);
    expect(existsSync('.sync')).toBe(false);
  });

  it('a held resend is released by the command that it prints, and mails nobody else', async () => {
    const { call, env } = live({ MAX_CREATES: '0' });

    const held = await call('resend', 'ada@example.com', '--json');
    const { stdout } = await call('resend', 'ada@example.com');
    const printed = /npm run sync -- (resend ada@example\.com .* --live --approve sha256:\w+)$/m.exec(
      stdout,
    )?.[1];
    const released = await syncHere(printed?.split(' ') ?? [], env);

    expect(held.status).toBe(2);
    expect(released).toMatchObject({ status: 0, stdout: expect.stringContaining('1 created') });
    expect(server.mails()).toEqual(new Map([['ada@example.com', 1]]));
  });
});
