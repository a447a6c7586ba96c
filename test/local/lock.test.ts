import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDirectory } from '../../local/lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const MODULE = JSON.stringify(new URL('../../local/lock.ts', import.meta.url).href);

/** Another process, told to run some lines with `lockDirectory` and `folder` at hand. */
const startProcess = (lines: string) => {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { lockDirectory } = await import(${MODULE});
    const folder = ${JSON.stringify(folder)};
    ${lines}`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
};

const startHolder = async () => {
  const holder = startProcess(
    `await lockDirectory(folder); console.log('held'); setInterval(() => {}, 1000);`,
  );
  await once(holder.stdout, 'data');
  return holder;
};

/** A process id that nobody has. */
const deadProcessId = async (): Promise<number> => {
  const child = startProcess('');
  await once(child, 'exit');
  return child.pid ?? 0;
};

const lockFile = (pid: number) => join(folder, `.lock-${pid}-01234567-89ab-4cde-8f01-23456789abcd`);

describe('the lock on a folder', () => {
  it('is given to one at a time, and again after its release', async () => {
    const first = await lockDirectory(folder);
    await expect(lockDirectory(folder)).rejects.toThrow(`is in use by process ${process.pid}`);
    await first.release();
    const second = await lockDirectory(folder);
    await second.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('makes the folder', async () => {
    const { release } = await lockDirectory(join(folder, 'deep/down'));
    expect(readdirSync(join(folder, 'deep/down'))).toHaveLength(1);
    await release();
  });

  it('released twice does not release that of the next', async () => {
    const first = await lockDirectory(folder);
    await first.release();
    const second = await lockDirectory(folder);
    await first.release();
    await expect(lockDirectory(folder)).rejects.toThrow('is in use');
    await second.release();
  });

  it('of a live process is respected: the error names it, the folder and what to do', async () => {
    const holder = await startHolder();
    const [lock = ''] = readdirSync(folder);
    await expect(lockDirectory(folder)).rejects.toThrow(
      `The folder ${folder} is in use by process ${holder.pid}. Wait until it ends, or choose another folder. ` +
        `If process ${holder.pid} is something else, remove ${join(folder, lock)} and run again.`,
    );
    expect(readdirSync(folder)).toEqual([lock]);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  });

  it('of a killed process is taken over', async () => {
    const holder = await startHolder();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const { release } = await lockDirectory(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    await release();
  });

  it('of a dead process that had the same id, as in a restarted container, is taken over', async () => {
    writeFileSync(lockFile(process.pid), '');
    const { release } = await lockDirectory(folder);
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves other files alone', async () => {
    const others = ['.lock', '.lock-12-short', 'journal.jsonl'];
    for (const name of others) writeFileSync(join(folder, name), 'x');
    const { release } = await lockDirectory(folder);
    await release();
    expect(readdirSync(folder).sort()).toEqual(others);
  });

  it('says what to do about a folder that cannot be used', async () => {
    writeFileSync(join(folder, 'state'), 'a file');
    await expect(lockDirectory(join(folder, 'state'))).rejects.toThrow(
      /Can't take the lock in the folder .*state \(EEXIST\)\. There is a file where a folder has to be/,
    );
  });

  it('is never held by two of many processes that all want it, one of them killed while it has it', async () => {
    writeFileSync(lockFile(await deadProcessId()), '');
    const log = join(folder, 'log');
    const turns = `
      for (let turn = 0; turn < 3; ) {
        const lock = await lockDirectory(folder).catch(() => undefined);
        if (lock === undefined) continue;
        turn += 1;
        appendFileSync(${JSON.stringify(log)}, 'in ' + process.pid + '\\n');
        await sleep(2);
        if (turn === killAt) process.kill(process.pid, 'SIGKILL');
        appendFileSync(${JSON.stringify(log)}, 'out ' + process.pid + '\\n');
        await lock.release();
      }`;
    const processes = [1, 0, 0, 0].map((killAt) => startProcess(`const killAt = ${killAt};${turns}`));
    await Promise.all(processes.map((each) => once(each, 'exit')));
    const [killed, ...others] = processes.map(({ pid }) => pid);
    const events = readFileSync(log, 'utf8').trim().split('\n');
    const visits = events.filter((line) => line.startsWith('in '));
    // The one that was killed went in and never said that it came out; all others went out before the next came in.
    const expected = visits.flatMap((line) =>
      line === `in ${killed}` ? [line] : [line, line.replace('in', 'out')],
    );
    expect(events).toEqual(expected);
    expect(visits).toHaveLength(1 + 3 * others.length);
  });
});
