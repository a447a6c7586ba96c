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
      name: 'F1 a listing that is not whole',
      prepare: (w) => w.fastly.fail('invitations', 'incomplete'),
      code: 'listing_incomplete',
    },
    {
      name: 'F2/F31b a listing that failed',
      prepare: (w) => w.fastly.fail('invitations', 'unavailable'),
      code: 'listing_unavailable',
    },
    {
      name: 'members that could not be listed',
      prepare: (w) => w.fastly.fail('members', 'unavailable'),
      code: 'listing_unavailable',
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

  it('goes on by itself once the listing is whole again', async () => {
    const world = worldWith(['ada']);
    world.fastly.fail('invitations', 'incomplete');
    await world.run();
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
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
