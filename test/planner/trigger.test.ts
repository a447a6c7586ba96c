import { describe, expect, it } from '@jest/globals';
import { parseTrigger, TriggerError } from '../../lib/planner/trigger.ts';
import { FakeFastly } from '../support/fakes.ts';
import { PlannerWorld, rosterOf } from '../support/planner.ts';

const notification = (key: string, eventName = 'ObjectCreated:Put') => ({
  Records: [{ eventSource: 'aws:s3', eventName, s3: { object: { key } } }],
});

describe('parseTrigger', () => {
  it.each([
    {
      name: 'an EventBridge schedule',
      event: { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
      trigger: { kind: 'schedule' },
    },
    { name: 'a plain schedule', event: { trigger: 'schedule' }, trigger: { kind: 'schedule' } },
    {
      name: 'F41 an S3 notification, its key form-encoded',
      event: notification('rosters/acme%2Bco.csv'),
      trigger: { kind: 'upload', keys: ['rosters/acme+co.csv'] },
    },
    {
      name: 'a plus in a notification is a space',
      event: notification('rosters/a+b.csv'),
      trigger: { kind: 'upload', keys: ['rosters/a b.csv'] },
    },
    {
      name: 'unicode in a notification',
      event: notification('rosters/caf%C3%A9.csv'),
      trigger: { kind: 'upload', keys: ['rosters/café.csv'] },
    },
    {
      name: 'a removed roster changes nothing',
      event: notification('rosters/acme.csv', 'ObjectRemoved:Delete'),
      trigger: { kind: 'ignored', reason: 'objects were removed' },
    },
    {
      name: 'the test event of S3',
      event: { Service: 'Amazon S3', Event: 's3:TestEvent' },
      trigger: { kind: 'ignored', reason: 's3:TestEvent' },
    },
    {
      name: 'EventBridge Object Created, its key raw',
      event: {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { object: { key: 'rosters/a+b.csv' } },
      },
      trigger: { kind: 'upload', keys: ['rosters/a+b.csv'] },
    },
    { name: 'manual', event: { account: 'acme' }, trigger: { kind: 'manual', request: { account: 'acme' } } },
    { name: 'manual for all', event: {}, trigger: { kind: 'manual', request: {} } },
    {
      name: 'approve',
      event: { account: 'acme', approve: 'sha256:1' },
      trigger: { kind: 'manual', request: { account: 'acme', approve: 'sha256:1' } },
    },
  ])('$name', ({ event, trigger }) => {
    expect(parseTrigger(event)).toEqual(trigger);
  });

  it.each([
    { name: 'nothing', event: null },
    { name: 'a string', event: 'apply' },
    {
      name: 'an unknown field: a typo must not become "all accounts"',
      event: { acount: 'acme', mode: 'apply' },
    },
    { name: 'an account that is none', event: { account: '../x' } },
    { name: 'an unknown mode', event: { account: 'acme', mode: 'force' } },
    { name: 'prune wider than anything configured', event: { account: 'acme', prune: 'all' } },
    { name: 'approve without account', event: { approve: 'sha256:1' } },
    { name: 'approve in plan mode', event: { account: 'acme', approve: 'sha256:1', mode: 'plan' } },
    { name: 'a plan hash in plan mode', event: { account: 'acme', planHash: 'sha256:1' } },
    { name: 'no records', event: { Records: [] } },
    { name: 'a broken escape in a key', event: notification('rosters/%zz.csv') },
  ])('refuses $name, and names what is accepted', ({ event }) => {
    expect(() => parseTrigger(event)).toThrow(TriggerError);
    expect(() => parseTrigger(event)).toThrow(/"approve"/);
  });
});

describe('sync', () => {
  it('plans every roster of the bucket, each on its own', async () => {
    const world = new PlannerWorld();
    for (const account of ['alpha', 'beta', 'gamma']) {
      world.upload(account, rosterOf('ada'));
      world.others.set(account, new FakeFastly(world.clock.now));
    }
    world.others.get('beta')?.fail('token', 'unavailable');
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results.map(({ account, status }) => [account, status])).toEqual([
      ['alpha', 'enqueued'],
      ['beta', 'failed'],
      ['gamma', 'enqueued'],
    ]);
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
  ])('$name', async ({ key, results }) => {
    const world = new PlannerWorld();
    const answer = await world.trigger(notification(key));
    expect(world.telemetry.notifications).toHaveLength(results.length);
    expect(world.telemetry.values.get('RunBlocked')).toBe(results.length === 0 ? undefined : 1);
    expect(world.telemetry.everything()).not.toContain('@');
    expect(answer.results).toMatchObject(results);
    expect(answer.results).toHaveLength(results.length);
  });

  it('F41 a late or doubled upload event is a hint: the current object is read', async () => {
    const world = new PlannerWorld();
    world.upload('acme', rosterOf('ada'));
    await world.trigger(notification('rosters/acme.csv'));
    const again = await world.trigger(notification('rosters/acme.csv'));
    expect(again.results).toMatchObject([{ status: 'in_progress' }]);
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });
});
