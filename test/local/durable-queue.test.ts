import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DurableQueue, openDurableQueue } from '../../local/durable-queue.ts';
import type { FifoQueueOptions } from '../../local/fifo-queue.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const message = (body: string, groupId = 'acme') => ({ body, groupId, deduplicationId: `id-${body}` });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-queue-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = (name = 'jobs') => join(folder, `${name}.jsonl`);

/** What a process that is killed leaves behind is what is in the file: closing adds nothing to it. */
const reopen = (queue: DurableQueue, now: number, options: FifoQueueOptions = {}): DurableQueue => {
  queue.close();
  return openDurableQueue(path(), options, now);
};

const send = (queue: DurableQueue, letters: string, now = 0) =>
  queue.transact((open) => [...letters].map((letter) => open.send(message(letter), now)));

const receive = (queue: DurableQueue, now: number, max = 10) =>
  queue.transact((open) => open.receive(max, now, 30 * SECOND));

const bodies = (received: readonly { readonly body: string }[]) => received.map(({ body }) => body).join('');

describe('a queue in a file', () => {
  it('is the same after reopening: messages, order, attributes, acknowledgements', () => {
    let queue = openDurableQueue(path(), {}, 0);
    const marked = { ...message('z'), attributes: { reason: 'because' } };
    queue.transact((open) => open.send(marked, 0));
    send(queue, 'abc');
    const [, a] = receive(queue, 0, 2);
    queue.transact((open) => open.remove(a?.receiptHandle ?? '', 1));
    queue = reopen(queue, 2);
    expect(bodies(queue.transact((open) => open.messages()))).toBe('zbc');
    expect(receive(queue, 2)[0]).toMatchObject({ ...marked, receiveCount: 2, sentAt: 0 });
    queue.close();
  });

  it('delivers at once what somebody held who is gone, with its receive count', () => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'ab');
    receive(queue, 0);
    queue = reopen(queue, 1);
    expect(receive(queue, 1).map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    queue.close();
  });

  it('keeps back what was handed back until later, also over several restarts', () => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'a');
    const [a] = receive(queue, 0);
    queue.transact((open) => open.changeVisibility(a?.receiptHandle ?? '', 3600, 0));
    queue = reopen(reopen(queue, 1), 2);
    expect(receive(queue, 2)).toEqual([]);
    expect(queue.transact((open) => open.nextVisibleAt(2))).toBe(60 * MINUTE);
    expect(bodies(receive(queue, 60 * MINUTE))).toBe('a');
    queue = reopen(queue, 60 * MINUTE + 1);
    expect(bodies(receive(queue, 60 * MINUTE + 1))).toBe('a');
    queue.close();
  });

  it.each([
    ['still waiting', false],
    ['acknowledged', true],
  ])('knows a duplicate for five minutes, its message %s', (_state, acknowledged) => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'a');
    if (acknowledged)
      for (const each of receive(queue, 0)) queue.transact((open) => open.remove(each.receiptHandle, 0));
    queue = reopen(reopen(queue, 1), 2);
    expect(send(queue, 'a', 5 * MINUTE - 1)).toEqual(['duplicate']);
    expect(send(queue, 'a', 5 * MINUTE)).toEqual(['sent']);
    queue.close();
  });

  it('forgets everything when purged', () => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'ab');
    queue.transact((open) => open.purge());
    queue = reopen(queue, 1);
    expect(queue.transact((open) => open.size)).toBe(0);
    expect(send(queue, 'a', 1)).toEqual(['sent']);
    queue.close();
  });

  it('lets go of what outlived the retention period while nobody looked', () => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'a');
    queue = reopen(queue, 14 * 24 * 60 * MINUTE);
    expect(queue.transact((open) => open.size)).toBe(0);
    queue.close();
  });

  it('moves a message to the dead-letter queue before it forgets it', () => {
    const deadLetters = openDurableQueue(path('dead-letters'), {}, 0);
    const deadLetter = { maxReceiveCount: 1, queue: deadLetters };
    let queue = openDurableQueue(path(), { deadLetter }, 0);
    send(queue, 'ab');
    receive(queue, 0, 1);
    queue = reopen(queue, 1, { deadLetter });
    expect(bodies(receive(queue, 1))).toBe('b');
    queue.close();
    deadLetters.close();
    const reopened = openDurableQueue(path('dead-letters'), {}, 1);
    expect(bodies(reopened.transact((open) => open.messages()))).toBe('a');
    reopened.close();
  });
});

describe('the file', () => {
  const lines = () => readFileSync(path(), 'utf8').split('\n').length - 1;

  it('takes one write for many messages, and none for looking', () => {
    const queue = openDurableQueue(path(), {}, 0);
    send(queue, 'abcdefghijklmnopqrstuvwxyz');
    expect(lines()).toBe(1);
    queue.transact((open) => [open.size, open.messages(), open.nextVisibleAt(0)]);
    expect(lines()).toBe(1);
    queue.close();
  });

  it('is compacted when it is opened', () => {
    let queue = openDurableQueue(path(), {}, 0);
    for (let count = 0; count < 200; count += 1) {
      queue.transact((open) => open.send(message(String(count)), count));
      for (const each of receive(queue, count))
        queue.transact((open) => open.remove(each.receiptHandle, count));
    }
    const before = statSync(path()).size;
    queue = reopen(queue, 10 * MINUTE);
    expect(before).toBeGreaterThan(10_000);
    expect(statSync(path()).size).toBe(0);
    queue.close();
  });

  it('keeps what was done before a step that throws', () => {
    let queue = openDurableQueue(path(), {}, 0);
    const failing = () =>
      queue.transact((open) => {
        open.send(message('a'), 0);
        throw new Error('out of luck');
      });
    expect(failing).toThrow('out of luck');
    queue = reopen(queue, 1);
    expect(bodies(receive(queue, 1))).toBe('a');
    queue.close();
  });

  it('cut short within a record: what was never acknowledged to the sender is gone, the rest is there', () => {
    let queue = openDurableQueue(path(), {}, 0);
    send(queue, 'a');
    send(queue, 'b');
    queue.close();
    writeFileSync(path(), readFileSync(path()).subarray(0, -5));
    queue = openDurableQueue(path(), {}, 1);
    expect(bodies(receive(queue, 1))).toBe('a');
    queue.close();
  });

  it('with a record of another kind is refused, naming file, record and remedy', () => {
    const queue = openDurableQueue(path(), {}, 0);
    send(queue, 'a');
    queue.close();
    appendFileSync(path(), '[{"kind":"teleported"}]\n');
    expect(() => openDurableQueue(path(), {}, 1)).toThrow(
      /Record 2 of the queue file .*jobs\.jsonl .*Move the file away/,
    );
  });

  it('that cannot be opened is named, with what to do', () => {
    mkdirSync(path());
    expect(() => openDurableQueue(path(), {}, 0)).toThrow(
      `Can't open jobs.jsonl in the folder ${folder} (EISDIR). There is a folder where a file has to be`,
    );
  });

  it('that can no longer be written stops the queue, instead of promising what is not kept', () => {
    const queue = openDurableQueue(path(), {}, 0);
    queue.close();
    expect(() => send(queue, 'a')).toThrow();
    expect(() => send(queue, 'b')).toThrow(/could not be written earlier/);
  });
});
