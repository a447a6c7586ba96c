import { describe, expect, it } from '@jest/globals';
import { DAY_MS, email, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { rosterOf, worldWith } from '../support/planner.ts';

const LEDGER = 'state/acme/ledger.json';

/** Mailed so long ago that whoever left since is forgotten. */
const ledgerOf = (...names: string[]): string => {
  const lastSentAt = new Date(NOW - 100 * DAY_MS).toISOString();
  return JSON.stringify(Object.fromEntries(names.map((name) => [email(name), ledgerEntry({ lastSentAt })])));
};

describe('the ledger after a run with nothing to enqueue', () => {
  it('holds what the run recovered from one that never finished', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.fastly.invitations = [invitation('ada', { createdAt: NOW })];
    world.upload('acme', `${rosterOf('ada')}\n`);
    expect(await world.run()).toMatchObject({ status: 'in_sync' });
    expect(world.store.json(LEDGER)).toMatchObject({ [email('ada')]: { count: 1, generation: 2 } });
    expect(world.pointer().unsettled).toEqual([]);
  });

  it('has forgotten whom the plan forgot', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('ada')];
    world.store.objects.set(LEDGER, ledgerOf('ada', 'bob'));
    const { forgotten } = world.record(await world.run()).ledger;
    expect(forgotten).toEqual([email('bob')]);
    expect(Object.keys(world.store.json(LEDGER) as object)).toEqual([email('ada')]);
  });

  it('is not written when nothing of it changes', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('ada')];
    const written: string[] = [];
    world.store.onWrite = (key) => written.push(key);
    await world.run();
    expect(written).not.toContain(LEDGER);
  });

  it('is left to the worker when there are jobs', async () => {
    const world = worldWith(['ada']);
    world.store.objects.set(LEDGER, ledgerOf('bob'));
    const result = await world.run();
    expect(world.record(result).ledger.forgotten).toEqual([email('bob')]);
    expect(Object.keys(world.store.json(LEDGER) as object)).toEqual([email('bob')]);
  });
});
