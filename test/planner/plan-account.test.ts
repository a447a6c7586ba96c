import { describe, expect, it } from '@jest/globals';
import { worldWith } from '../support/planner.ts';

describe('what people wrote', () => {
  it('F7 is never written by a run, whatever it ends with', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_CREATES: '1' });
    const written: string[] = [];
    world.store.onWrite = (key) => written.push(key);
    await world.run({ mode: 'plan' });
    await world.run();
    world.upload('acme', 'not a roster');
    await world.run();
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((key) => key.startsWith('rosters/'))).toEqual([]);
  });
});

describe('no address and no token leaves through logs, metrics or notifications', () => {
  it.each(['enqueued', 'held', 'blocked'])('%s', async (status) => {
    const world = worldWith(status === 'blocked' ? ['ada', 'b b'] : ['ada', 'bob'], {
      MAX_CREATES: status === 'held' ? '0' : '10',
    });
    expect((await world.run()).status).toBe(status);
    expect(world.telemetry.everything()).not.toContain('@');
  });
});
