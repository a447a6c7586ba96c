import { describe, expect, it } from '@jest/globals';
import { FreshToken } from '../../lib/worker/fresh-token.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import { DAY_MS, member } from '../support/build.ts';
import { create, names, remove, replace, WorkerWorld } from '../support/worker.ts';

describe('the token', () => {
  it('is that of the account', async () => {
    const w = new WorkerWorld();
    const asked: unknown[] = [];
    const connect: WorkerPorts['connect'] = async (account, { fresh }) => {
      asked.push([account, fresh]);
      return { fastly: w.fastly };
    };
    const token = new FreshToken('acme', w.deps({ connect }));
    const connection = await token.connect();
    expect(connection).toMatchObject({
      fresh: false,
      token: { ok: true, value: { customerId: 'customer1' } },
    });
    expect(connection?.fastly).toBe(w.fastly);
    if (connection !== undefined) token.refuse(connection);
    expect(await token.connect()).toMatchObject({ fresh: true });
    expect(asked).toEqual([
      ['acme', false],
      ['acme', true],
    ]);
  });

  it.each([
    { name: 'tells how far Fastly’s clock is ahead', clockAheadMs: 4000, expected: 4000 },
    { name: 'may not tell', clockAheadMs: undefined, expected: undefined },
  ])('$name', async ({ clockAheadMs, expected }) => {
    const w = new WorkerWorld();
    Object.assign(w.fastly, { clockAheadMs });
    expect(await new FreshToken('acme', w.deps()).clockAhead()).toBe(expected);
  });

  it('tells no clock where there is none, or where it is refused', async () => {
    const w = new WorkerWorld();
    const token = new FreshToken('acme', w.deps());
    w.fastly.fail('token', 'unauthorized');
    expect(await token.clockAhead()).toBeUndefined();
    w.onConnect = () => ({ problem: 'there is no parameter' });
    expect(await new FreshToken('acme', w.deps()).clockAhead()).toBeUndefined();
  });

  it('is read once for all jobs of an account', async () => {
    const w = new WorkerWorld();
    await w.work(names(3).map((name) => w.message(create(name))));
    expect(w.connects).toEqual([false]);
  });

  it('F32/F54 that was refused is read again once, and the work goes on', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '4' });
    w.fastly.fail('create', 'unauthorized', { times: 1 });
    expect(await w.work(names(3).map((name) => w.message(create(name))))).toEqual([]);
    expect(w.connects).toEqual([false, true]);
    expect(w.outcomes().map(({ result }) => result)).toEqual(['created', 'created', 'created']);
  });

  it('refused to several jobs at once is read again once for all of them', async () => {
    const w = new WorkerWorld();
    const token = new FreshToken('acme', w.deps());
    const connections = await Promise.all([token.connect(), token.connect()]);
    const again = [];
    for (const connection of connections) {
      if (connection === undefined) throw new Error('there is a token');
      expect(token.refuse(connection)).toBe(true);
      again.push(await token.connect());
    }
    expect(w.connects).toEqual([false, true]);
    expect(again.map((connection) => connection && token.refuse(connection))).toEqual([false, false]);
  });

  it('refused to a reading is read again as well', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('invitations', 'unauthorized');
    expect(await w.one(create('ada'), { receives: 2 })).toBe('created');
    expect(w.connects).toEqual([false, true]);
  });

  it('that cannot be read now: handed back, and no run is halted', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => {
      throw new Error('SSM is away');
    };
    expect(await w.one(create('ada'))).toBe('back');
    expect(w.pointer().status).toBe('draining');
    expect(w.telemetry.everything()).toContain('SSM is away');
  });
});

describe('the customer of the token', () => {
  it('F63 is asked for once per token, before any write', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '4' });
    w.fastly.fail('create', 'unauthorized');
    expect(await w.work(names(3).map((name) => w.message(create(name))))).toEqual([]);
    expect(w.fastly.log.filter((call) => call === 'token')).toHaveLength(2);
    expect(w.fastly.log[0]).toBe('token');
  });

  it.each([
    { name: 'a create', change: create('ada'), receives: 1 },
    { name: 'a create that reads Fastly’s list first', change: create('ada'), receives: 2 },
    { name: 'a delete', change: remove('ada'), receives: 1 },
    { name: 'a replace', change: replace('ada'), receives: 1 },
  ])('F63 is another than the run’s, at $name: the run is halted, and nothing is written', async (job) => {
    const w = new WorkerWorld();
    w.fastly.customerId = 'customer2';
    w.fastly.members = [member('ada')];
    expect(await w.one(job.change, { receives: job.receives })).toBe('superseded');
    expect(w.writes()).toEqual([]);
    expect(w.reads()).toBe(0);
    const { status, reason } = w.pointer();
    expect(status).toBe('halted');
    expect(reason).toContain('customer1');
    expect(reason).toContain('customer2');
  });

  it('F63 is another than the run’s only for a token that was cached: the work goes on with the one read anew', async () => {
    const w = new WorkerWorld();
    w.fastly.customerId = 'customer2';
    w.onConnect = (fresh) => {
      if (fresh) w.fastly.customerId = 'customer1';
      return undefined;
    };
    expect(await w.one(create('ada'))).toBe('created');
    expect(w.connects).toEqual([false, true]);
  });

  it('F63 of a void job halts no run', async () => {
    const w = new WorkerWorld();
    w.fastly.customerId = 'customer2';
    w.onConnect = () => {
      w.setPointer({ generation: 8, customerId: 'customer2' });
      return undefined;
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.writes()).toEqual([]);
    expect(w.pointer().status).toBe('draining');
  });

  it.each(['unavailable', 'rate_limited', 'forbidden'] as const)(
    'F63 cannot be told now (%s): handed back, nothing is written, and no run is halted',
    async (kind) => {
      const w = new WorkerWorld();
      w.fastly.fail('token', kind);
      expect(await w.one(create('ada'), { receives: 200 })).toBe('back');
      expect(w.writes()).toEqual([]);
      expect(w.buried).toEqual([]);
      expect(w.pointer().status).toBe('draining');
      expect(w.telemetry.everything()).toContain('read_failed');
    },
  );

  it.each([
    { times: 1, ends: 'created', status: 'draining' },
    { times: 2, ends: 'superseded', status: 'halted' },
  ])('F63 is refused $times times with 401: $ends', async ({ times, ends, status }) => {
    const w = new WorkerWorld();
    w.fastly.fail('token', 'unauthorized', { times });
    expect(await w.one(create('ada'))).toBe(ends);
    expect(w.connects).toEqual([false, true]);
    expect(w.pointer().status).toBe(status);
  });
});

describe('F64 the worker’s clock', () => {
  const MINUTE_MS = 60_000;

  it.each([5 * MINUTE_MS, -5 * MINUTE_MS, undefined])('may differ by %p ms from Fastly’s', async (ahead) => {
    const w = new WorkerWorld();
    w.fastly.clockAheadMs = ahead;
    expect(await w.one(create('ada'))).toBe('created');
  });

  it.each([6 * MINUTE_MS, -6 * MINUTE_MS])(
    'differs by %p ms: the run is halted, and nothing is written',
    async (ahead) => {
      const w = new WorkerWorld();
      w.fastly.clockAheadMs = ahead;
      expect(await w.one(create('ada'))).toBe('superseded');
      expect(w.writes()).toEqual([]);
      const { status, reason } = w.pointer();
      expect(status).toBe('halted');
      for (const time of [w.clock.now(), w.clock.now() + ahead])
        expect(reason).toContain(new Date(time).toISOString());
    },
  );

  it.each<{ name: string; given: (w: WorkerWorld) => void; ends: string }>([
    { name: 'is compared', given: () => {}, ends: 'superseded' },
    {
      name: 'can’t be compared now',
      given: (w) => w.fastly.fail('token', 'unavailable'),
      ends: 'back',
    },
  ])('is a day ahead and $name: what is kept of the quota stays as it is', async ({ given, ends }) => {
    const w = new WorkerWorld();
    w.learnQuota(60);
    w.clock.time += DAY_MS;
    w.fastly.clockAheadMs = -DAY_MS;
    given(w);
    const kept = w.store.json('state/acme/quota.json');
    expect(await w.one(create('ada'))).toBe(ends);
    expect(w.store.json('state/acme/quota.json')).toEqual(kept);
  });
});
