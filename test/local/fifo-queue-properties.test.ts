import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FifoQueue, type ReceivedMessage } from '../../local/fifo-queue.ts';

/** A message as somebody would keep it who is in no hurry: one list, searched from the start every time. */
type Known = { readonly body: string; readonly groupId: string; visibleAt: number; handle: string };

type World = {
  readonly queue: FifoQueue;
  readonly known: Known[];
  readonly handles: string[];
  sent: number;
  now: number;
};

const emptyWorld = (): World => ({ queue: new FifoQueue(), known: [], handles: [], sent: 0, now: 0 });

type Step = (world: World) => void;

const blockedBy = ({ known, now }: World, groupId: string): number => {
  const index = known.findIndex((each) => each.groupId === groupId && each.visibleAt > now);
  return index === -1 ? known.length : index;
};

/** All that may be delivered now, by group. */
const deliverable = (world: World): Map<string, Known[]> => {
  const groups = Map.groupBy(world.known, ({ groupId }) => groupId);
  for (const [groupId, all] of groups) {
    const end = blockedBy(world, groupId);
    groups.set(
      groupId,
      all.filter((each) => world.known.indexOf(each) < end),
    );
  }
  return groups;
};

const send: fc.Arbitrary<Step> = fc.constantFrom('one', 'two', 'three').map((groupId) => (world) => {
  world.sent += 1;
  const body = String(world.sent);
  expect(world.queue.send({ body, groupId, deduplicationId: body }, world.now)).toBe('sent');
  world.known.push({ body, groupId, visibleAt: world.now, handle: '' });
});

const checkBatch = (world: World, batch: readonly ReceivedMessage[], max: number): void => {
  const ready = deliverable(world);
  const total = [...ready.values()].reduce((sum, { length }) => sum + length, 0);
  expect(batch).toHaveLength(Math.min(max, total));
  const groups = [...Map.groupBy(batch, ({ groupId }) => groupId)];
  // Groups come one after the other, each in order from its start, and only the last one may be cut short.
  expect(batch.map(({ body }) => body)).toEqual(groups.flatMap(([, each]) => each.map(({ body }) => body)));
  for (const [index, [groupId, each]] of groups.entries()) {
    const expected = (ready.get(groupId) ?? []).map(({ body }) => body);
    expect(each.map(({ body }) => body)).toEqual(expected.slice(0, each.length));
    if (index < groups.length - 1) expect(each).toHaveLength(expected.length);
  }
};

const receive: fc.Arbitrary<Step> = fc
  .record({ max: fc.integer({ min: 1, max: 10 }), visibilityMs: fc.constantFrom(0, 1, 5, 2000) })
  .map(({ max, visibilityMs }) => (world) => {
    const { queue, known, handles, now } = world;
    const batch = queue.receive(max, now, visibilityMs);
    checkBatch(world, batch, max);
    for (const { body, receiptHandle } of batch) {
      const found = known.find((each) => each.body === body);
      if (found === undefined) throw new Error('a message was delivered after it was acknowledged');
      found.visibleAt = now + visibilityMs;
      found.handle = receiptHandle;
      handles.push(receiptHandle);
    }
  });

/** With any handle ever given out, mostly a late one. */
const withHandle = (act: (world: World, handle: string, held: Known | undefined) => void) =>
  fc.nat().map(
    (pick): Step =>
      (world) => {
        const handle = world.handles.at(-1 - (pick % Math.max(1, world.handles.length)));
        if (handle === undefined) return;
        const held = world.known.find((each) => each.handle === handle && each.visibleAt > world.now);
        act(world, handle, held);
      },
  );

const remove = withHandle((world, handle, held) => {
  const result = world.queue.remove(handle, world.now);
  expect(result === 'removed').toBe(held !== undefined);
  if (held !== undefined) world.known.splice(world.known.indexOf(held), 1);
});

const change = fc.nat({ max: 3 }).chain((seconds) =>
  withHandle((world, handle, held) => {
    const result = world.queue.changeVisibility(handle, seconds, world.now);
    expect(result === 'changed').toBe(held !== undefined);
    if (held !== undefined) held.visibleAt = world.now + seconds * 1000;
  }),
);

const wait: fc.Arbitrary<Step> = fc.constantFrom(1, 2, 5, 1000, 3000).map((ms) => (world) => {
  world.now += ms;
});

const steps = fc.array(
  fc.oneof(
    { arbitrary: send, weight: 4 },
    { arbitrary: receive, weight: 3 },
    { arbitrary: remove, weight: 3 },
    { arbitrary: change, weight: 1 },
    { arbitrary: wait, weight: 2 },
  ),
  { maxLength: 60, size: 'max' },
);

describe('a FIFO queue, whatever is done to it in whatever order', () => {
  it('delivers what may be delivered: in order per group, to one holder at a time, nothing lost, nothing twice', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = emptyWorld();
        for (const step of all) {
          step(world);
          expect(world.queue.messages().map(({ body }) => body)).toEqual(world.known.map(({ body }) => body));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says when the next receive will find something: then it does, and not before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = emptyWorld();
        for (const step of all) step(world);
        const at = world.queue.nextVisibleAt(world.now);
        expect(at === undefined).toBe(world.known.length === 0);
        if (at === undefined) return;
        if (at > world.now) expect(world.queue.receive(10, at - 1, 1)).toEqual([]);
        expect(world.queue.receive(10, at, 1)).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('drains: a worker that acknowledges everything meets every message once, each group in order', () => {
    const groupIds = fc.array(fc.constantFrom('one', 'two', 'three'), { maxLength: 100, size: 'max' });
    fc.assert(
      fc.property(groupIds, fc.integer({ min: 1, max: 10 }), (all, max) => {
        const queue = new FifoQueue();
        const sent = all.map((groupId, index) => ({
          groupId,
          body: `${index}`,
          deduplicationId: `${index}`,
        }));
        for (const each of sent) queue.send(each, 0);
        const seen: ReceivedMessage[] = [];
        for (let now = 0; queue.size > 0; now += 1)
          for (const each of queue.receive(max, now, 1000)) {
            seen.push(each);
            queue.remove(each.receiptHandle, now);
          }
        const byGroup = (messages: readonly { groupId: string; body: string }[]) =>
          ['one', 'two', 'three'].map((id) =>
            messages.flatMap(({ groupId, body }) => (groupId === id ? [body] : [])),
          );
        expect(byGroup(seen)).toEqual(byGroup(sent));
      }),
      { numRuns: 100 },
    );
  });
});
