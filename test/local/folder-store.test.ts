import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ObjectStore, readText } from '../../lib/ports/object-store.ts';
import { createFolderStore } from '../../local/folder-store.ts';

const MEGABYTE = 1024 * 1024;

let folder: string;
let store: ObjectStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-store-'));
  store = createFolderStore(folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const keys = (prefix: string): Promise<string[]> => Array.fromAsync(store.list(prefix));

/** As a person would put it there. */
const place = (key: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), content);
};

const etagAfter = async (key: string, content: string): Promise<string> => {
  const written = await store.write(key, content);
  if (written === 'conflict') throw new Error('an unconditional write cannot conflict');
  return written.etag;
};

describe('reading and writing', () => {
  it('gives back what was written, with the etag of the write', async () => {
    const etag = await etagAfter('state/acme/run.json', '{"näme":"✓"}');
    expect(await readText(store, 'state/acme/run.json')).toEqual({ text: '{"näme":"✓"}', etag });
  });

  it('has etags that are quoted, equal for equal content, different for different content', async () => {
    const [a, again, b] = [
      await etagAfter('a', 'same'),
      await etagAfter('b', 'same'),
      await etagAfter('a', 'else'),
    ];
    expect(a).toMatch(/^"[0-9a-f]{64}"$/);
    expect(again).toBe(a);
    expect(b).not.toBe(a);
  });

  it.each(['nothing', 'nothing/at/all', 'file/below', 'folder'])('finds no object at %p', async (key) => {
    place('file', 'x');
    mkdirSync(join(folder, 'folder'));
    expect(await store.read(key)).toBeUndefined();
  });

  it('finds nothing in a folder that is not there yet, and makes it when it writes', async () => {
    store = createFolderStore(join(folder, 'deep/down'));
    expect(await store.read('a')).toBeUndefined();
    expect(await keys('')).toEqual([]);
    await store.write('a', 'x');
    expect(readFileSync(join(folder, 'deep/down/a'), 'utf8')).toBe('x');
  });

  it('writes what is made piece by piece', async () => {
    const rows = function* () {
      for (let row = 0; row < 100_000; row += 1) yield `row ${row}\n`;
    };
    const expected = [...rows()].join('');
    const written = await store.write('runs/acme/1/plan.csv', rows());
    expect(await readText(store, 'runs/acme/1/plan.csv')).toEqual({ text: expected, ...(written as object) });
  });

  it.each([0, 1, 4 * MEGABYTE, 4 * MEGABYTE + 1, 9 * MEGABYTE])('reads %p bytes', async (length) => {
    const content = Buffer.alloc(length, 'abcdefghijklm');
    place('rosters/acme.csv', content);
    const stored = await store.read('rosters/acme.csv');
    const read = Buffer.concat(await Array.fromAsync(stored?.body ?? []));
    expect(read.equals(content)).toBe(true);
    expect(stored?.etag).toBe(`"${createHash('sha256').update(content).digest('hex')}"`);
  });

  it('reads a large object in pieces', async () => {
    place('rosters/acme.csv', Buffer.alloc(9 * MEGABYTE));
    const stored = await store.read('rosters/acme.csv');
    const lengths = (await Array.fromAsync(stored?.body ?? [])).map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MEGABYTE);
  });

  it('does not pass off a large file that changes while it is read as either version', async () => {
    place('rosters/acme.csv', Buffer.alloc(9 * MEGABYTE));
    const stored = await store.read('rosters/acme.csv');
    appendFileSync(join(folder, 'rosters/acme.csv'), 'one more');
    await expect(Array.fromAsync(stored?.body ?? [])).rejects.toThrow('changed while it was being read');
  });

  it('reads the version that was there, whoever writes meanwhile', async () => {
    await store.write('a', 'old');
    const stored = await store.read('a');
    await store.write('a', 'new');
    expect(Buffer.concat(await Array.fromAsync(stored?.body ?? [])).toString()).toBe('old');
  });

  it('leaves the old version and no draft when the content cannot be made', async () => {
    await store.write('runs/a', 'old');
    const failing = function* () {
      yield 'half';
      throw new Error('the row cannot be written');
    };
    await expect(store.write('runs/a', failing())).rejects.toThrow('the row cannot be written');
    expect(readdirSync(join(folder, 'runs'))).toEqual(['a']);
    expect(await readText(store, 'runs/a')).toMatchObject({ text: 'old' });
  });

  it('keeps objects, which hold addresses, to their owner', async () => {
    await store.write('state/acme/ledger.json', '{}');
    expect(statSync(join(folder, 'state/acme/ledger.json')).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'state')).mode & 0o077).toBe(0);
  });
});

describe('conditions', () => {
  it('ifAbsent writes only where nothing is', async () => {
    expect(await store.write('a', 'one', { ifAbsent: true })).toHaveProperty('etag');
    expect(await store.write('a', 'two', { ifAbsent: true })).toBe('conflict');
    expect(await readText(store, 'a')).toMatchObject({ text: 'one' });
  });

  it('ifMatch writes only over that version', async () => {
    const first = await etagAfter('a', 'one');
    const second = await etagAfter('a', 'two');
    expect(await store.write('a', 'three', { ifMatch: first })).toBe('conflict');
    expect(await store.write('a', 'three', { ifMatch: second })).toHaveProperty('etag');
    expect(await store.write('b', 'three', { ifMatch: second })).toBe('conflict');
    expect(await store.read('b')).toBeUndefined();
    expect(await keys('')).toEqual(['a']);
  });

  it('of many writers at once exactly one wins, in two stores on the same folder too', async () => {
    const etag = await etagAfter('a', 'start');
    const other = createFolderStore(folder);
    const race = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? store : other).write('a', `writer ${index}`, { ifMatch: etag }),
    );
    const results = await Promise.all(race);
    const winner = results.findIndex((result) => result !== 'conflict');
    expect(results.filter((result) => result !== 'conflict')).toHaveLength(1);
    expect(await readText(store, 'a')).toMatchObject({ text: `writer ${winner}` });
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('compare-and-swap loses no increment', async () => {
    await store.write('count', '0');
    const increment = async (): Promise<void> => {
      const { text, etag } = (await readText(store, 'count')) ?? { text: '', etag: '' };
      const written = await store.write('count', String(Number(text) + 1), { ifMatch: etag });
      return written === 'conflict' ? increment() : undefined;
    };
    await Promise.all(Array.from({ length: 8 }, increment));
    expect(await readText(store, 'count')).toMatchObject({ text: '8' });
  });
});

describe('listing', () => {
  it('gives all keys under the prefix, whole path segments or not, in order', async () => {
    for (const key of ['runs/b/1', 'runs/a/2', 'runs/a/10', 'runs/a.csv', 'runs/ab', 'state/x'])
      place(key, '');
    expect(await keys('runs/')).toEqual(['runs/a.csv', 'runs/a/10', 'runs/a/2', 'runs/ab', 'runs/b/1']);
    expect(await keys('runs/a')).toEqual(['runs/a.csv', 'runs/a/10', 'runs/a/2', 'runs/ab']);
    expect(await keys('runs/a/1')).toEqual(['runs/a/10']);
    expect(await keys('nothing/')).toEqual([]);
  });

  it('leaves out drafts, hidden files and what is not a file', async () => {
    for (const key of [
      'rosters/a.csv',
      'rosters/.a.csv.draft',
      'rosters/.DS_Store',
      '.lock-1',
      '.git/config',
    ])
      place(key, '');
    mkdirSync(join(folder, 'rosters/empty.csv'));
    symlinkSync('/', join(folder, 'rosters/root'));
    expect(await keys('')).toEqual(['rosters/a.csv']);
  });

  it('is sorted like the bucket, and reads back, for any keys', async () => {
    const segment = fc.stringMatching(/^[a-z0-9-][a-z0-9.-]{0,2}$/);
    const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { maxLength: 8 }), async (wanted) => {
        rmSync(folder, { recursive: true, force: true });
        // A folder can't have a file and a folder of the same name, as a bucket could.
        const possible = wanted.filter((each) => !wanted.some((other) => other.startsWith(`${each}/`)));
        for (const each of possible) await store.write(each, each);
        expect(await keys('')).toEqual([...possible].sort());
        for (const each of possible) expect(await readText(store, each)).toMatchObject({ text: each });
      }),
      { numRuns: 50 },
    );
  });
});

describe('keys', () => {
  it.each([
    '',
    '..',
    '../outside',
    'state/../../outside',
    '/etc/passwd',
    'a//b',
    'a/',
    './a',
    'a\\b',
    '.hidden',
    'a/.b',
    'a\0b',
  ])('%p is refused', async (key) => {
    const message = /can't be kept in a folder/;
    await expect(store.read(key)).rejects.toThrow(message);
    await expect(store.write(key, 'x')).rejects.toThrow(message);
    expect(existsSync(join(folder, '../outside'))).toBe(false);
  });

  it.each(['../', '/', 'a//', '.git/'])('the prefix %p is refused', async (prefix) => {
    await expect(async () => await keys(prefix)).rejects.toThrow(/can't be kept in a folder/);
  });
});

describe('a folder that cannot be used', () => {
  it('is named, with what to do', async () => {
    place('state', 'a file');
    await expect(store.write('state/acme/run.json', '{}')).rejects.toThrow(
      `Can't write state/acme/run.json in the folder ${folder} (ENOTDIR): there is a file where a folder has to be`,
    );
  });

  it('is named when its place is taken by a folder', async () => {
    mkdirSync(join(folder, 'state/acme/run.json/x'), { recursive: true });
    await expect(store.write('state/acme/run.json', '{}')).rejects.toThrow(
      /there is a folder where a file has to be/,
    );
    expect(readdirSync(join(folder, 'state/acme'))).toEqual(['run.json']);
  });
});
