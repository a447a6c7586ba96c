import { describe, expect, it } from '@jest/globals';
import { Fence } from '../../lib/worker/fence.ts';
import { invitation, NOW } from '../support/build.ts';
import { create, expectJob, type JobCase, replace, WorkerWorld } from '../support/worker.ts';

const OLDER = 'a newer run took over';

const cases: readonly JobCase[] = [
  {
    name: 'F31 an older generation: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ generation: 8 }),
    ends: 'superseded',
    detail: OLDER,
    writes: [],
  },
  {
    name: 'the same generation of another run, after the state was removed: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ runId: 'run2' }),
    ends: 'superseded',
    detail: OLDER,
    writes: [],
  },
  {
    name: 'a halted run: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ status: 'halted' }),
    ends: 'superseded',
    detail: 'the run is halted',
    writes: [],
  },
  {
    name: 'a finished run, whose report and ledger are written: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ status: 'finished' }),
    ends: 'superseded',
    detail: 'the run is finished',
    writes: [],
  },
  {
    name: 'a run whose jobs are still being enqueued: carried out',
    change: create('ada'),
    given: (w) => w.setPointer({ status: 'planning' }),
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'no pointer at all: never write unfenced',
    change: create('ada'),
    given: (w) => {
      w.store.objects.delete('state/acme/run.json');
    },
    ends: 'superseded',
    detail: OLDER,
    writes: [],
  },
  {
    name: 'a pointer that cannot be read: handed back',
    change: create('ada'),
    given: (w) => {
      w.store.onRead = () => {
        throw new Error('S3 is away');
      };
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'a damaged pointer: handed back',
    change: create('ada'),
    given: (w) => {
      w.store.objects.set('state/acme/run.json', '{');
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'a newer run between the two writes of a replace: no second write',
    change: replace('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.onCall = (call) => {
        if (call === 'delete id-ada') w.setPointer({ generation: 8 });
      };
    },
    ends: 'superseded',
    detail: OLDER,
    writes: ['delete id-ada'],
  },
];

describe('the fence', () => {
  it.each(cases)('$name', expectJob);

  it.each([
    { name: 'as long as a take-over waits', ms: 5000, reads: 1 },
    { name: 'longer than a take-over waits, is read again', ms: 5001, reads: 2 },
  ])('by a pointer whose reading took $name', async ({ ms, reads }) => {
    const w = new WorkerWorld();
    const fence = new Fence('acme', w.deps());
    let read = 0;
    w.store.onRead = () => {
      read += 1;
      if (read === 1) w.clock.time += ms;
    };
    expect(await fence.whyNot({ runId: 'run1', generation: 7 })).toBeUndefined();
    expect(read).toBe(reads);
  });

  it('a newer run that took over while the pointer was read slowly: no write', async () => {
    const w = new WorkerWorld();
    let read = 0;
    w.store.onRead = (key) => {
      if (!key.endsWith('run.json')) return;
      read += 1;
      // Before its write a job reads it a second time. What that reading says is 20 s old by then.
      if (read === 2) w.clock.time += 20_000;
      if (read === 3) w.setPointer({ generation: 8 });
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.writes()).toEqual([]);
  });

  it('a pointer that can only be read slowly: handed back, without a write', async () => {
    const w = new WorkerWorld();
    w.store.onRead = () => {
      w.clock.time += 6000;
    };
    expect(await w.one(create('ada'))).toBe('back');
    expect(w.writes()).toEqual([]);
    expect(w.telemetry.everything()).toContain('took longer than 5 s to read, 3 times');
  });

  it('knows no customer before a job has passed', async () => {
    const w = new WorkerWorld();
    const fence = new Fence('acme', w.deps());
    expect(fence.customerId).toBe('');
    await fence.whyNot({ runId: 'run2', generation: 8 });
    expect(fence.customerId).toBe('');
  });

  it('knows customer and start of the run whose job passed', async () => {
    const w = new WorkerWorld();
    const fence = new Fence('acme', w.deps());
    await fence.whyNot({ runId: 'run1', generation: 7 });
    w.setPointer({ runId: 'run2', customerId: 'customer2', startedAt: new Date(NOW + 1).toISOString() });
    await fence.whyNot({ runId: 'run1', generation: 7 });
    expect(fence.customerId).toBe('customer1');
    expect(fence.startedAt).toBe(NOW);
    await fence.whyNot({ runId: 'run2', generation: 7 });
    expect(fence.customerId).toBe('customer2');
    expect(fence.startedAt).toBe(NOW + 1);
  });
});
