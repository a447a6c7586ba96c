import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../lib/domain/time.ts';
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
      name: "F64 a clock days behind Fastly's",
      prepare: (w) => {
        w.fastly.clockAheadMs = 8 * DAY_MS;
      },
      code: 'clock',
    },
    {
      name: "F64 a clock a little more than five minutes ahead of Fastly's",
      prepare: (w) => {
        w.fastly.clockAheadMs = -5 * MINUTE_MS - 1;
      },
      code: 'clock',
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

  it('F64 names both clocks and says what to do; a plan is made all the same, with the same as a warning', async () => {
    const world = worldWith(['ada']);
    world.fastly.clockAheadMs = -8 * DAY_MS;
    const { issues } = await world.run();
    const message = issues[0]?.message ?? '';
    expect(message).toContain(new Date(NOW).toISOString());
    expect(message).toContain(new Date(NOW - 8 * DAY_MS).toISOString());
    expect(message).toContain('set the clock');
    const planned = await world.run({ mode: 'plan' });
    expect(planned).toMatchObject({ status: 'planned', warnings: [message], issues: [] });
  });

  it.each([5 * MINUTE_MS, -5 * MINUTE_MS, undefined])(
    "F64 Fastly's clock %p ms ahead, or not told, blocks nothing",
    async (ahead) => {
      const world = worldWith(['ada']);
      world.fastly.clockAheadMs = ahead;
      expect(await world.run()).toMatchObject({ status: 'enqueued', warnings: [] });
    },
  );

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
