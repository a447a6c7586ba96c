import { describe, expect, it } from '@jest/globals';
import { PlannerWorld, s3Notification } from '../support/planner.ts';

const MAPPING = 'rosters/acme.mapping.json';
const mapping = (values: object): string =>
  JSON.stringify({ version: 1, columns: { email: 'Mail' }, access: { column: 'Team', values } });
const ALL_USERS = mapping({ CDN: { role: 'user' }, Press: { role: 'user' } });
const NO_PRESS = mapping({ CDN: { role: 'user' }, Press: 'leave out' });

/** An export with a mapping for it. */
const worldWithExport = (content: string): PlannerWorld => {
  const world = new PlannerWorld();
  world.upload('acme', 'Mail,Team\nada@example.com,CDN\nbob@example.com,Press\n');
  world.store.objects.set(MAPPING, content);
  return world;
};

describe('an export with a mapping', () => {
  it('is the roster, and the record counts what was left out', async () => {
    const world = worldWithExport(NO_PRESS);
    const result = await world.run();
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
    const record = world.record(result);
    expect(record.leftOut).toEqual([{ reason: 'Team: Press', rows: 1 }]);
    expect(record.roster).toMatchObject({ rows: 1, mapping: { etag: expect.any(String) } });
  });

  it('is another roster when the mapping changed, and when it was removed', async () => {
    const world = worldWithExport(ALL_USERS);
    await world.run();
    expect((await world.run()).status).toBe('in_progress');
    world.store.objects.set(MAPPING, NO_PRESS);
    expect(await world.run()).toMatchObject({ status: 'enqueued', counts: { create: 1 } });
    expect(world.pointer().generation).toBe(2);
    world.store.objects.delete(MAPPING);
    expect(await world.run()).toMatchObject({
      status: 'blocked',
      issues: [{ code: 'misspelt_column' }, { code: 'missing_email_column' }],
    });
  });

  it('is read anew when its mapping changes while the plan is made', async () => {
    const world = worldWithExport(ALL_USERS);
    const { store } = world;
    const write = store.write.bind(store);
    let changed = false;
    const racing = Object.assign(Object.create(store), {
      write: async (...args: Parameters<typeof write>) => {
        if (!changed) store.objects.set(MAPPING, NO_PRESS);
        changed = true;
        return await write(...args);
      },
    });
    await world.run({}, { store: racing });
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it.each([
    ['no JSON', '{'],
    ['a misspelt key', '{"version":1,"leaveout":[]}'],
  ])('is blocked when the mapping is %s, never read without it', async (_what, content) => {
    const world = worldWithExport(content);
    world.upload('acme', 'email,role\nada@example.com,user\n');
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'invalid_mapping' }] });
    expect(world.jobs()).toEqual([]);
  });

  it('is planned when its mapping is uploaded', async () => {
    const world = worldWithExport(NO_PRESS);
    const { results } = await world.trigger(s3Notification(MAPPING));
    expect(results).toMatchObject([{ account: 'acme', status: 'enqueued' }]);
  });

  it('is planned once by schedule, and a mapping alone is no account', async () => {
    const world = worldWithExport(NO_PRESS);
    world.store.objects.set('rosters/other.mapping.json', NO_PRESS);
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results).toMatchObject([{ account: 'acme', status: 'enqueued' }]);
  });

  it('says so when a mapping is named after no account', async () => {
    const world = new PlannerWorld();
    const { results } = await world.trigger(s3Notification('rosters/Acme.mapping.json'));
    expect(results).toMatchObject([{ status: 'blocked', issues: [{ code: 'misnamed_roster' }] }]);
  });
});
