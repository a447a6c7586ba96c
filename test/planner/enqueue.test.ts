import { describe, expect, it } from '@jest/globals';
import { names, worldWith } from '../support/planner.ts';

describe('enqueuing', () => {
  it('stops enqueuing when a newer run takes over', async () => {
    const world = worldWith(names(1200), { MAX_CREATES: '5000' });
    let sends = 0;
    world.queue.onSend = () => {
      sends += 1;
      if (sends === 2) world.setPointer({ generation: 9 });
    };
    expect(await world.run()).toMatchObject({ status: 'superseded' });
    expect(world.jobLines()).not.toContain('finish');
    expect(world.pointer().generation).toBe(9);
  });

  it('F40 a queue that takes only part: the run is void and the next one takes over at once', async () => {
    const world = worldWith(names(600), { MAX_CREATES: '5000' });
    let sends = 0;
    world.queue.onSend = () => {
      sends += 1;
      if (sends === 2) throw new Error('SQS did not accept 3 of 500 jobs');
    };
    await expect(world.run()).rejects.toThrow('SQS did not accept');
    expect(world.pointer()).toMatchObject({ status: 'halted', generation: 1 });
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
  });

  it('a worker that halted the run meanwhile is not overruled', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = (messages) => {
      if (!messages.some(({ body }) => body.includes('"finish"'))) return;
      world.setPointer({ status: 'halted' });
    };
    await world.run();
    expect(world.pointer()).toMatchObject({ status: 'halted', jobs: 1 });
  });
});
