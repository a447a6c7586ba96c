import { describe, expect, it } from '@jest/globals';
import { type Change, kindOf, summarize, writesOf } from '../../lib/domain/change.ts';
import { access, email } from '../support/build.ts';

const create: Change = {
  action: 'create',
  email: email('ada'),
  access: access(),
  reason: 'not_invited',
  mailNumber: 1,
};
const remove = (ids: readonly string[], live: number): Change => ({
  action: 'delete',
  email: email('bob'),
  invitationIds: ids,
  from: [],
  reason: 'not_in_roster',
  live,
});
const replace = (ids: readonly string[], live: number): Change => ({
  action: 'replace',
  email: email('cyd'),
  access: access(),
  invitationIds: ids,
  from: [],
  reason: live > 0 ? 'changed' : 'expired',
  fields: [],
  live,
  mailNumber: 2,
});

describe('a change', () => {
  it.each([
    { name: 'a create', change: create, kind: 'mail', writes: 1 },
    { name: 'a delete', change: remove(['a'], 1), kind: 'delete', writes: 1 },
    { name: 'a delete of what is expired', change: remove(['a', 'b'], 0), kind: 'delete', writes: 2 },
    { name: 'a replace', change: replace(['a'], 1), kind: 'replace', writes: 2 },
    { name: 'a replace of several', change: replace(['a', 'b'], 2), kind: 'replace', writes: 3 },
    {
      name: 'a replace of what is expired mails like a create',
      change: replace(['a'], 0),
      kind: 'mail',
      writes: 2,
    },
  ])('$name: $kind, $writes writes', ({ change, kind, writes }) => {
    expect(kindOf(change)).toBe(kind);
    expect(writesOf(change)).toBe(writes);
  });
});

describe('summarize', () => {
  it('adds up', () => {
    const changes = [
      create,
      remove(['a', 'b'], 1),
      replace(['a'], 1),
      replace(['a', 'b', 'c'], 2),
      replace(['a'], 0),
    ];
    expect(summarize(changes)).toEqual({
      counts: { create: 1, delete: 1, replace: 3 },
      kinds: { mail: 2, delete: 1, replace: 2 },
      removed: 4,
      writes: 1 + 2 + 2 + 4 + 2,
    });
  });

  it('of nothing is zero', () => {
    expect(summarize([])).toEqual({
      counts: { create: 0, delete: 0, replace: 0 },
      kinds: { mail: 0, delete: 0, replace: 0 },
      removed: 0,
      writes: 0,
    });
  });
});
