import { describe, expect, it } from '@jest/globals';
import { FreshToken } from '../../lib/worker/fresh-token.ts';
import { create, names, WorkerWorld } from '../support/worker.ts';

describe('the token', () => {
  it('is that of the account', async () => {
    const w = new WorkerWorld();
    const asked: unknown[] = [];
    const token = new FreshToken('acme', async (account, { fresh }) => {
      asked.push([account, fresh]);
      return { fastly: w.fastly };
    });
    const connection = await token.connect();
    expect(connection).toEqual({ fastly: w.fastly, fresh: false });
    if (connection !== undefined) token.refuse(connection);
    expect(await token.connect()).toEqual({ fastly: w.fastly, fresh: true });
    expect(asked).toEqual([
      ['acme', false],
      ['acme', true],
    ]);
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
    const token = new FreshToken('acme', w.deps().connect);
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
