import { describe, expect, it } from '@jest/globals';
import { invitation, member } from '../support/build.ts';
import { rosterOf, worldWith } from '../support/planner.ts';

describe('a run that applies', () => {
  it('enqueues what no guard holds, and finish last', async () => {
    const world = worldWith(['ada', 'bob', 'cyd,billing', 'dee'], { PERCENT_FLOOR: '3' });
    world.fastly.invitations = [invitation('bob'), invitation('cyd'), invitation('eve')];
    world.fastly.members = [member('dee')];
    const result = await world.run();
    expect(result).toMatchObject({
      status: 'held',
      counts: { create: 1, delete: 1, replace: 1, keep: 1, member: 1, waiting: 0 },
    });
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('enqueues everything when nothing is held', async () => {
    const world = worldWith(['ada', 'bob', 'cyd,billing', 'dee'], { PERCENT_FLOOR: '100' });
    world.fastly.invitations = [invitation('bob'), invitation('cyd'), invitation('eve')];
    world.fastly.members = [member('dee')];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'enqueued', held: [], issues: [] });
    expect(result.quota?.writes).toBe(4);
    expect(world.jobLines()).toEqual(['delete eve', 'replace cyd', 'create ada', 'finish']);
    expect(world.pointer()).toMatchObject({
      status: 'draining',
      generation: 1,
      jobs: 3,
      customerId: 'customer1',
    });
    expect(world.record(result).planHash).toBe(result.planHash);
    expect(world.telemetry.values.get('PlanCompleted')).toBe(1);
    expect(world.writes()).toEqual([]);
  });

  it('takes the generation before it lists anything', async () => {
    const world = worldWith(['ada']);
    const seen: string[] = [];
    world.fastly.onCall = (call) => {
      if (call === 'invitations') seen.push(world.pointer().status);
    };
    await world.run();
    expect(seen).toEqual(['planning']);
  });

  it('is in sync when there is nothing to do, and says so again', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('ada')];
    expect(await world.run()).toMatchObject({ status: 'in_sync', counts: { keep: 1 } });
    expect(await world.run()).toMatchObject({ status: 'in_sync' });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
  });

  it('lists invitations before members, so that who accepts in between is not mailed again', async () => {
    const world = worldWith(['ada'], { PERCENT_FLOOR: '100' });
    world.fastly.invitations = [invitation('ada')];
    world.fastly.onCall = (call) => {
      if (call !== 'members') return;
      world.fastly.invitations = [];
      world.fastly.members = [member('ada')];
    };
    expect(await world.run()).toMatchObject({ status: 'in_sync', counts: { member: 1 } });
  });

  it('state that is damaged after the plan was stored fails the run and keeps its plan', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = () => {
      world.store.objects.set('state/acme/run.json', '{"generation":"x"}');
    };
    await expect(world.run()).rejects.toThrow('is damaged');
    const plans = [...world.store.objects.keys()].filter((key) => key.endsWith('plan.json'));
    expect(plans.map((key) => world.store.json(key))).toMatchObject([{ status: 'enqueued' }]);
  });

  it('a roster that is gone once the run is claimed: nothing is planned', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = (call) => {
      if (call === 'token') world.store.objects.delete('rosters/acme.csv');
    };
    expect(await world.run()).toMatchObject({ status: 'failed' });
    expect(world.queue.messages).toEqual([]);
  });
});

describe('a plan hash', () => {
  it('that still fits is applied', async () => {
    const world = worldWith(['ada']);
    const { planHash = '' } = await world.run({ mode: 'plan' });
    expect(await world.run({ planHash })).toMatchObject({ status: 'enqueued' });
  });
  it('that no longer fits does nothing', async () => {
    const world = worldWith(['ada']);
    const { planHash = '' } = await world.run({ mode: 'plan' });
    world.upload('acme', rosterOf('ada', 'bob'));
    expect(await world.run({ planHash })).toMatchObject({ status: 'changed' });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
  });
});
