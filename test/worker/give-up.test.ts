import { describe, expect, it } from '@jest/globals';
import { create, names, remove, replace, WorkerWorld } from '../support/worker.ts';

describe('a write that keeps failing', () => {
  it.each([
    { name: 'the fourth time: handed back', failed: 3, others: true, ends: 'back' },
    { name: 'the fifth time while others work: given up', failed: 4, others: true, ends: 'failed' },
    { name: 'the fifth time, all alone: given up', failed: 4, others: false, ends: 'failed' },
  ])('$name', async ({ failed, others, ends }) => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.failedBefore(failed, 'ada');
    const ada = w.message(create('ada'), { receives: 9 });
    const back = await w.work(others ? [ada, w.message(create('bob'))] : [ada]);
    expect(back).toEqual(ends === 'back' ? [ada.id] : []);
    expect(w.result('ada')).toBe(ends === 'back' ? undefined : 'failed');
    expect(w.buried).toHaveLength(ends === 'back' ? 0 : 1);
  });

  it.each([
    { name: 'a POST', change: create('ada') },
    { name: 'a DELETE, each with its quick retries', change: remove('ada') },
  ])('is given up after five failed writes, not after five deliveries: $name', async ({ change }) => {
    const w = new WorkerWorld();
    const ends: string[] = [];
    for (let receives = 1; receives <= 9; receives += 1) {
      // Four deliveries in between are handed back because the quota is used up.
      const isFull = receives > 1 && receives <= 5;
      w.learnQuota(isFull ? 50 : 1000);
      w.fastly.fail('create ada', 'unavailable', { times: 99 });
      w.fastly.fail('delete id-ada', 'unavailable', { times: 99 });
      ends.push(await w.one(change, { receives }));
    }
    expect(ends).toEqual([...Array(8).fill('back'), 'failed']);
  });

  it('counts anew when its message comes back from the dead-letter queue', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.failedBefore(7, 'ada');
    expect(await w.one(create('ada'), { receives: 1 })).toBe('back');
    expect(await w.one(create('ada'), { receives: 2 })).toBe('back');
  });

  it.each(['read', 'stored'])('is tried again when the count can’t be %s', async (what) => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.failedBefore(9, 'ada');
    const fail = (key: string): void => {
      if (key.includes('/failed-writes/')) throw new Error('S3 is away');
    };
    Object.assign(w.store, what === 'read' ? { onRead: fail } : { onWrite: fail });
    expect(await w.one(create('ada'), { receives: 9 })).toBe('back');
    expect(w.telemetry.lines.join()).toContain('a failed write could not be counted');
  });

  it('is told with the number of failed writes and with what Fastly said', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('delete', 'unavailable', { times: 99, message: 'out of order' });
    w.failedBefore(5, 'ada');
    const ada = w.message(remove('ada'), { receives: 9 });
    await w.work([ada]);
    const reason = 'failed 6 times: out of order';
    expect(w.outcomes()).toMatchObject([{ action: 'delete', result: 'failed', detail: reason }]);
    expect(w.buried).toEqual([{ body: ada.body, reason }]);
    expect(w.telemetry.values.get('JobsFailed')).toBe(1);
    expect(w.outcomes()[0]).not.toHaveProperty('interrupted');
  });

  it('leaves a person without an invitation if it is the POST of a replace', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.failedBefore(4, 'ada');
    expect(await w.one(replace('ada'), { receives: 5 })).toBe('failed');
    expect(w.outcomes()[0]).toMatchObject({ interrupted: true });
  });

  it.each([
    { name: 'one that Fastly refuses', other: 'rejected' as const },
    { name: 'one that Fastly forbids', other: 'forbidden' as const },
  ])('beside $name: writing works, so it is given up', async ({ other }) => {
    const w = new WorkerWorld();
    for (const name of ['ada', 'bob']) w.fastly.fail(`create ${name}`, 'unavailable', { times: 99 });
    w.fastly.fail('create cyd', other);
    w.failedBefore(4, 'ada', 'bob');
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
    w.failedBefore(99, 'p0', 'p1');
    const messages = names(2).map((name) => w.message(create(name), { receives }));
    expect(await w.work(messages)).toHaveLength(ends === 'back' ? 2 : 0);
    expect(w.buried).toHaveLength(ends === 'back' ? 0 : 2);
  });

  it('is alone beside a job that was not tried, so it is given up', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('create', 'unavailable', { times: 9 });
    w.failedBefore(4, 'ada');
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
    w.failedBefore(99, 'ada');
    w.fastly.fail('members', 'unavailable', { times: 999 });
    w.fastly.fail('create', 'unavailable', { times: 999 });
    w.fastly.fail('delete', 'unavailable', { times: 999 });
    expect(await w.one(change, { receives: 190 })).toBe('back');
    expect(w.buried).toEqual([]);
  });

  it('is not given up when the token can’t be read for that, and the other jobs keep their ends', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('delete id-ada', 'unavailable', { times: 99 });
    w.fastly.fail('invitations', 'unauthorized');
    w.failedBefore(4, 'ada');
    w.onConnect = (fresh) => {
      if (fresh) throw new Error('SSM is away');
      return undefined;
    };
    const ada = w.message(remove('ada'), { receives: 2 });
    expect(await w.work([ada, w.message(create('bob'))])).toEqual([ada.id]);
    expect(w.result('bob')).toBe('created');
    expect(w.buried).toEqual([]);
    expect(w.telemetry.lines.join()).toContain('SSM is away');
  });

  it('is handed back when the copy for people fails', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create ada', 'unavailable', { times: 99 });
    w.failedBefore(8, 'ada');
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
