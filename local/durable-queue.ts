/**
 * A FIFO queue in a file: a process killed at any moment loses nothing that was accepted. Only one process at a time
 * may have it open; that is the business of whoever locks the folder.
 */

import { basename, dirname } from 'node:path';
import * as v from 'valibot';
import { FifoQueue, type FifoQueueOptions } from './fifo-queue.ts';
import { folderError } from './folder-error.ts';
import { type Journal, openJournal } from './simulator/journal.ts';
import { type QueueEvent, type QueueMessage, queueEventSchema } from './queue-event.ts';
import { QueueState } from './queue-state.ts';

/** Keeps one line of the file at some hundred kilobytes. */
const EVENTS_PER_RECORD = 1000;

const recordSchema = v.array(queueEventSchema);

export type DurableQueue = {
  /**
   * Works on the queue, at once and without waiting for anything; what this changed is in the file when it returns.
   * Many steps in one call cost one write. Throws when the file can't be written: then nothing since is certain.
   */
  transact<T>(use: (queue: FifoQueue) => T): T;
  /** For a queue that is the dead-letter queue of another. */
  accept(message: QueueMessage, now: number): void;
  close(): void;
};

function* recordsOf(events: Iterable<QueueEvent>): Generator<QueueEvent[]> {
  let record: QueueEvent[] = [];
  for (const event of events) {
    record.push(event);
    if (record.length < EVENTS_PER_RECORD) continue;
    yield record;
    record = [];
  }
  if (record.length > 0) yield record;
}

const openFile = (path: string): Journal<readonly QueueEvent[]> => {
  try {
    return openJournal(path);
  } catch (error) {
    throw folderError(error, `open ${basename(path)}`, dirname(path));
  }
};

const replayAll = (records: readonly unknown[], state: QueueState, path: string): void => {
  for (const [index, record] of records.entries()) {
    const parsed = v.safeParse(recordSchema, record);
    if (!parsed.success)
      throw new Error(
        `Record ${index + 1} of the queue file ${path} is not one of this version's. ` +
          'Move the file away and run again: whatever was waiting in it is planned anew.',
      );
    for (const event of parsed.output) state.replay(event);
  }
};

/**
 * Whoever held these messages is gone. They come back at once, with their receive counts, so that the next one looks
 * before it writes again. A message handed back until a later time keeps it.
 */
const releaseAbandoned = (state: QueueState, now: number): void => {
  for (const entry of state.entries.values())
    if (entry.visibleAt > now && !entry.handedBack) state.hold(entry, { ...entry, visibleAt: now });
};

/** Opens or begins the queue in `path`, rewritten to what is still in it. `now` in milliseconds since 1970. */
export const openDurableQueue = (path: string, options: FifoQueueOptions, now: number): DurableQueue => {
  const journal = openFile(path);
  const state = new QueueState(options);
  replayAll(journal.replayed, state, path);
  releaseAbandoned(state, now);
  state.expire(now);
  journal.rewrite(recordsOf(state.events(now)));

  let pending: QueueEvent[] = [];
  let failure: unknown;
  state.record = (event) => pending.push(event);
  const queue = new FifoQueue(options, state);

  const flush = (): void => {
    const events = pending;
    pending = [];
    try {
      for (const record of recordsOf(events)) journal.append(record);
    } catch (error) {
      failure = error;
      throw error;
    }
  };

  const transact = <T>(use: (queue: FifoQueue) => T): T => {
    if (failure !== undefined)
      throw new Error(
        `The queue file ${path} could not be written earlier. Run again to go on from what is in it.`,
        {
          cause: failure,
        },
      );
    try {
      return use(queue);
    } finally {
      flush();
    }
  };
  return {
    transact,
    accept: (message, at) => transact((deadLetters) => deadLetters.accept(message, at)),
    close: () => journal.close(),
  };
};
