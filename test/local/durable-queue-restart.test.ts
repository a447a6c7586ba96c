import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DurableQueue, openDurableQueue } from '../../local/durable-queue.ts';

const SECOND = 1000;

const message = (body: string, groupId = 'acme') => ({ body, groupId, deduplicationId: `id-${body}` });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-queue-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = () => join(folder, 'jobs.jsonl');

/** What a process that is killed leaves behind is what is in the file: closing adds nothing to it. */
const reopen = (queue: DurableQueue, now: number): DurableQueue => {
  queue.close();
  return openDurableQueue(path(), {}, now);
};

const receive = (queue: DurableQueue, now: number, max = 10) =>
  queue.transact((open) => open.receive(max, now, 30 * SECOND));

/** A queue that is restarted now and then, and what should be in it. */
type World = {
  queue: DurableQueue;
  now: number;
  readonly expected: Set<string>;
  held: { readonly body: string; readonly receiptHandle: string }[];
};
type Step = (world: World) => void;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom('one', 'two').map((groupId) => (world: World) => {
    const body = String(world.now);
    world.queue.transact((open) => open.send(message(body, groupId), world.now));
    world.expected.add(body);
  }),
  fc.integer({ min: 1, max: 10 }).map((max) => (world: World) => {
    world.held.push(...receive(world.queue, world.now, max));
  }),
  fc.constant((world: World) => {
    const handle = world.held[0]?.receiptHandle ?? '';
    world.queue.transact((open) => open.changeVisibility(handle, 600, world.now));
  }),
  fc.constant((world: World) => {
    const { body = '', receiptHandle = '' } = world.held.pop() ?? {};
    if (world.queue.transact((open) => open.remove(receiptHandle, world.now)) === 'removed')
      world.expected.delete(body);
  }),
  fc.constant((world: World) => {
    world.queue = reopen(world.queue, world.now);
    world.held = [];
  }),
);

it('restarted at any time, it has in order all that was sent and not acknowledged', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 30, size: 'max' }), (all) => {
      rmSync(path(), { force: true });
      const world: World = { queue: openDurableQueue(path(), {}, 0), now: 0, expected: new Set(), held: [] };
      for (const step of all) {
        step(world);
        world.now += 1;
        const found = world.queue.transact((open) => open.messages()).map(({ body }) => body);
        expect(found).toEqual([...world.expected]);
      }
      world.queue.close();
    }),
    { numRuns: 25 },
  );
});

it('killed at any moment, it has everything that was accepted and not acknowledged', async () => {
  const program = `
    const { openDurableQueue } = await import(${JSON.stringify(new URL('../../local/durable-queue.ts', import.meta.url).href)});
    const queue = openDurableQueue(${JSON.stringify(path())}, {}, 0);
    // At once: a line still on its way when the kill comes would hide what was done.
    const { writeSync } = await import('node:fs');
    const say = (line) => writeSync(1, line + '\\n');
    for (let count = 0; ; count += 3) {
      const bodies = [count, count + 1, count + 2].map(String);
      queue.transact((open) => {
        for (const body of bodies) open.send({ body, groupId: 'acme', deduplicationId: process.pid + body }, count);
      });
      for (const body of bodies) say('sent ' + body);
      const [first] = queue.transact((open) => open.receive(2, count, 0));
      const [again] = queue.transact((open) => open.receive(1, count, 1000));
      if (first.body !== again.body) say('out of order ' + first.body);
      say('removing ' + again.body);
      queue.transact((open) => open.remove(again.receiptHandle, count));
      say('removed ' + again.body);
      await new Promise(setImmediate);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === 700) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const told = (verb: string) =>
    said.flatMap((line) => (line.startsWith(`${verb} `) ? [line.slice(verb.length + 1)] : []));
  const queue = openDurableQueue(path(), {}, 0);
  const left = new Set(queue.transact((open) => open.messages()).map(({ body }) => body));
  queue.close();
  expect(told('out of order')).toEqual([]);
  const removing = new Set(told('removing'));
  expect(told('sent').filter((body) => !left.has(body) && !removing.has(body))).toEqual([]);
  expect(told('removed').filter((body) => left.has(body))).toEqual([]);
  expect(removing.size).toBeGreaterThan(100);
});
