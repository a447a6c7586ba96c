import { describe, expect, it } from '@jest/globals';
import { email, invitation, NOW } from '../support/build.ts';
import { rosterOf, worldWith } from '../support/planner.ts';

describe('what an unfinished run leaves behind is not lost', () => {
  it('also after a run between them whose list was not whole', async () => {
    const world = worldWith(['ada,engineer,svc1:full']);
    await world.run();
    world.fastly.invitations = [invitation('ada', { role: 'engineer', limitServices: true, createdAt: NOW })];
    world.upload('acme', rosterOf('ada,engineer,svc1:read_only'));
    world.fastly.fail('invitations', 'incomplete');
    await expect(world.run()).rejects.toThrow('incomplete');
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([{ action: 'replace', fields: ['services'] }]);
  });

  it('a created invitation gets into the ledger through the next run', async () => {
    const world = worldWith(['ada,engineer,svc1:full']);
    await world.run();
    world.fastly.invitations = [invitation('ada', { role: 'engineer', limitServices: true, createdAt: NOW })];
    world.upload('acme', rosterOf('ada,engineer,svc1:read_only'));
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([{ action: 'replace', fields: ['services'] }]);
  });

  it('a replace cut off between its writes is finished without a cool-down', async () => {
    const world = worldWith(['ada,billing'], { PERCENT_FLOOR: '100' });
    world.store.objects.set(
      'state/acme/ledger.json',
      JSON.stringify({
        [email('ada')]: {
          count: 1,
          firstSentAt: new Date(NOW).toISOString(),
          lastSentAt: new Date(NOW).toISOString(),
          accessDigest: '',
        },
      }),
    );
    world.fastly.invitations = [invitation('ada')];
    await world.run();
    expect(world.jobLines()).toEqual(['replace ada', 'finish']);
    world.fastly.invitations = [];
    world.upload('acme', rosterOf('ada,billing', 'bob'));
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([
      { action: 'create', email: email('ada'), reason: 'interrupted' },
      { action: 'create', email: email('bob'), reason: 'not_invited' },
    ]);
  });
});
