import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { findRoster } from '../../lib/planner/find-roster.ts';

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
