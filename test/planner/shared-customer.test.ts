import { describe, expect, it } from '@jest/globals';
import { PlannerWorld, rosterOf } from '../support/planner.ts';

const OWNER = 'state/_customers/customer1.json';

/** Two accounts whose tokens belong to one Fastly customer. */
const twoRosters = (): PlannerWorld => {
  const world = new PlannerWorld();
  world.upload('acme', rosterOf('ada'));
  world.upload('bolt', rosterOf('bob'));
  return world;
};

const runBolt = async (world: PlannerWorld, mode: 'plan' | 'apply' = 'apply') =>
  (await world.trigger({ account: 'bolt', mode })).results[0];

describe('two rosters for one Fastly customer', () => {
  it('F62 the second is blocked, naming the first and what to remove; nothing is claimed or enqueued for it', async () => {
    const world = twoRosters();
    await world.run();
    const result = await runBolt(world);
    expect(result).toMatchObject({ status: 'blocked', issues: [{ code: 'shared_customer' }] });
    const message = result?.issues[0]?.message;
    for (const part of ['customer1', 'acme', OWNER]) expect(message).toContain(part);
    expect(world.store.objects.has('state/bolt/run.json')).toBe(false);
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('stays blocked when roster and state of the first are removed, until its claim is removed as well', async () => {
    const world = twoRosters();
    await world.run();
    for (const key of ['rosters/acme.csv', 'state/acme/run.json']) world.store.objects.delete(key);
    expect(await runBolt(world)).toMatchObject({ status: 'blocked' });
    world.store.objects.delete(OWNER);
    expect(await runBolt(world)).toMatchObject({ status: 'enqueued' });
    expect(world.store.json(OWNER)).toEqual({ account: 'bolt' });
  });

  it('in one trigger at the same moment: exactly one of them goes on', async () => {
    const { results } = await twoRosters().trigger({ trigger: 'schedule' });
    expect(results.map(({ status }) => status).sort()).toEqual(['blocked', 'enqueued']);
  });

  it('of which the other one claims between the look and the write: blocked', async () => {
    const world = twoRosters();
    world.store.onWrite = (key) => {
      if (key === OWNER) world.store.objects.set(OWNER, '{"account":"acme"}');
    };
    expect(await runBolt(world)).toMatchObject({ status: 'blocked', issues: [{ code: 'shared_customer' }] });
  });

  it('goes on when the answer to its own claim was lost', async () => {
    const world = twoRosters();
    world.store.onWrite = (key) => {
      if (key === OWNER) world.store.objects.set(OWNER, '{"account":"bolt"}');
    };
    expect(await runBolt(world)).toMatchObject({ status: 'enqueued' });
  });

  it('fails for a reason that may pass while S3 refuses the claim and nobody else has it', async () => {
    const world = twoRosters();
    const { store } = world;
    const refusing = {
      read: (key: string) => store.read(key),
      list: (prefix: string) => store.list(prefix),
      write: async (...[key, content, condition]: Parameters<typeof store.write>) =>
        key === OWNER ? ('conflict' as const) : await store.write(key, content, condition),
    };
    await expect(world.run({}, { store: refusing })).rejects.toThrow(OWNER);
    expect(world.queue.messages).toEqual([]);
  });

  it('is blocked by a claim that nobody can read, and never takes it for none', async () => {
    const world = twoRosters();
    world.store.objects.set(OWNER, '{"account":"Not an account"}');
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'damaged_state' }] });
  });

  it('in the mode plan, claims nothing; the second is blocked as it would be when applied', async () => {
    const world = twoRosters();
    expect(await world.run({ mode: 'plan' })).toMatchObject({ status: 'planned' });
    expect(world.store.objects.has(OWNER)).toBe(false);
    await world.run();
    expect(await runBolt(world, 'plan')).toMatchObject({
      status: 'blocked',
      issues: [{ code: 'shared_customer' }],
    });
  });

  it('no account is made of the claims when every account is planned', async () => {
    const world = twoRosters();
    world.fastly.customerId = 'run';
    await world.trigger({ trigger: 'schedule' });
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results.map(({ account }) => account)).toEqual(['acme', 'bolt']);
  });
});
