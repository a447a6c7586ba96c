import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ExclusiveDatabase, openExclusively } from '../../local/exclusive-database.ts';
import { moduleLiteral, startNode } from '../support/node-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exclusive-database-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const path = () => join(folder, 'queue.db');

const open = (): ExclusiveDatabase => {
  const file = openExclusively(path());
  if (file === 'in_use') throw new Error('the file is in use');
  return file;
};

/** Another process, told to run some lines with `openExclusively` and `path` at hand. */
const startProcess = (lines: string) =>
  startNode(`
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { openExclusively } = await import(${moduleLiteral('local/exclusive-database.ts')});
    const path = ${JSON.stringify(path())};
    ${lines}`);

const startHolder = async () => {
  const holder = startProcess(
    `const file = openExclusively(path); console.log('held'); setInterval(() => file, 1000);`,
  );
  await once(holder.stdout, 'data');
  return holder;
};

const kill = async (child: ReturnType<typeof startProcess>): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

describe('the lock on the file', () => {
  it('is given to one at a time, and again after it was closed', () => {
    const first = open();
    expect(openExclusively(path())).toBe('in_use');
    first.close();
    open().close();
  });

  it('stays when a transaction is over', () => {
    const { database, transact, close } = open();
    transact(() => database.exec('CREATE TABLE number (number INTEGER)'));
    expect(openExclusively(path())).toBe('in_use');
    close();
  });

  it('F65 of another process is respected as long as that lives, whatever its process id', async () => {
    const holder = await startHolder();
    expect(openExclusively(path())).toBe('in_use');
    await kill(holder);
    open().close();
  });

  it('does not depend on files that somebody else may think are left over', async () => {
    const holder = await startHolder();
    rmSync(`${path()}-journal`, { force: true });
    expect(openExclusively(path())).toBe('in_use');
    await kill(holder);
  });

  it('is never held by two of many processes that all want it, one of them killed while it has it', async () => {
    const log = join(folder, 'log');
    const turns = `
      for (let turn = 0; turn < 3; ) {
        const file = openExclusively(path);
        if (file === 'in_use') continue;
        turn += 1;
        appendFileSync(${JSON.stringify(log)}, 'in ' + process.pid + '\\n');
        await sleep(2);
        if (turn === killAt) process.kill(process.pid, 'SIGKILL');
        appendFileSync(${JSON.stringify(log)}, 'out ' + process.pid + '\\n');
        file.close();
        // SQLite waits in steps, so that whoever asks again at once would always be first.
        await sleep(20);
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
  }, 30_000);
});

describe('a transaction', () => {
  const numbers = ({ database }: ExclusiveDatabase): unknown[] =>
    database
      .prepare('SELECT number FROM number')
      .all()
      .map(({ number }) => number);
  const add = ({ database }: ExclusiveDatabase, number: number): void =>
    database.exec(`INSERT INTO number VALUES (${number})`);
  const openWithTable = (): ExclusiveDatabase => {
    const file = open();
    file.transact(() => file.database.exec('CREATE TABLE IF NOT EXISTS number (number INTEGER)'));
    return file;
  };

  it('is there for the next process', () => {
    const first = openWithTable();
    expect(
      first.transact(() => {
        add(first, 1);
        add(first, 2);
        return 'done';
      }),
    ).toBe('done');
    first.close();
    const second = openWithTable();
    expect(numbers(second)).toEqual([1, 2]);
    second.close();
  });

  it('that throws has changed nothing, and the next one is whole', () => {
    const file = openWithTable();
    const failing = () =>
      file.transact(() => {
        add(file, 1);
        throw new Error('out of luck');
      });
    expect(failing).toThrow('out of luck');
    file.transact(() => add(file, 2));
    expect(numbers(file)).toEqual([2]);
    file.close();
  });

  it('F89 that does not fit on the disk has changed nothing, and says so in one sentence that names the file', () => {
    const file = openWithTable();
    file.transact(() => add(file, 1));
    // As a full disk: SQLite gives the same error for both.
    file.database.exec('PRAGMA max_page_count = 3');
    const filling = () =>
      file.transact(() => {
        for (let number = 2; number < 10_000; number += 1) add(file, number);
      });
    expect(filling).toThrow(
      `Can't write queue.db in the folder ${folder} (SQLITE_FULL): the disk is full; make room and run again`,
    );
    expect(numbers(file)).toEqual([1]);
    file.database.exec('PRAGMA max_page_count = 1000');
    file.transact(() => add(file, 2));
    expect(numbers(file)).toEqual([1, 2]);
    file.close();
  });

  it('in which the process was killed has changed nothing', async () => {
    const first = openWithTable();
    first.transact(() => add(first, 1));
    first.close();
    // More than SQLite keeps in memory: a part of it is in the file when the process dies.
    const child = startProcess(`
      const { database } = openExclusively(path);
      database.exec('PRAGMA cache_size = 1; BEGIN');
      for (let number = 2; number < 10_000; number += 1) database.exec('INSERT INTO number VALUES (' + number + ')');
      process.kill(process.pid, 'SIGKILL');`);
    await once(child, 'exit');
    expect(statSync(path()).size).toBeGreaterThan(20_000);
    const second = openWithTable();
    expect(numbers(second)).toEqual([1]);
    second.close();
  });
});

describe('the file', () => {
  it('is made with its folders, for its owner only', () => {
    const deep = join(folder, 'queue', 'acme', 'queue.db');
    const file = openExclusively(deep);
    if (file !== 'in_use') file.close();
    expect(statSync(deep).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'queue')).mode & 0o077).toBe(0);
  });

  it.each([
    ['is a folder', () => mkdirSync(path()), /\(SQLITE_CANTOPEN\): it has to be a file/],
    [
      'is something else',
      () => writeFileSync(path(), 'email,role\n'.repeat(100)),
      /\(SQLITE_NOTADB\): the file is damaged/,
    ],
  ])('that %s is named, with what to do', (_case, prepare, says) => {
    prepare();
    expect(open).toThrow(`Can't open queue.db in the folder ${folder}`);
    expect(open).toThrow(says);
  });

  it.each([
    ['folder', 0o555, 0o600, /Can't open queue\.db in the folder .*ro \(EACCES\): give yourself access/],
    ['file', 0o755, 0o444, /Can't open queue\.db in the folder .*ro \(EACCES\): give yourself access/],
  ])('in a %s that can only be read is named, with what to do', async (what, folderMode, fileMode, says) => {
    const readOnly = join(folder, 'ro');
    mkdirSync(readOnly);
    if (what === 'file') writeFileSync(join(readOnly, 'queue.db'), '', { mode: fileMode });
    chmodSync(readOnly, folderMode);
    chmodSync(folder, 0o755);
    // Root may write everywhere, and nobody else may become somebody else.
    const child = startProcess(`
      if (process.getuid() === 0) process.setuid(65534);
      try {
        openExclusively(${JSON.stringify(join(readOnly, 'queue.db'))});
      } catch (error) {
        console.log(error.message);
      }`);
    expect(await text(child.stdout)).toMatch(says);
  });

  it('in a place where a file is in the way is named, with what to do', () => {
    writeFileSync(join(folder, 'state'), 'a file');
    expect(() => openExclusively(join(folder, 'state', 'queue.db'))).toThrow(
      /Can't open queue\.db in the folder .*state \(EEXIST\): there is a file where a folder has to be/,
    );
  });
});
