import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { findRoster } from '../../lib/planner/find-roster.ts';
import { RULES } from '../support/roster-csv.ts';

/** Objects with bodies as S3 gives them: streams that keep a connection until they are read or destroyed. */
const storeOf = (...keys: string[]) => {
  const bodies = new Map(keys.map((key) => [key, Readable.from([Buffer.from('email,role\n')])]));
  return {
    bodies,
    store: {
      read: async (key: string) => {
        const body = bodies.get(key);
        return body && { body, etag: `"${key}"` };
      },
    },
  };
};

describe('findRoster', () => {
  it('finds the mapping, whose version is a part of the roster’s', async () => {
    const { store, bodies } = storeOf('rosters/acme.csv', 'rosters/acme.mapping.json');
    const search = await findRoster(store, 'acme');
    expect(search).toMatchObject({
      roster: { version: { etag: '"rosters/acme.csv"', mapping: { etag: '"rosters/acme.mapping.json"' } } },
    });
    if (search.kind === 'found') await search.roster.release();
    expect([...bodies.values()].map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it('lets go of a mapping without a roster, and of a roster whose mapping can not be read', async () => {
    const alone = storeOf('rosters/acme.mapping.json');
    expect(await findRoster(alone.store, 'acme')).toEqual({ kind: 'absent' });
    expect(alone.bodies.get('rosters/acme.mapping.json')?.destroyed).toBe(true);
    // Its content is that of a roster.
    const { store, bodies } = storeOf('rosters/acme.csv', 'rosters/acme.mapping.json');
    const search = await findRoster(store, 'acme');
    if (search.kind !== 'found') throw new Error('it is there');
    expect((await search.roster.parse(RULES)).issues).toMatchObject([{ code: 'invalid_mapping' }]);
    expect(bodies.get('rosters/acme.csv')?.destroyed).toBe(true);
  });

  it('takes the plain or the packed one', async () => {
    for (const key of ['rosters/acme.csv', 'rosters/acme.csv.gz']) {
      const search = await findRoster(storeOf(key).store, 'acme');
      expect(search).toMatchObject({ kind: 'found', roster: { version: { key, etag: `"${key}"` } } });
    }
  });

  it('finds nothing, and does not choose between two', async () => {
    expect(await findRoster(storeOf().store, 'acme')).toEqual({ kind: 'absent' });
    const { store, bodies } = storeOf('rosters/acme.csv', 'rosters/acme.csv.gz');
    expect(await findRoster(store, 'acme')).toMatchObject({ kind: 'ambiguous' });
    expect([...bodies.values()].map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it('lets go of the connection when the roster is not read', async () => {
    const { store, bodies } = storeOf('rosters/acme.csv');
    const search = await findRoster(store, 'acme');
    if (search.kind !== 'found') throw new Error('it is there');
    await search.roster.release();
    expect(bodies.get('rosters/acme.csv')?.destroyed).toBe(true);
  });
});
