import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { openQueueFile, type QueueFile } from '../../local/queue-file.ts';
import { moduleLiteral, startNode } from '../support/node-process.ts';
import { message } from '../support/queue-story.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = () => join(folder, 'queue.db');

const open = (now: number): QueueFile => {
  const file = openQueueFile(path(), now);
  if (file === 'in_use') throw new Error('the file is in use');
  return file;
};

/** What a process that is killed leaves behind is what is in the file: closing adds nothing to it. */
const reopen = (file: QueueFile, now: number): QueueFile => {
  file.close();
  return open(now);
};

const send = ({ queue, transact }: QueueFile, letters: string, now = 0) =>
  transact(() => [...letters].map((letter) => queue.send(message(letter), now)));

const receive = ({ queue, transact }: QueueFile, now: number, max = 10) =>
  transact(() => queue.receive(max, now, 30 * SECOND_MS));

const bodies = (received: readonly { readonly body: string }[]) => received.map(({ body }) => body).join('');

describe('a queue in a file', () => {
  it('is the same after reopening: messages, order, attributes, acknowledgements', () => {
    let file = open(0);
    const marked = { ...message('z'), attributes: { reason: 'because' } };
    file.transact(() => file.queue.send(marked, 0));
    send(file, 'abc');
    const [, a] = receive(file, 0, 2);
    file.transact(() => file.queue.remove(a?.receiptHandle ?? '', 1));
    file = reopen(file, 2);
    expect(bodies(file.queue.messages())).toBe('zbc');
    expect(receive(file, 2)[0]).toMatchObject({ ...marked, receiveCount: 2, sentAt: 0 });
    file.close();
  });

  it('delivers at once what somebody held who is gone, with its receive count', () => {
    let file = open(0);
    send(file, 'ab');
    receive(file, 0);
    file = reopen(file, 1);
    expect(receive(file, 1).map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    file.close();
  });

  it('keeps back what was handed back until later, also over several restarts', () => {
    let file = open(0);
    send(file, 'a');
    const [a] = receive(file, 0);
    file.transact(() => file.queue.changeVisibility(a?.receiptHandle ?? '', 3600, 0));
    file = reopen(reopen(file, 1), 2);
    expect(receive(file, 2)).toEqual([]);
    expect(file.queue.nextVisibleAt(2)).toBe(HOUR_MS);
    expect(bodies(receive(file, HOUR_MS))).toBe('a');
    file = reopen(file, HOUR_MS + 1);
    expect(bodies(receive(file, HOUR_MS + 1))).toBe('a');
    file.close();
  });

  it.each([
    ['still waiting', false],
    ['acknowledged', true],
  ])('knows a duplicate for five minutes, its message %s', (_state, acknowledged) => {
    let file = open(0);
    send(file, 'a');
    if (acknowledged)
      for (const { receiptHandle } of receive(file, 0))
        file.transact(() => file.queue.remove(receiptHandle, 0));
    file = reopen(reopen(file, 1), 2);
    expect(send(file, 'a', 5 * MINUTE_MS - 1)).toEqual(['duplicate']);
    expect(send(file, 'a', 5 * MINUTE_MS)).toEqual(['sent']);
    file.close();
  });

  it('never gives a handle of before to another message', () => {
    let file = open(0);
    send(file, 'a');
    const [a] = receive(file, 0);
    file.transact(() => file.queue.remove(a?.receiptHandle ?? '', 0));
    file = reopen(file, 1);
    send(file, 'b', 1);
    const [b] = receive(file, 1);
    expect(b?.receiptHandle).not.toBe(a?.receiptHandle);
    expect(file.queue.remove(a?.receiptHandle ?? '', 1)).toBe('gone');
    file.close();
  });

  it('lets go of what outlived the retention period while nobody looked', () => {
    let file = open(0);
    send(file, 'a');
    file = reopen(file, 14 * DAY_MS);
    expect(receive(file, 14 * DAY_MS)).toEqual([]);
    expect(file.queue.size).toBe(0);
    file.close();
  });

  it('moves a message that was received 200 times to the dead-letter queue, once', () => {
    let file = open(0);
    send(file, 'ab');
    file.transact(() => {
      for (let now = 0; now < 200; now += 1) file.queue.receive(1, now, 0);
    });
    expect(bodies(receive(file, 200))).toBe('b');
    file = reopen(file, 201);
    expect(bodies(file.queue.messages())).toBe('b');
    expect(file.deadLetters.messages()).toMatchObject([{ body: 'a', sentAt: 200 }]);
    file.close();
  });

  it('begins anew for another plan, and notes its settings', () => {
    let file = open(0);
    expect(file.settings()).toBeUndefined();
    file.restart('one');
    send(file, 'ab');
    file.restart('two');
    file = reopen(file, 1);
    expect(file.settings()).toBe('two');
    expect(file.queue.size).toBe(0);
    expect(send(file, 'a', 1)).toEqual(['sent']);
    file.close();
  });
});

describe('the file', () => {
  it('is the only one in its folder once it is closed, and does not grow with what went through it', () => {
    const file = open(0);
    const passThrough = (from: number, to: number): number => {
      for (let count = from; count < to; count += 1) {
        const now = count * MINUTE_MS;
        file.transact(() => {
          file.queue.send(message('a', 'acme', `id-${count}`), now);
          for (const { receiptHandle } of file.queue.receive(1, now, SECOND_MS))
            file.queue.remove(receiptHandle, now);
        });
      }
      return statSync(path()).size;
    };
    const early = passThrough(0, 20);
    expect(passThrough(20, 120)).toBeLessThan(2 * early);
    file.close();
    expect(readdirSync(folder)).toEqual(['queue.db']);
  });

  it('of another version is refused, naming file and remedy', () => {
    open(0).close();
    const database = new DatabaseSync(path());
    database.exec('PRAGMA user_version = 2');
    database.close();
    expect(() => open(0)).toThrow(
      `The queue file ${path()} is of version 2, not 1: move it away and run again`,
    );
    // And it is not kept from others.
    expect(() => open(0)).toThrow('is of version 2');
  });
});

/** A queue that is restarted now and then, and what should be in it. */
type World = {
  file: QueueFile;
  now: number;
  readonly expected: Set<string>;
  held: { readonly body: string; readonly receiptHandle: string }[];
};
type Step = (world: World) => void;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom('one', 'two').map((groupId) => ({ file, now, expected }: World) => {
    const body = String(now);
    file.transact(() => file.queue.send(message(body, groupId), now));
    expected.add(body);
  }),
  fc.integer({ min: 1, max: 10 }).map((max) => ({ file, now, held }: World) => {
    held.push(...receive(file, now, max));
  }),
  fc.constant(({ file, now, held }: World) => {
    file.transact(() => file.queue.changeVisibility(held[0]?.receiptHandle ?? '', 600, now));
  }),
  fc.constant(({ file, now, held, expected }: World) => {
    const { body = '', receiptHandle = '' } = held.pop() ?? {};
    if (file.transact(() => file.queue.remove(receiptHandle, now)) === 'removed') expected.delete(body);
  }),
  fc.constant((world: World) => {
    world.file = reopen(world.file, world.now);
    world.held = [];
  }),
);

it('restarted at any time, it has in order all that was sent and not acknowledged', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 30, size: 'max' }), (all) => {
      rmSync(path(), { force: true });
      const world: World = { file: open(0), now: 0, expected: new Set(), held: [] };
      for (const step of all) {
        step(world);
        world.now += 1;
        expect(world.file.queue.messages().map(({ body }) => body)).toEqual([...world.expected]);
      }
      world.file.close();
    }),
    { numRuns: 15 },
  );
}, 30_000);

it('killed at any moment, it has everything that was accepted and not acknowledged', async () => {
  const child = startNode(`
    const { openQueueFile } = await import(${moduleLiteral('local/queue-file.ts')});
    const { queue, transact } = openQueueFile(${JSON.stringify(path())}, 0);
    // At once: a line still on its way when the kill comes would hide what was done.
    const { writeSync } = await import('node:fs');
    const say = (line) => writeSync(1, line + '\\n');
    for (let count = 0; ; count += 3) {
      const bodies = [count, count + 1, count + 2].map(String);
      transact(() => {
        for (const body of bodies) queue.send({ body, groupId: 'acme', deduplicationId: process.pid + body }, count);
      });
      for (const body of bodies) say('sent ' + body);
      const [first] = transact(() => queue.receive(2, count, 0));
      const [again] = transact(() => queue.receive(1, count, 1000));
      if (first.body !== again.body) say('out of order ' + first.body);
      say('removing ' + again.body);
      transact(() => queue.remove(again.receiptHandle, count));
      say('removed ' + again.body);
      await new Promise(setImmediate);
    }`);
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === 350) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const told = (verb: string) =>
    said.flatMap((line) => (line.startsWith(`${verb} `) ? [line.slice(verb.length + 1)] : []));
  const file = open(0);
  const left = new Set(file.queue.messages().map(({ body }) => body));
  file.close();
  expect(told('out of order')).toEqual([]);
  const removing = new Set(told('removing'));
  expect(told('sent').filter((body) => !left.has(body) && !removing.has(body))).toEqual([]);
  expect(told('removed').filter((body) => left.has(body))).toEqual([]);
  expect(removing.size).toBeGreaterThan(50);
}, 30_000);
