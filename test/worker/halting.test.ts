import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../lib/domain/time.ts';
import { NOW } from '../support/build.ts';
import { create, names, remove, WorkerWorld } from '../support/worker.ts';

describe('a run is halted', () => {
  it('when the token is still refused: told once, the rest acknowledged as superseded', async () => {
    const w = new WorkerWorld();
    const before = w.pointer();
    w.clock.time = NOW + HOUR_MS;
    w.fastly.fail('create', 'unauthorized', { times: 99 });
    expect(await w.work(names(6).map((name) => w.message(create(name))))).toEqual([]);
    const updatedAt = new Date(NOW + HOUR_MS).toISOString();
    expect(w.pointer()).toEqual({
      ...before,
      status: 'halted',
      reason: 'Fastly said unauthorized',
      updatedAt,
    });
    expect(w.telemetry.lines.map((line) => JSON.parse(line))).toContainEqual({
      level: 'error',
      message: 'halted',
      account: 'acme',
      runId: 'run1',
      generation: 7,
      reason: 'Fastly said unauthorized',
    });
    expect(w.telemetry.notifications).toEqual([
      {
        account: 'acme',
        event: 'halted',
        nextSteps: [expect.stringContaining('Put a working token into its parameter')],
        subject: '[acme] halted',
        message: expect.stringContaining('run1 of acme was halted: Fastly said unauthorized'),
      },
    ]);
    expect(w.telemetry.values.get('RunHalted')).toBe(1);
    expect(w.telemetry.values.get('JobsSuperseded')).toBe(6);
    expect(w.outcomes().map(({ result, detail }) => `${result}: ${detail}`)).toEqual(
      Array(6).fill('superseded: the run is halted'),
    );
    expect(w.fastly.mails.size).toBe(0);
  });

  it('when there is no token at all', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => ({ problem: 'there is no parameter' });
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.pointer()).toMatchObject({ status: 'halted', reason: 'there is no token to work with' });
    expect(w.connects).toEqual([false]);
  });

  it('when there is no token for a reading', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => ({ problem: 'there is no parameter' });
    expect(await w.one(create('ada'), { receives: 2 })).toBe('superseded');
    expect(w.pointer()).toMatchObject({ status: 'halted', reason: 'there is no token to work with' });
  });

  it('when a reading is refused', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('invitations', 'unauthorized', { times: 9 });
    expect(await w.one(create('ada'), { receives: 2 })).toBe('superseded');
    expect(w.pointer().status).toBe('halted');
    expect(w.outcomes()[0]?.detail).toBe('the run is halted');
  });

  it('and keeps the reason for which it was halted first', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unauthorized', { times: 9 });
    let creates = 0;
    w.fastly.onCall = (call) => {
      creates += call === 'create ada' ? 1 : 0;
      if (creates === 2) w.setPointer({ status: 'halted', reason: 'the first reason' });
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.pointer().reason).toBe('the first reason');
  });

  it('but not a newer run', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unauthorized', { times: 9 });
    let creates = 0;
    w.fastly.onCall = (call) => {
      creates += call === 'create ada' ? 1 : 0;
      if (creates === 2) w.setPointer({ generation: 8, runId: 'run2' });
    };
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.pointer().status).toBe('draining');
    expect(w.telemetry.notifications).toEqual([]);
    expect(w.telemetry.values.has('RunHalted')).toBe(false);
  });

  it('or the jobs go back, when that cannot be stored', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unauthorized', { times: 99 });
    w.store.onWrite = () => {
      throw new Error('S3 is away');
    };
    expect(await w.one(create('ada'))).toBe('back');
  });
});

describe('403s in a row', () => {
  const worked = async (prepare: (w: WorkerWorld) => void, jobs = 7): Promise<WorkerWorld> => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    prepare(w);
    await w.work(names(jobs).map((name) => w.message(create(name))));
    return w;
  };

  it.each([
    { name: 'four are about four people', forbidden: 4, status: 'draining' },
    { name: 'five are about the token', forbidden: 5, status: 'halted' },
  ])('$name', async ({ forbidden, status }) => {
    const w = await worked(({ fastly }) => fastly.fail('create', 'forbidden', { times: forbidden }));
    expect(w.pointer().status).toBe(status);
    expect(w.outcomes().filter(({ result }) => result === 'rejected')).toHaveLength(forbidden);
    expect(w.fastly.mails.size).toBe(status === 'halted' ? 0 : 3);
  });

  it('are told with their number and what Fastly said', async () => {
    const w = await worked(({ fastly }) =>
      fastly.fail('create', 'forbidden', { times: 9, message: 'no rights' }),
    );
    expect(w.pointer().reason).toBe('5 refusals in a row: no rights');
  });

  it.each([
    { name: 'a write that works', between: undefined },
    { name: 'a refusal for another reason', between: 'rejected' as const },
    { name: 'a write that was lost', between: 'unavailable' as const },
  ])('are counted anew after $name', async ({ between }) => {
    const w = await worked(({ fastly }) => {
      const others = names(9).filter((name) => name !== 'p4');
      for (const name of others) fastly.fail(`create ${name}`, 'forbidden');
      if (between !== undefined) fastly.fail('create p4', between);
    }, 9);
    expect(w.pointer().status).toBe('draining');
  });

  it('count for deletes as well', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('delete', 'forbidden', { times: 9 });
    await w.work(names(7).map((name) => w.message(remove(name))));
    expect(w.pointer().status).toBe('halted');
  });
});
