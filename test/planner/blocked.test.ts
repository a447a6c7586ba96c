import { describe, expect, it } from '@jest/globals';
import { DAY_MS, NOW } from '../support/build.ts';
import { type PlannerWorld, rosterOf, worldWith } from '../support/planner.ts';

describe('blocked: nothing is changed, and somebody is told', () => {
  const blocks: readonly { name: string; prepare: (world: PlannerWorld) => void; code: string }[] = [
    { name: 'F8/F9 a bad row', prepare: (w) => w.upload('acme', rosterOf('ada', 'b b')), code: '' },
    { name: 'F5 a roster of zero bytes', prepare: (w) => w.upload('acme', ''), code: '' },
    {
      name: 'both spellings of the roster',
      prepare: (w) => w.store.objects.set('rosters/acme.csv.gz', 'x'),
      code: 'two_rosters',
    },
    {
      name: 'no token',
      prepare: (w) => {
        w.problem = 'there is no parameter';
      },
      code: 'no_token',
    },
    {
      name: 'a refused token',
      prepare: (w) => w.fastly.fail('token', 'unauthorized', { times: 2 }),
      code: 'token_refused',
    },
    {
      name: 'a token that only reads',
      prepare: (w) => {
        w.fastly.scopes = ['global:read'];
      },
      code: 'token_read_only',
    },
    {
      name: 'a list that the token may not read',
      prepare: (w) => w.fastly.fail('invitations', 'forbidden'),
      code: 'listing_forbidden',
    },
    {
      name: 'a damaged ledger, never taken for an empty one',
      prepare: (w) => w.store.objects.set('state/acme/ledger.json', '{"ada'),
      code: 'damaged_state',
    },
    {
      name: 'a ledger of another shape',
      prepare: (w) => w.store.objects.set('state/acme/ledger.json', '[]'),
      code: 'damaged_state',
    },
    {
      name: 'a damaged pointer',
      prepare: (w) => w.store.objects.set('state/acme/run.json', '{"generation":"x"}'),
      code: 'damaged_state',
    },
  ];

  it.each(blocks)('$name', async ({ prepare, code }) => {
    const world = worldWith(['ada']);
    prepare(world);
    const result = await world.run();
    expect(result.status).toBe('blocked');
    if (code !== '') expect(result.issues.map((issue) => issue.code)).toEqual([code]);
    expect(result.issues.length).toBeGreaterThan(0);
    expect(world.queue.messages).toEqual([]);
    expect(world.writes()).toEqual([]);
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.telemetry.values.get('RunBlocked')).toBe(1);
    expect(world.record(result)).toMatchObject({ status: 'blocked', changes: [] });
  });

  it('a bad roster does not void the jobs of the good one before it', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.upload('acme', 'not a roster');
    expect(await world.run()).toMatchObject({ status: 'blocked' });
    expect(world.pointer()).toMatchObject({ generation: 1, status: 'draining' });
  });

  it('a token of another customer than last time', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.finish();
    world.setPointer({ customerId: 'other' });
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'other_customer' }] });
  });

  it('a token that was replaced a minute ago is read again, and nothing is blocked', async () => {
    const world = worldWith(['ada']);
    world.fastly.fail('token', 'unauthorized', { times: 1 });
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.connects).toEqual([false, true]);
  });

  it('a token that expires soon is a warning', async () => {
    const world = worldWith(['ada']);
    world.fastly.tokenExpiresAt = NOW + 13 * DAY_MS;
    expect((await world.run()).warnings.join()).toContain('expires');
  });
});

describe('F71 a list that can not be read now is for the platform to try again, not for a person', () => {
  it.each([
    { name: 'F1 invitations that are not whole', call: 'invitations', kind: 'incomplete' as const },
    { name: 'F2/F31b invitations that failed', call: 'invitations', kind: 'unavailable' as const },
    { name: 'members that failed', call: 'members', kind: 'unavailable' as const },
    { name: 'a token that could not be asked', call: 'token', kind: 'incomplete' as const },
  ])('$name', async ({ call, kind }) => {
    const world = worldWith(['ada']);
    world.fastly.fail(call, kind);
    await expect(world.run()).rejects.toThrow(`Fastly said ${kind}`);
    expect(world.telemetry.notifications).toEqual([]);
    expect(world.queue.messages).toEqual([]);
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('the jobs that it voided are planned anew by the next try, without waiting for tomorrow', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.upload('acme', rosterOf('ada', 'bob'));
    world.fastly.fail('invitations', 'incomplete');
    await expect(world.run()).rejects.toThrow('incomplete');
    expect(world.pointer()).toMatchObject({ status: 'halted', generation: 2 });
    expect(await world.run()).toMatchObject({ status: 'enqueued', counts: { create: 2 } });
  });
});
