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

  it('knows no customer before a job has passed', async () => {
    const w = new WorkerWorld();
    const fence = new Fence('acme', w.store);
    expect(fence.customerId).toBe('');
    await fence.whyNot({ runId: 'run2', generation: 8 });
    expect(fence.customerId).toBe('');
  });

  it('knows customer and start of the run whose job passed', async () => {
    const w = new WorkerWorld();
    const fence = new Fence('acme', w.store);
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
