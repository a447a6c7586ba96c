import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Jobs, openJobs } from '../../local/cli/jobs.ts';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { moduleLiteral, startNode } from '../support/node-process.ts';

afterAll(removeFolders);

const now = () => Date.UTC(2026, 10, 23, 10, 0, 0);

let folder: string;
beforeEach(() => {
  folder = emptyFolder();
});

const directoryOf = (account: string) => join(folder, 'queue', account);
const open = (account = 'acme'): Jobs => openJobs(directoryOf(account), account, now);
const note = () => join(directoryOf('acme'), 'holder.json');

/** Another process that has the account. */
const startHolder = async () => {
  const holder = startNode(`
    const { openJobs } = await import(${moduleLiteral('local/cli/jobs.ts')});
    const jobs = openJobs(${JSON.stringify(directoryOf('acme'))}, 'acme', () => ${now()});
    await jobs.send([{ body: 'job', groupId: 'acme', deduplicationId: 'job' }]);
    console.log('held');
    setInterval(() => jobs, 1000);`);
  await once(holder.stdout, 'data');
  return holder;
};

const kill = async (holder: Awaited<ReturnType<typeof startHolder>>): Promise<void> => {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
};

describe('the lock on an account', () => {
  it('names who has it, since when, and what to do', async () => {
    const holder = await startHolder();
    expect(open).toThrow(
      `The account acme is in use by process ${holder.pid} on the computer ${hostname()} since ` +
        `2026-11-23 10:00 UTC (${directoryOf('acme')}). Wait until it ends, or end it, and run again; ` +
        'other accounts are free meanwhile.',
    );
    await kill(holder);
  });

  it('is no lock on other accounts in the same folder', async () => {
    const holder = await startHolder();
    const other = open('another');
    expect(other.size()).toBe(0);
    other.close();
    await kill(holder);
  });

  it.each([
    [
      'of another container, where our process ids mean nothing',
      '{"pid":1,"host":"b2","since":"2026-11-23T09:00:00Z"}',
      'process 1 on the computer b2',
    ],
    ['that is not written yet', '', 'another process'],
  ])('does not depend on the note, also not on one %s', async (_case, text, says) => {
    const holder = await startHolder();
    writeFileSync(note(), text);
    expect(open).toThrow(`The account acme is in use by ${says}`);
    rmSync(note());
    expect(open).toThrow('The account acme is in use by another process');
    await kill(holder);
  });

  it('of a killed process is taken over, with its jobs and in our name', async () => {
    await kill(await startHolder());
    const jobs = open();
    expect(jobs.size()).toBe(1);
    expect(JSON.parse(readFileSync(note(), 'utf8'))).toEqual({
      pid: process.pid,
      host: hostname(),
      since: '2026-11-23T10:00:00.000Z',
    });
    jobs.close();
    expect(existsSync(note())).toBe(false);
  });

  it('is released when the note can not be written', () => {
    mkdirSync(note(), { recursive: true });
    expect(open).toThrow(`Can't write holder.json in the folder ${directoryOf('acme')} (EISDIR)`);
    rmSync(note(), { recursive: true });
    open().close();
  });
});
