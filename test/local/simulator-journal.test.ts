import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openJournal } from '../../local/simulator/journal.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'some', 'folder', 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const replay = (): readonly unknown[] => {
  const journal = openJournal<unknown>(path);
  journal.close();
  return journal.replayed;
};

const write = (...records: readonly unknown[]): void => {
  const journal = openJournal<unknown>(path);
  for (const record of records) journal.append(record);
  journal.close();
};

describe('a journal', () => {
  it('starts empty in a folder that did not exist', () => {
    expect(replay()).toEqual([]);
  });

  it('replays what was appended, over several openings, in order', () => {
    write({ first: 'line\nbreak' }, ['é', '\u2028']);
    write(3);
    expect(replay()).toEqual([{ first: 'line\nbreak' }, ['é', '\u2028'], 3]);
  });

  it('is written when append returns, without closing', () => {
    const journal = openJournal<number>(path);
    journal.append(1);
    expect(readFileSync(path, 'utf8')).toBe('1\n');
    journal.close();
  });

  it('drops a torn last record, and what is appended after it stays readable', () => {
    fc.assert(
      fc.property(fc.nat(30), (keptBytes) => {
        rmSync(path, { force: true });
        write({ whole: true });
        appendFileSync(path, Buffer.from('{"torn":"é, and more of it"}').subarray(0, keptBytes));
        write('after');
        expect(replay()).toEqual([{ whole: true }, 'after']);
      }),
    );
  });

  it('refuses a file that is damaged in the middle, with its line', () => {
    write(1, 2);
    writeFileSync(path, '1\n{"half\n3\n');
    expect(() => openJournal(path)).toThrow(`${path} is damaged in line 2: remove it to start afresh`);
  });

  it('is for its owner only', () => {
    write(1);
    expect(statSync(path).mode & 0o077).toBe(0);
  });
});
