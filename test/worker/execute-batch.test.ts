import { describe, expect, it } from '@jest/globals';
import { invitation } from '../support/build.ts';
import { create, expectJob, type JobCase, names, WorkerWorld } from '../support/worker.ts';

const times: readonly JobCase[] = [
  {
    name: 'too little for a request and its time-out: not started',
    change: create('ada'),
    given: (w) => {
      w.remainingMs = 14_999;
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'just enough',
    change: create('ada'),
    given: (w) => {
      w.remainingMs = 15_000;
    },
    ends: 'created',
    writes: ['create ada'],
  },
];

describe('the time that is left', () => {
  it.each(times)('$name', expectJob);

  it('is looked at before every job, and who was not started comes again at once', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.onCall = (call) => {
      if (call === 'create p1') w.remainingMs = 0;
    };
    const back = await w.work(names(4).map((name) => w.message(create(name), { id: name, receives: 7 })));
    expect(back).toEqual(['p2', 'p3']);
    expect(w.visibility).toEqual([{ handles: ['r-p2', 'r-p3'], seconds: 0 }]);
  });
});

describe('jobs of a batch', () => {
  it('run side by side, as many as WRITE_CONCURRENCY says', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '2' });
    w.learnQuota(1000);
    let running = 0;
    const most: number[] = [];
    w.fastly.onCall = async () => {
      running += 1;
      most.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await w.work(names(6).map((name) => w.message(create(name))));
    expect(Math.max(...most)).toBe(2);
  });

  it('that are interrupted leave the others alone', async () => {
    const w = new WorkerWorld();
    w.fastly.onCall = (call) => {
      if (call === 'create p1') throw new Error('a broken invariant');
    };
    const back = await w.work(names(3).map((name) => w.message(create(name), { id: name })));
    expect(back).toEqual(['p1']);
    expect([w.result('p0'), w.result('p2')]).toEqual(['created', 'created']);
    expect(w.telemetry.lines.join()).toContain('"message":"job interrupted"');
  });
});

describe('copies of one job in one batch', () => {
  it('wait for each other, so that the second one sees what came of the first', async () => {
    const w = new WorkerWorld();
    const copies = ['one', 'two'].map((id) => w.message(create('ada'), { id, receives: 4 }));
    const bob = w.message(create('bob'));
    expect(await w.work([...copies, bob])).toEqual(['two']);
    expect(w.writes()).toEqual(['create ada', 'create bob']);
    w.fastly.invitations = [invitation('ada')];
    expect(await w.work([w.message(create('ada'), { id: 'two', receives: 5 })])).toEqual([]);
    expect(w.writes()).toEqual(['create ada', 'create bob']);
    expect(w.result('ada')).toBe('created');
  });

  it('are not what an older run left: nothing waits for a void job', async () => {
    const w = new WorkerWorld();
    const older = w.message(create('ada'), { id: 'older' });
    const body = older.body.replace('"generation":7', '"generation":8').replace('run1', 'run2');
    w.setPointer({ generation: 8, runId: 'run2' });
    expect(await w.work([older, w.message({ body }, { id: 'newer' })])).toEqual([]);
    expect(w.writes()).toEqual(['create ada']);
  });
});
