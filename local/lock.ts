/**
 * One process at a time in a state folder.
 *
 * Each process puts up a lock file of its own, whose name nobody else ever uses, and then looks whether anybody else
 * has one. Of two that come at once, at least one sees the other and steps back. A lock whose process is gone can be
 * removed by anybody at any time, because its name stands for that process alone: so there is no moment in which a
 * take-over could hit the wrong one.
 */

import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, folderError } from './folder-error.ts';

const LOCK_NAME = /^\.lock-(\d+)-[0-9a-f-]{36}$/;
/** Two that step back from each other try again after different times. */
const MAX_ATTEMPTS = 10;
const MAX_PAUSE_MS = 40;

/** Locks that this very process holds: after a restart in a container, a dead process may have had our id. */
const ours = new Set<string>();

type OtherLock = { readonly name: string; readonly pid: number };

const isAlive = ({ name, pid }: OtherLock): boolean => {
  if (pid === process.pid) return ours.has(name);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, only it is not ours to signal.
    return errorCode(error) === 'EPERM';
  }
};

/** The first live lock besides our own; the others are removed on the way. */
const findOther = async (directory: string, own: string): Promise<OtherLock | undefined> => {
  for (const name of await readdir(directory)) {
    const pid = LOCK_NAME.exec(name)?.[1];
    if (pid === undefined || name === own) continue;
    const other = { name, pid: Number(pid) };
    if (isAlive(other)) return other;
    await rm(join(directory, name), { force: true });
  }
  return undefined;
};

/** Undefined: it is ours. */
const tryLock = async (directory: string, own: string): Promise<OtherLock | undefined> => {
  const before = await findOther(directory, own);
  if (before !== undefined) return before;
  const file = await open(join(directory, own), 'wx');
  await file.close();
  const other = await findOther(directory, own);
  if (other !== undefined) await rm(join(directory, own), { force: true });
  return other;
};

const acquire = async (directory: string, own: string): Promise<OtherLock | undefined> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let other = await tryLock(directory, own);
  for (let attempt = 1; other !== undefined && attempt < MAX_ATTEMPTS; attempt += 1) {
    await sleep(Math.random() * MAX_PAUSE_MS);
    other = await tryLock(directory, own);
  }
  return other;
};

/**
 * Exclusive use of a folder on this machine, until released or until this process ends, however it ends.
 *
 * @throws when a live process has it (names its id), or the folder can't be used
 */
export const lockDirectory = async (directory: string): Promise<{ release(): Promise<void> }> => {
  const own = `.lock-${process.pid}-${randomUUID()}`;
  const path = join(directory, own);
  ours.add(own);
  const other = await acquire(directory, own).catch((error: unknown) => {
    ours.delete(own);
    throw folderError(error, 'take the lock', directory);
  });
  if (other !== undefined) {
    ours.delete(own);
    throw new Error(
      `The folder ${directory} is in use by process ${other.pid}. Wait until it ends, or choose another folder. ` +
        `If process ${other.pid} is something else, remove ${join(directory, other.name)} and run again.`,
    );
  }
  return {
    release: async () => {
      ours.delete(own);
      await rm(path, { force: true });
    },
  };
};
