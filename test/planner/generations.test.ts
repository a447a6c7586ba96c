import { describe, expect, it } from '@jest/globals';
import { type PlannerWorld, REQUEST_TIMEOUT_MS, rosterOf, worldWith } from '../support/planner.ts';

describe('generations', () => {
  const draining = async (): Promise<PlannerWorld> => {
    const world = worldWith(['ada']);
    await world.run();
    expect(world.pointer().status).toBe('draining');
    return world;
  };

  it('F39 the same roster while draining: in progress, no new plan', async () => {
    const world = await draining();
    expect(await world.run()).toMatchObject({ status: 'in_progress' });
    expect(world.pointer().generation).toBe(1);
  });

  it('a changed roster supersedes, after one request time-out', async () => {
    const world = await draining();
    world.upload('acme', rosterOf('bob'));
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
    // The time-out of the write that may be on its way, and the margin between reading the pointer and sending it.
    expect(world.clock.slept).toEqual([REQUEST_TIMEOUT_MS + 5000]);
  });

  it('a plan hash is a wish of its own while a run without one drains', async () => {
    const world = await draining();
    const { planHash = '' } = await world.run({ mode: 'plan' });
    expect((await world.run({ planHash })).status).not.toBe('in_progress');
  });

  it('F41 a planner that was slow never carries out an older roster after a newer one', async () => {
    const world = worldWith(['ada', 'milo']);
    let slow = true;
    world.fastly.onCall = async (call) => {
      if (call !== 'token' || !slow) return;
      slow = false;
      world.upload('acme', rosterOf('ada', 'bob'));
      await world.run();
    };
    await world.run();
    const { generation } = world.pointer();
    const newest = world.jobs().filter((job) => job.generation === generation);
    expect(newest.map((job) => (job.action === 'finish' ? 'finish' : job.email.split('@')[0]))).toEqual([
      'ada',
      'bob',
      'finish',
    ]);
  });

  it('a finished run needs no wait', async () => {
    const world = await draining();
    world.finish();
    world.upload('acme', rosterOf('bob'));
    await world.run();
    expect(world.clock.slept).toEqual([]);
  });

  it.each([
    { name: 'within six hours of its estimate it is left alone', hours: 6.9, status: 'in_progress' },
    { name: 'more than six hours past its estimate it is planned again', hours: 7.1, status: 'enqueued' },
  ])('$name', async ({ hours, status }) => {
    const world = await draining();
    const estimate = Date.parse(world.pointer().estimatedFinish);
    world.clock.time = estimate + (hours - 1) * 3600_000;
    expect((await world.run()).status).toBe(status);
  });

  it.each([
    { name: 'a planner of 14 minutes is alive', minutes: 14, status: 'in_progress' },
    { name: 'a planner of 15 minutes is dead', minutes: 15, status: 'enqueued' },
  ])('$name', async ({ minutes, status }) => {
    const world = await draining();
    world.setPointer({ status: 'planning' });
    world.clock.time += minutes * 60_000;
    expect((await world.run()).status).toBe(status);
  });

  it('a halted run is planned again by the next trigger', async () => {
    const world = await draining();
    world.setPointer({ status: 'halted' });
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('F39 two planners at once: one plans, the other stands back', async () => {
    const world = worldWith(['ada']);
    const statuses = (await Promise.all([world.run(), world.run()])).map(({ status }) => status).sort();
    expect(statuses).toEqual(['enqueued', 'in_progress']);
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('a planner that dies before anything else is claimed leaves nothing behind', async () => {
    const world = worldWith(['ada']);
    world.store.onWrite = () => {
      throw new Error('S3 is away');
    };
    await expect(world.run()).rejects.toThrow('S3 is away');
    world.store.onWrite = () => {};
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('a pointer write whose answer was lost is recognised as our own', async () => {
    const world = worldWith(['ada']);
    const write = world.store.write.bind(world.store);
    let lost = false;
    world.store.write = async (key, content, condition) => {
      const written = await write(key, content, condition);
      if (lost || !key.endsWith('run.json')) return written;
      lost = true;
      // The SDK repeats it, and meets what it wrote itself.
      return 'conflict';
    };
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(1);
  });
});
