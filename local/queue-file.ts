/** An account's queue and its dead-letter queue in one file: a message moves from one to the other in one transaction. */

import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ExclusiveDatabase, openExclusively } from './exclusive-database.ts';
import { FifoQueue } from './fifo-queue.ts';
import { errorCode, folderError } from './folder-error.ts';

/** Of the tables in the file. */
const FILE_VERSION = 1;
/** What SQLite says of a file that nobody has given a version yet. */
const NEW_FILE = 0;
/** As the deployed queue. */
const MAX_RECEIVE_COUNT = 200;

const checkVersion = (database: DatabaseSync, path: string): void => {
  const found = database.prepare('PRAGMA user_version').get()?.user_version;
  if (found !== NEW_FILE && found !== FILE_VERSION)
    throw new Error(
      `The queue file ${path} is of version ${found}, not ${FILE_VERSION}: ` +
        'move it away and run again; what was waiting in it is planned anew.',
    );
  database.exec(`PRAGMA user_version = ${FILE_VERSION}`);
};

const queueFileIn = ({ database, transact, close }: ExclusiveDatabase, path: string, now: number) => {
  const { queue, deadLetters } = transact(() => {
    checkVersion(database, path);
    database.exec('CREATE TABLE IF NOT EXISTS plan (settings TEXT NOT NULL) STRICT');
    const deadLetters = new FifoQueue({}, database, 'deadLetter');
    const deadLetter = { maxReceiveCount: MAX_RECEIVE_COUNT, queue: deadLetters };
    const queue = new FifoQueue({ deadLetter }, database, 'job');
    // Nobody else has the file: whoever held messages is gone.
    queue.release(now);
    return { queue, deadLetters };
  });
  return {
    transact,
    close,
    /** Its methods are to be called within `transact`. */
    queue,
    deadLetters,
    /** Empties the queue for the jobs of another plan, and notes the settings that this plan is made under. */
    restart: (settings: string): void =>
      transact(() => {
        queue.purge();
        database.exec('DELETE FROM plan');
        database.prepare('INSERT INTO plan (settings) VALUES (?)').run(settings);
      }),
    /** The settings of the plan whose jobs are in the queue. */
    settings: (): string | undefined => {
      const settings = database.prepare('SELECT settings FROM plan').get()?.settings;
      return typeof settings === 'string' ? settings : undefined;
    },
  };
};

export type QueueFile = ReturnType<typeof queueFileIn>;

/**
 * Opens the file, or makes it. No other process can have it until it is closed, or until this process ends. `now` in
 * milliseconds since 1970.
 *
 * @throws when the file can't be used, with a sentence that names it
 */
export const openQueueFile = (path: string, now: number): QueueFile | 'in_use' => {
  const file = openExclusively(path);
  if (file === 'in_use') return file;
  try {
    return queueFileIn(file, path, now);
  } catch (error) {
    file.close();
    throw error;
  }
};

/**
 * How many dead letters are in the file, which is there. Changes nothing and locks nobody out for longer than it reads. Must
 * not be called by the process that has the file open.
 *
 * @throws when the file can't be read, with a sentence that names it
 */
export const countDeadLetters = (path: string): number | 'in_use' => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    return Number(database.prepare('SELECT COUNT(*) AS count FROM deadLetter').get()?.count);
  } catch (error) {
    if (errorCode(error) === 'SQLITE_BUSY') return 'in_use';
    throw folderError(error, `read ${basename(path)}`, dirname(path));
  } finally {
    database?.close();
  }
};
