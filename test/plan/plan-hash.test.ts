import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { access, email, engineer } from '../support/build.ts';

const create: Change = {
  action: 'create',
  email: email('ada'),
  access: access(),
  reason: 'not_invited',
  mailNumber: 1,
};
const remove: Change = {
  action: 'delete',
  email: email('bob'),
  invitationIds: ['id1', 'id2'],
  from: [],
  reason: 'not_in_roster',
  live: 2,
};
const replace: Change = {
  action: 'replace',
  email: email('cyd'),
  access: engineer('full'),
  invitationIds: ['id3'],
  from: [],
  reason: 'changed',
  fields: ['role'],
  live: 1,
  mailNumber: 2,
};
const CHANGES: readonly Change[] = [remove, replace, create];
const HASH = hashChanges('acme', CHANGES);

/** The same changes, with other values in the one with the same action. */
const changed = (more: { readonly action: Change['action'] } & Partial<Record<string, unknown>>): Change[] =>
  CHANGES.map((change) => (change.action === more.action ? ({ ...change, ...more } as Change) : change));

describe('hashChanges', () => {
  it('is SHA-256, and the same for the same changes', () => {
    expect(HASH).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashChanges('acme', structuredClone(CHANGES))).toBe(HASH);
  });

  it.each<{ name: string; account?: string; changes?: readonly Change[] }>([
    { name: 'the account', account: 'other' },
    { name: 'the address of a create', changes: changed({ action: 'create', email: email('x') }) },
    { name: 'the address of a delete', changes: changed({ action: 'delete', email: email('x') }) },
    { name: 'the address of a replace', changes: changed({ action: 'replace', email: email('x') }) },
    {
      name: 'the role of a create',
      changes: changed({ action: 'create', access: access({ role: 'billing' }) }),
    },
    {
      name: 'a role by name or by id',
      changes: changed({ action: 'create', access: { roles: ['user'], limitServices: false, services: [] } }),
    },
    {
      name: 'the limit to services',
      changes: changed({ action: 'create', access: access({ limitServices: true }) }),
    },
    { name: 'a permission', changes: changed({ action: 'replace', access: engineer('read_only') }) },
    {
      name: 'a service',
      changes: changed({
        action: 'replace',
        access: { ...engineer(), services: [{ id: 'other', permission: 'full' }] },
      }),
    },
    {
      name: 'the ids of a delete: an approval would cover another invitation of the same person',
      changes: changed({ action: 'delete', invitationIds: ['id1', 'id4'] }),
    },
    { name: 'the ids of a replace', changes: changed({ action: 'replace', invitationIds: ['id4'] }) },
    { name: 'one id more', changes: changed({ action: 'replace', invitationIds: ['id3', 'id4'] }) },
    { name: 'one change less', changes: [remove, replace] },
    { name: 'no change', changes: [] },
    {
      name: 'the action',
      changes: [
        remove,
        { ...remove, ...replace, email: email('cyd'), action: 'delete', reason: 'duplicate' },
        create,
      ],
    },
  ])('covers $name', ({ account = 'acme', changes = CHANGES }) => {
    expect(hashChanges(account, changes)).not.toBe(HASH);
  });

  it.each([
    { name: 'the reason of a create', changes: changed({ action: 'create', reason: 'interrupted' }) },
    { name: 'the reason of a delete', changes: changed({ action: 'delete', reason: 'duplicate' }) },
    {
      name: 'the reason of a replace',
      changes: changed({ action: 'replace', reason: 'expired', fields: [] }),
    },
    { name: 'how many invitations are live', changes: changed({ action: 'delete', live: 1 }) },
    { name: 'which mail it is', changes: changed({ action: 'create', mailNumber: 3 }) },
    {
      name: 'the order in which fields were written',
      changes: changed({ action: 'create', access: { services: [], limitServices: false, role: 'user' } }),
    },
  ])('does not cover $name', ({ changes }) => {
    expect(hashChanges('acme', changes)).toBe(HASH);
  });
});
