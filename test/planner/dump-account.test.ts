import { describe, expect, it } from '@jest/globals';
import { invitation, member } from '../support/build.ts';
import { PlannerWorld, worldWith } from '../support/planner.ts';

const dumped = async (world: PlannerWorld) => {
  const result = await world.run({ mode: 'dump' });
  return { result, roster: world.store.objects.get(result.report ?? '') ?? '' };
};

describe('the mode dump', () => {
  it('writes the account as a roster, of which a plan changes nothing, without a roster and without state', async () => {
    const world = new PlannerWorld();
    world.fastly.invitations = [invitation('ada', { role: 'billing' }), invitation('bob')];
    world.fastly.members = [member('cyd'), member('dee', { role: 'superuser' })];
    const { result, roster } = await dumped(world);
    expect(result).toMatchObject({
      status: 'dumped',
      counts: { keep: 2, member: 1 },
      report: `runs/acme/${result.runId}/roster.csv`,
    });
    expect([...world.store.objects.keys()]).toEqual([result.report]);
    world.upload('acme', roster);
    expect(await world.run()).toMatchObject({ status: 'in_sync', counts: { keep: 2, member: 1 } });
  });

  it('knows what a run has sent that is not finished', async () => {
    const world = worldWith(['ada,engineer,svc:full']);
    await world.run();
    world.fastly.invitations = [
      invitation('ada', { id: 'new', role: 'engineer', limitServices: true, createdAt: world.clock.now() }),
    ];
    expect((await dumped(world)).roster).toContain('ada@example.com,engineer,,svc:full,true,invited');
  });

  it.each([
    {
      name: 'a token that is missing',
      prepare: (world: PlannerWorld) => {
        world.problem = 'there is no token';
      },
      result: { status: 'blocked', issues: [{ code: 'no_token' }] },
    },
    {
      name: 'damaged state',
      prepare: (world: PlannerWorld) => void world.store.objects.set('state/acme/ledger.json', '{'),
      result: { status: 'blocked', issues: [{ code: 'damaged_state' }] },
    },
    {
      name: 'a list that is not whole',
      prepare: (world: PlannerWorld) => world.fastly.fail('invitations', 'forbidden'),
      result: { status: 'blocked', issues: [{ code: 'listing_forbidden' }] },
    },
  ])('writes nothing with $name', async ({ prepare, result }) => {
    const world = new PlannerWorld();
    prepare(world);
    const before = world.store.objects.size;
    expect(await world.run({ mode: 'dump' })).toMatchObject(result);
    expect(world.store.objects.size).toBe(before);
  });

  it('may work later when Fastly is away', async () => {
    const world = new PlannerWorld();
    world.fastly.fail('members', 'unavailable');
    await expect(world.run({ mode: 'dump' })).rejects.toThrow('may pass');
  });
});
