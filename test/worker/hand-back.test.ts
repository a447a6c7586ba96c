import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { retryAt, retryLater, retryNow } from '../../lib/worker/hand-back.ts';
import { NOW } from '../support/build.ts';
import { create, remove, WorkerWorld } from '../support/worker.ts';

/** Jitter of 1 second and of 15. */
const LEAST = { random: () => 0, now: () => NOW };
const MOST = { random: () => 0.9999, now: () => NOW };

const message = new WorkerWorld().message('finish');

describe('a back-off', () => {
  it.each([
    { receives: 1, seconds: 30 },
    { receives: 2, seconds: 60 },
    { receives: 4, seconds: 240 },
    { receives: 5, seconds: 480 },
    { receives: 6, seconds: 900 },
    { receives: 100, seconds: 900 },
  ])('after $receives deliveries takes $seconds s, and 1 to 15 s of jitter', ({ receives, seconds }) => {
    expect(retryLater({ ...message, receives }, 'why', LEAST).seconds).toBe(seconds + 1);
    expect(retryLater({ ...message, receives }, 'why', MOST).seconds).toBe(seconds + 15);
  });

  it.each([
    { name: 'a write', call: 'create', receives: 1, seconds: 31 },
    { name: 'a reading', call: 'invitations', receives: 2, seconds: 61 },
  ])('follows $name that failed', async ({ call, receives, seconds }) => {
    const w = new WorkerWorld();
    w.fastly.fail(call, 'unavailable');
    expect(await w.work([w.message(create('ada'), { receives })], { random: () => 0 })).toHaveLength(1);
    expect(w.visibility[0]?.seconds).toBe(seconds);
  });

  it('follows a job that was interrupted', async () => {
    const w = new WorkerWorld();
    w.onConnect = () => {
      throw new Error('SSM is away');
    };
    await w.work([w.message(create('ada'), { receives: 3 })], { random: () => 0 });
    expect(w.visibility[0]?.seconds).toBe(121);
    expect(w.telemetry.lines.join()).toContain('"why":"interrupted"');
  });
});

describe('a retry', () => {
  it('now waits for nothing', () => {
    expect(retryNow({ ...message, receives: 9 }, 'why')).toEqual({
      message: { ...message, receives: 9 },
      seconds: 0,
      why: 'why',
    });
  });

  it.each([
    { name: 'soon after it', time: NOW + 90 * SECOND_MS, seconds: 91 },
    { name: 'in whole seconds, rounded up', time: NOW + 1, seconds: 2 },
    { name: 'in the past: now', time: NOW - HOUR_MS, seconds: 0 },
    { name: 'further away than SQS allows: as late as it allows', time: NOW + 20 * HOUR_MS, seconds: 39_600 },
  ])('at a time: $name', ({ time, seconds }) => {
    expect(retryAt(message, time, 'why', LEAST).seconds).toBe(seconds);
  });
});

describe('handing back', () => {
  it('is one visibility change per account, for the longest wait among its messages', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unavailable', { times: 99 });
    const back = await w.work(
      [
        w.message(create('ada'), { receives: 1 }),
        w.message(create('bob'), { receives: 3 }),
        w.message('finish'),
      ],
      { random: () => 0 },
    );
    expect(back).toHaveLength(3);
    expect(w.visibility).toEqual([{ handles: expect.anything(), seconds: 121 }]);
    expect(w.visibility[0]?.handles).toHaveLength(3);
  });

  it('is logged with every reason, once each', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('delete', 'unavailable', { times: 6, message: 'out of order' });
    await w.work([...['ada', 'bob'].map((name) => w.message(remove(name))), w.message('finish')]);
    expect(w.telemetry.lines.map((line) => JSON.parse(line))).toContainEqual({
      level: 'info',
      message: 'handed back',
      account: 'acme',
      messages: 3,
      seconds: expect.any(Number),
      why: 'write_failed: out of order; jobs_before_finish',
    });
  });

  it('of nothing changes nothing', async () => {
    const w = new WorkerWorld();
    await w.one(create('ada'));
    expect(w.visibility).toEqual([]);
    expect(w.telemetry.everything()).not.toContain('handed back');
  });
});
