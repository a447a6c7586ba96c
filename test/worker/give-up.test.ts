import { describe, expect, it } from '@jest/globals';
import { create, names, remove, WorkerWorld } from '../support/worker.ts';

describe('a write that keeps failing', () => {
  it.each([
    { name: 'four deliveries: handed back', receives: 4, others: true, ends: 'back' },
    { name: 'five deliveries while others work: given up', receives: 5, others: true, ends: 'failed' },
    { name: 'five deliveries, all alone: given up', receives: 5, others: false, ends: 'failed' },
  ])('$name', async ({ receives, others, ends }) => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    const ada = w.message(create('ada'), { receives });
    const back = await w.work(others ? [ada, w.message(create('bob'))] : [ada]);
    expect(back).toEqual(ends === 'back' ? [ada.id] : []);
    expect(w.result('ada')).toBe(ends === 'back' ? undefined : 'failed');
    expect(w.buried).toHaveLength(ends === 'back' ? 0 : 1);
  });

  it('is told with the number of deliveries and with what Fastly said', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('delete', 'unavailable', { times: 99, message: 'out of order' });
    const ada = w.message(remove('ada'), { receives: 6 });
    await w.work([ada]);
    const reason = 'failed 6 times: out of order';
    expect(w.outcomes()).toMatchObject([{ action: 'delete', result: 'failed', detail: reason }]);
    expect(w.buried).toEqual([{ body: ada.body, reason }]);
    expect(w.telemetry.values.get('JobsFailed')).toBe(1);
  });

  it.each([
    { name: 'one that Fastly refuses', other: 'rejected' as const },
    { name: 'one that Fastly forbids', other: 'forbidden' as const },
  ])('beside $name: writing works, so it is given up', async ({ other }) => {
    const w = new WorkerWorld();
    for (const name of ['ada', 'bob']) w.fastly.fail(`create ${name}`, 'unavailable', { times: 99 });
    w.fastly.fail('create cyd', other);
    await w.work(['ada', 'bob', 'cyd'].map((name) => w.message(create(name), { receives: 5 })));
    // Delivered before, a job reads first; nothing is there, so each is tried again.
    expect([w.result('ada'), w.result('bob'), w.result('cyd')]).toEqual(['failed', 'failed', 'rejected']);
  });

  it.each([
    { receives: 149, ends: 'back' },
    { receives: 150, ends: 'failed' },
  ])('while all writes fail, an outage, after $receives deliveries: $ends', async ({ receives, ends }) => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unavailable', { times: 999 });
    const messages = names(2).map((name) => w.message(create(name), { receives }));
    expect(await w.work(messages)).toHaveLength(ends === 'back' ? 2 : 0);
    expect(w.buried).toHaveLength(ends === 'back' ? 0 : 2);
  });

  it('is alone beside a job that was not tried, so it is given up', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('create', 'unavailable', { times: 9 });
    w.fastly.onCall = (call) => {
      if (call === 'create bob') throw new Error('a broken invariant');
    };
    const messages = ['ada', 'bob'].map((name) => w.message(create(name), { id: name, receives: 5 }));
    expect(await w.work(messages)).toEqual(['bob']);
    expect(w.result('ada')).toBe('failed');
  });

  it.each([
    { name: 'a DELETE', change: remove('ada') },
    { name: 'a POST', change: create('ada') },
  ])('is not given up while reading fails too: $name', async ({ change }) => {
    const w = new WorkerWorld();
    w.fastly.fail('members', 'unavailable', { times: 999 });
    w.fastly.fail('create', 'unavailable', { times: 999 });
    w.fastly.fail('delete', 'unavailable', { times: 999 });
    expect(await w.one(change, { receives: 190 })).toBe('back');
    expect(w.buried).toEqual([]);
  });

  it('is handed back when the copy for people fails', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.onBury = () => {
      throw new Error('no');
    };
    expect(await w.one(create('ada'), { receives: 9 })).toBe('back');
  });
});

describe('F67 what is no failed write', () => {
  it('is never given up: a reading that failed', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('invitations', 'unavailable', { times: 1 });
    expect(await w.one(create('ada'), { receives: 190 })).toBe('back');
    expect(w.buried).toEqual([]);
  });

  it('is never given up: a job that was interrupted', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => {
      throw new Error('SSM is away');
    };
    expect(await w.one(remove('ada'), { receives: 190 })).toBe('back');
    expect(w.buried).toEqual([]);
  });
});
