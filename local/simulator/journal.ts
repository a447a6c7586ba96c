/** An append-only file of JSON lines, so that a process may be killed at any moment and go on where it was. */

import { appendFileSync, closeSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { onFile } from '../folder-error.ts';

export type Journal<T> = {
  /** What was in the file when it was opened, in order. */
  readonly replayed: readonly T[];
  /** Handed to the operating system when this returns: it survives the process, not a power cut. */
  append(record: T): void;
  close(): void;
};

const LINE_END = 0x0a;
/** Records hold addresses. */
const OWNER_ONLY = 0o600;
const OWNER_FOLDER = 0o700;

const parseLine = (line: string, number: number, path: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path} is damaged in line ${number}: remove it to start afresh`, { cause });
  }
};

/**
 * Opens the journal at `path`, or starts one. A record counts once its line end is written: what is behind the last
 * one was cut short by a kill, was never acknowledged, and is dropped. One process at a time.
 *
 * @throws when the file can't be read or written, or is damaged elsewhere than at its end
 */
export const openJournal = <T>(path: string): Journal<T> => {
  const file = onFile('open', path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_FOLDER });
    return openSync(path, 'a+', OWNER_ONLY);
  });
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(LINE_END) + 1;
  if (end < bytes.length) ftruncateSync(file, end);
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const replayed = lines.map((line, index) => parseLine(line, index + 1, path) as T);

  return {
    replayed,
    append: (record) => onFile('write', path, () => appendFileSync(file, `${JSON.stringify(record)}\n`)),
    close: () => closeSync(file),
  };
};
