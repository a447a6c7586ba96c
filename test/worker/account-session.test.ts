import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { invitation, NOW } from '../support/build.ts';
import { create, names, remove, replace, WorkerWorld } from '../support/worker.ts';

describe('a write', () => {
  it('comes right after the fence, and the fence after the token', async () => {
    const w = new WorkerWorld();
    const steps: string[] = [];
    w.store.onRead = (key) => steps.push(key);
    w.onConnect = () => {
      steps.push('connect');
      return undefined;
    };
    w.fastly.onCall = (call) => {
      steps.push(call);
    };
    await w.one(create('ada'));
    const pointer = 'state/acme/run.json';
    const quota = 'state/acme/quota.json';
    expect(steps).toEqual([pointer, 'connect', 'token', quota, pointer, 'create ada']);
  });

  it('asks the fence again when the token was read anew', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unauthorized');
    w.onConnect = (fresh) => {
      if (fresh) w.setPointer({ generation: 8 });
      return undefined;
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.writes()).toEqual(['create ada']);
  });

  it('of a void job halts no run for want of a token', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => {
      w.setPointer({ generation: 7, runId: 'run2' });
      return { problem: 'there is no parameter' };
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.pointer().status).toBe('draining');
  });

  it('that was reserved does not start when an answer has closed the gate meanwhile', async () => {
    const w = new WorkerWorld();
    w.learnQuota(60);
    w.fastly.invitations = [invitation('ada')];
    w.fastly.onCall = () => {
      w.fastly.remaining = 51;
    };
    expect(await w.one(replace('ada'))).toBe('back');
    expect(w.writes()).toEqual(['delete id-ada']);
    expect(w.visibility[0]?.seconds).toBeGreaterThan((w.fastly.resetAt - NOW) / SECOND_MS);
  });

  it('that threw is over for the gate as well', async () => {
    const w = new WorkerWorld();
    w.fastly.onCall = (call) => {
      if (call === 'create ada') throw new Error('a broken invariant');
    };
    const back = await w.work([
      w.message(create('ada'), { id: 'ada' }),
      w.message(create('bob'), { id: 'bob' }),
    ]);
    expect(back).toEqual(['ada']);
    expect(w.result('bob')).toBe('created');
    expect(w.quotaLeft()).toBe(999);
    expect(w.telemetry.everything()).toContain('a broken invariant');
  });
});

describe('the quota', () => {
  it('F29/F38 is used down to the reserve and not beyond; the rest is handed back until the reset', async () => {
    const w = new WorkerWorld();
    w.fastly.remaining = 57;
    const messages = names(10).map((name) => w.message(create(name)));
    const back = await w.work(messages);
    expect(w.fastly.remaining).toBe(50);
    expect(w.outcomes()).toHaveLength(7);
    expect(back).toHaveLength(3);
    expect(w.visibility).toHaveLength(1);
    const [change] = w.visibility;
    expect(change?.handles).toHaveLength(3);
    const untilReset = (w.fastly.resetAt - NOW) / SECOND_MS;
    expect(change?.seconds).toBeGreaterThan(untilReset + 1);
    expect(change?.seconds).toBeLessThanOrEqual(untilReset + 20);
    expect(w.telemetry.lines.join()).toContain('"why":"quota_used_up"');
  });

  it('F34 a 429 closes it too: one write and no more, and nobody is given up', async () => {
    const w = new WorkerWorld();
    w.fastly.remaining = 0;
    const back = await w.work(names(3).map((name) => w.message(create(name), { receives: 9 })));
    expect(back).toHaveLength(3);
    expect(w.writes()).toHaveLength(1);
    expect(w.buried).toEqual([]);
  });

  it('the first write after a cold start goes alone; a warm start remembers', async () => {
    const w = new WorkerWorld();
    let running = 0;
    const most: number[] = [];
    w.fastly.onCall = async (call) => {
      if (!call.startsWith('create')) return;
      running += 1;
      most.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await w.work(names(5).map((name) => w.message(create(name))));
    expect(most[0]).toBe(1);
    expect(most[1]).toBe(1);
    expect(Math.max(...most)).toBe(4);
    most.length = 0;
    await w.work(names(5).map((name) => w.message(create(`${name}-more`))));
    expect(Math.max(...most)).toBe(4);
    expect(most[1]).toBe(2);
  });

  it('a replace starts only with room for both of its writes', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.invitations = [invitation('bob')];
    w.fastly.remaining = 52;
    const back = await w.work([
      w.message(create('ada'), { id: 'a' }),
      w.message(replace('bob'), { id: 'b' }),
      w.message(create('cyd'), { id: 'c' }),
    ]);
    expect(back).toEqual(['b']);
    expect(w.writes()).toEqual(['create ada', 'create cyd']);
  });

  it('F70 missing rate limit headers mean nothing', async () => {
    const w = new WorkerWorld();
    w.fastly.remaining = undefined;
    expect(await w.work(names(8).map((name) => w.message(create(name))))).toEqual([]);
    expect(w.outcomes()).toHaveLength(8);
  });

  it('stays reserved for a write under way until its own answer, not that of another', async () => {
    const w = new WorkerWorld();
    w.learnQuota(52);
    w.fastly.remaining = 52;
    w.fastly.onCall = async (call) => {
      if (call === 'create slow') await new Promise((resolve) => setImmediate(resolve));
    };
    const back = await w.work(['slow', 'ada', 'bob'].map((name) => w.message(create(name), { id: name })));
    expect(back).toEqual(['bob']);
    expect(w.fastly.remaining).toBe(50);
  });

  it('is measured: what every answer leaves, and how long jobs wait', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.remaining = 52;
    w.clock.time += 300;
    const measured: unknown[] = [];
    await w.work(
      names(4).map((name) => w.message(create(name))),
      { metrics: { add: (...value) => measured.push(value) } },
    );
    expect(measured).toEqual([
      ['acme', 'RateLimitRemaining', 51],
      ['acme', 'RateLimitRemaining', 50],
      ['acme', 'QuotaWaitSeconds', (w.fastly.resetAt - NOW) / SECOND_MS + 1],
      ['acme', 'JobsCreated', 2],
    ]);
  });

  it('is measured as no wait when the window has ended meanwhile', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.learnQuota(50);
    let pointerReads = 0;
    w.store.onRead = (key) => {
      if (key.endsWith('run.json')) pointerReads += 1;
      if (pointerReads === 2) w.clock.time = w.fastly.resetAt + HOUR_MS;
    };
    await w.work(['ada', 'bob'].map((name) => w.message(create(name))));
    expect(w.telemetry.values.get('QuotaWaitSeconds')).toBe(0);
    expect(w.result('bob')).toBe('created');
  });

  it('is not measured where answers do not tell and nothing waits for it', async () => {
    const w = new WorkerWorld();
    w.fastly.remaining = undefined;
    w.fastly.fail('delete', 'unavailable', { times: 9 });
    await w.one(remove('ada'));
    expect(w.telemetry.values.has('RateLimitRemaining')).toBe(false);
    expect(w.telemetry.values.has('QuotaWaitSeconds')).toBe(false);
  });
});
