import { describe, expect, it } from '@jest/globals';
import { plainText } from '../../lib/ports/chat-message.ts';
import { PlannerWorld, rosterOf, s3Notification, worldWith } from '../support/planner.ts';

const SCHEDULE = { trigger: 'schedule' };
const ROSTER = 'rosters/acme.csv';

/** `acme` has run, and its roster is gone since. */
const withoutRoster = async (env: Record<string, string> = {}): Promise<PlannerWorld> => {
  const world = worldWith(['ada'], env);
  await world.run();
  world.finish();
  world.store.objects.delete(ROSTER);
  return world;
};

const told = ({ telemetry }: PlannerWorld): number => telemetry.notifications.length;
const counted = ({ telemetry }: PlannerWorld): number => telemetry.values.get('RosterMissing') ?? 0;

describe('F90 a roster that disappeared', () => {
  it('is told once and counted by every schedule; nothing is claimed', async () => {
    const world = await withoutRoster();
    for (const schedules of [1, 2, 3]) {
      const { results } = await world.trigger(SCHEDULE);
      expect(results).toMatchObject([{ status: 'in_sync', warnings: [expect.stringContaining(ROSTER)] }]);
      expect([told(world), counted(world)]).toEqual([1, schedules]);
    }
    const [notification] = world.telemetry.notifications;
    expect(notification?.subject).toBe('[acme] there is no roster');
    for (const part of [ROSTER, 'state/acme/', 'state/_customers/customer1.json'])
      expect(notification && plainText(notification)).toContain(part);
    expect(world.pointer()).toMatchObject({ generation: 1, status: 'finished' });
  });

  it('is told again when it disappears again', async () => {
    const world = await withoutRoster();
    await world.trigger(SCHEDULE);
    world.upload('acme', rosterOf('ada', 'bob'));
    await world.trigger(SCHEDULE);
    world.store.objects.delete(ROSTER);
    await world.trigger(SCHEDULE);
    expect(told(world)).toBe(2);
  });

  it('is told when the run of the roster is still under way, and stays told when that finishes', async () => {
    const world = await withoutRoster();
    world.setPointer({ status: 'draining' });
    await world.trigger(SCHEDULE);
    expect(world.pointer().status).toBe('draining');
    world.finish();
    await world.trigger(SCHEDULE);
    expect(told(world)).toBe(1);
  });

  it('is told by every trigger in the mode plan, which writes no state', async () => {
    const world = await withoutRoster({ MODE: 'plan' });
    const pointer = world.pointer();
    await world.trigger(SCHEDULE);
    await world.trigger(SCHEDULE);
    expect(told(world)).toBe(2);
    expect(world.pointer()).toEqual(pointer);
  });

  it('is told rather twice than never when telling cannot be noted', async () => {
    const world = await withoutRoster();
    world.store.onWrite = () => {
      throw new Error('S3 is away');
    };
    await expect(world.trigger(SCHEDULE)).rejects.toThrow('S3 is away');
    expect(told(world)).toBe(1);
  });
});

describe('an upload whose object is gone', () => {
  it.each([
    { name: 'of an account that never ran', world: async () => new PlannerWorld(), status: 'failed' },
    { name: 'of an account that ran before', world: () => withoutRoster(), status: 'in_sync' },
  ])('$name is told and counted', async ({ world: make, status }) => {
    const world = await make();
    const { results } = await world.trigger(s3Notification(ROSTER));
    expect(results).toMatchObject([{ status }]);
    expect([told(world), counted(world)]).toEqual([1, 1]);
  });
});

it('a person who asks for an account without a roster has the answer, and nobody else is told', async () => {
  const world = await withoutRoster();
  expect(await world.run()).toMatchObject({ status: 'failed', error: expect.stringContaining(ROSTER) });
  expect([told(world), counted(world)]).toEqual([0, 0]);
});
