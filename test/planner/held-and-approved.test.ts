import { describe, expect, it } from '@jest/globals';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { invitation } from '../support/build.ts';
import { names, type PlannerWorld, rosterOf, worldWith } from '../support/planner.ts';

describe('held and approved', () => {
  const held = async (): Promise<{ world: PlannerWorld; approval: string }> => {
    const world = worldWith(['ada', 'new'], { MAX_DELETES: '2', PERCENT_FLOOR: '1000' });
    world.fastly.invitations = [invitation('ada'), ...names(3).map((name) => invitation(name))];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 3 }] });
    return { world, approval: result.approval ?? '' };
  };

  it('the rest goes on, and one notification has the numbers and the command', async () => {
    const { world, approval } = await held();
    expect(world.jobLines()).toEqual(['create new', 'finish']);
    expect(world.telemetry.notifications).toHaveLength(1);
    const [told] = world.telemetry.notifications;
    expect(told?.nextSteps).toContain(`approve acme ${approval}`);
    expect(told?.message).toContain('3 deletes exceed the limit of 2');
    expect(told?.subject).not.toContain('@');
  });

  it('is announced once, however often the schedule comes by', async () => {
    const { world } = await held();
    for (let hour = 0; hour < 3; hour += 1) {
      world.finish();
      world.fastly.invitations = world.fastly.invitations.concat(hour === 0 ? invitation('new') : []);
      await world.run();
    }
    expect(world.telemetry.notifications).toHaveLength(1);
  });

  it('F44 approving exactly this releases it, and no limit has to be raised', async () => {
    const { world, approval } = await held();
    world.finish();
    const result = await world.run({ approve: approval });
    expect(result).toMatchObject({ status: 'enqueued', held: [] });
    expect(world.jobLines()).toEqual(expect.arrayContaining(['delete p0', 'delete p1', 'delete p2']));
  });

  it('may be approved while the rest is still worked off', async () => {
    const { world, approval } = await held();
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
  });

  it('approving twice does it once', async () => {
    const { world, approval } = await held();
    await world.run({ approve: approval });
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'in_progress' });
    world.finish();
    world.fastly.invitations = [invitation('ada'), invitation('new')];
    expect(await world.run({ approve: approval })).toMatchObject({
      status: 'in_sync',
      warnings: ['nothing is held, so there was nothing to approve'],
    });
  });

  it('what changed meanwhile stays held, and says so', async () => {
    const { world, approval } = await held();
    world.finish();
    world.fastly.invitations.push(invitation('late'));
    const result = await world.run({ approve: approval });
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 4 }] });
    expect(result.approval).not.toBe(approval);
    expect(result.warnings.join()).toContain('changed meanwhile');
  });

  it('re-uploading the same content keeps the approval valid', async () => {
    const { world, approval } = await held();
    world.finish();
    world.upload('acme', `${rosterOf('new', 'ada')}\n`);
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'enqueued' });
  });

  it('an empty roster holds every delete, and can be approved', async () => {
    const world = worldWith([], { PERCENT_FLOOR: '1000' });
    world.fastly.invitations = [invitation('ada')];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 1 }] });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
    expect(await world.run({ approve: result.approval ?? '' })).toMatchObject({ status: 'enqueued' });
  });

  it('the approval is the hash of the held changes only', async () => {
    const { world, approval } = await held();
    const record = world.record(await world.run({ mode: 'plan' }));
    const changes = record.changes.filter((change) => change.held);
    expect(hashChanges('acme', changes)).toBe(approval);
  });
});
