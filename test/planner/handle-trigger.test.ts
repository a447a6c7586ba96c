import { describe, expect, it } from '@jest/globals';
import { DAY_MS, NOW } from '../support/build.ts';
import { FakeFastly } from '../support/fakes.ts';
import { PlannerWorld, rosterOf, s3Notification } from '../support/planner.ts';
import { runPointer } from '../support/stored-state.ts';

describe('handleTrigger', () => {
  it('plans every roster of the bucket, each on its own', async () => {
    const world = new PlannerWorld();
    for (const account of ['alpha', 'beta', 'gamma']) {
      world.upload(account, rosterOf('ada'));
      const fastly = new FakeFastly(world.clock.now);
      fastly.customerId = `customer-${account}`;
      world.others.set(account, fastly);
    }
    world.others.get('beta')?.fail('token', 'unavailable');
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results.map(({ account, status }) => [account, status])).toEqual([
      ['alpha', 'enqueued'],
      ['beta', 'failed'],
      ['gamma', 'enqueued'],
    ]);
  });

  it('plans the accounts first that waited longest, and tells the results by name', async () => {
    const world = new PlannerWorld();
    const waits = { alpha: 1, beta: 3, delta: 2, gamma: undefined, zeta: 'damaged' };
    for (const [account, days] of Object.entries(waits)) {
      world.upload(account, 'nonsense');
      if (days === undefined) continue;
      const startedAt = new Date(NOW - Number(days) * DAY_MS);
      const pointer = runPointer({ status: 'finished' });
      const text = days === 'damaged' ? '{' : JSON.stringify({ ...pointer, startedAt });
      world.store.objects.set(`state/${account}/run.json`, text);
    }
    const begun: string[] = [];
    // An account whose pointer is damaged does not get as far as its roster.
    world.store.onRead = (key) => {
      if (key.endsWith('.csv')) begun.push(key.split(/[/.]/)[1] ?? '');
    };
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(begun).toEqual(['gamma', 'beta', 'delta', 'alpha']);
    expect(results.map(({ account }) => account)).toEqual(Object.keys(waits));
  });

  it('lets chance decide between accounts of which nothing is known, so that the last of a list has its turn', async () => {
    const firsts = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const world = new PlannerWorld({ MODE: 'plan' });
      for (const account of ['a', 'b', 'c']) world.upload(account, 'nonsense');
      let reads = 0;
      world.store.onRead = (key) => {
        if (key.endsWith('.csv') && reads++ === 0) firsts.add(key);
      };
      let turn = seed;
      await world.trigger({ trigger: 'schedule' }, { random: () => (turn++ * 0.37) % 1 });
    }
    expect(firsts.size).toBe(3);
  });

  it('throws when every account failed for a reason that may pass, so that the platform tries again', async () => {
    const world = new PlannerWorld();
    world.upload('acme', rosterOf('ada'));
    world.fastly.fail('token', 'unavailable');
    await expect(world.trigger({ trigger: 'schedule' })).rejects.toThrow('acme');
  });

  it('does not throw for what is blocked', async () => {
    const world = new PlannerWorld();
    world.upload('acme', 'nonsense');
    expect((await world.trigger({ trigger: 'schedule' })).results).toMatchObject([{ status: 'blocked' }]);
  });

  it('an account with state but without a roster is a warning, and nothing changes', async () => {
    const world = new PlannerWorld();
    world.upload('acme', rosterOf('ada'));
    await world.run();
    world.store.objects.delete('rosters/acme.csv');
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results).toMatchObject([{ account: 'acme', status: 'in_sync' }]);
    expect(results[0]?.warnings.join()).toContain('no rosters/acme.csv');
    expect(world.pointer()).toMatchObject({ generation: 1, status: 'draining' });
  });

  it('asking by name for an account without a roster fails, and is not repeated by the platform', async () => {
    const world = new PlannerWorld();
    expect(await world.run()).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('no rosters/acme.csv'),
    });
  });

  it.each([
    { name: 'a key outside rosters/', key: 'runs/acme/x/plan.csv', results: [] },
    { name: 'a key that is no roster', key: 'rosters/readme.txt', results: [] },
    { name: 'the folder itself', key: 'rosters/', results: [] },
    {
      name: 'a roster with a name that is no account, which must not be overlooked',
      key: 'rosters/Acme.csv',
      results: [{ status: 'blocked', issues: [{ code: 'misnamed_roster' }] }],
    },
    {
      name: 'a roster named like a person',
      key: 'rosters/ada@example.com.csv',
      results: [{ status: 'blocked', issues: [{ code: 'misnamed_roster' }] }],
    },
    ...[
      'thelma%2540example.com',
      'thelma (at) example.com',
      'thelma\uff20example.com',
      'thelma&#64;example.com',
    ].map((name) => ({
      name: `a roster named like a person, written ${name}`,
      key: `rosters/${encodeURIComponent(name)}.csv`,
      results: [{ status: 'blocked', issues: [{ code: 'misnamed_roster' }] }],
    })),
    { name: 'a person outside rosters/', key: 'people/thelma%40example.com', results: [] },
    { name: 'a person who is no roster', key: 'rosters/thelma%40example.com.txt', results: [] },
  ])('$name', async ({ key, results }) => {
    const world = new PlannerWorld();
    const answer = await world.trigger(s3Notification(key));
    expect(world.telemetry.notifications).toHaveLength(results.length);
    expect(world.telemetry.values.get('RunBlocked')).toBe(results.length === 0 ? undefined : 1);
    expect(world.telemetry.everything()).not.toMatch(/@|thelma/);
    expect(JSON.stringify(answer)).not.toMatch(/@|thelma/);
    expect(answer.results).toMatchObject(results);
    expect(answer.results).toHaveLength(results.length);
  });

  it('F41 a late or doubled upload event is a hint: the current object is read', async () => {
    const world = new PlannerWorld();
    world.upload('acme', rosterOf('ada'));
    await world.trigger(s3Notification('rosters/acme.csv'));
    const again = await world.trigger(s3Notification('rosters/acme.csv'));
    expect(again.results).toMatchObject([{ status: 'in_progress' }]);
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });
});
