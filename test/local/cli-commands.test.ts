import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { emptyFolder, removeFolders, syncHere } from '../support/cli.ts';

afterAll(removeFolders);

const ROSTER = 'email,role\nada@example.com,user\nbob@example.com,user\n';

/** A folder with a roster, and the words that name it and its state. */
const setting = (roster = ROSTER) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'acme.csv'), roster);
  return { folder, place: ['--roster', join(folder, 'acme.csv'), '--state', join(folder, '.sync')] };
};

const jsonOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout);

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

  it('says so where nothing was applied yet, and makes no folder', async () => {
    const { place } = setting();
    const answer = await syncHere(['status', ...place, '--json']);

    expect(jsonOf(answer)).toMatchObject({ accounts: [{ account: 'acme', status: 'never_applied' }] });
    expect((await syncHere(['status', '--state', '/dev/null/none'])).stdout).toContain('no account');
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
      { trigger: 'apply', status: 'finished', counts: { create: 2 }, outcomes: { created: 2 } },
      { trigger: 'plan', status: 'planned', counts: { create: 2 } },
    ]);
    expect(shown.stdout.split('\n')).toHaveLength(3);
    expect(shown.stdout).toMatch(/^2\S+ \S+ UTC +apply +finished +2 +0 +0 +0 +\S+report\.html$/m);
  });
});
