import { describe, expect, it } from '@jest/globals';
import { servicesDigest } from '../../lib/domain/digest.ts';
import type { Access, Invitation } from '../../lib/domain/invitation.ts';
import { differingFields, isLive, newestFirst, sameList } from '../../lib/domain/invitation-match.ts';
import type { LedgerEntry } from '../../lib/domain/ledger.ts';
import { access, DAY_MS, engineer, invitation, ledgerEntry, NOW } from '../support/build.ts';

describe('isLive', () => {
  it.each<{ name: string; more: Partial<Invitation>; live: boolean }>([
    { name: 'as old as allowed', more: { createdAt: NOW - 7 * DAY_MS }, live: true },
    { name: 'a moment older', more: { createdAt: NOW - 7 * DAY_MS - 1 }, live: false },
    { name: 'of unknown age', more: { createdAt: undefined }, live: true },
    { name: 'inactive', more: { active: false }, live: false },
    { name: 'inactive and of unknown age', more: { active: false, createdAt: undefined }, live: false },
    { name: 'from the future, as clocks differ', more: { createdAt: NOW + DAY_MS }, live: true },
  ])('$name: $live', ({ more, live }) => {
    expect(isLive(invitation('ada', more), 7, NOW)).toBe(live);
  });
});

describe('differingFields', () => {
  const roles = (...ids: readonly string[]): Access => ({ roles: ids, limitServices: false, services: [] });
  const sentServices = (services: Access['services']): LedgerEntry =>
    ledgerEntry({ servicesDigest: servicesDigest(services) });
  it.each<{
    name: string;
    wanted: Access;
    found: Partial<Invitation>;
    ledger?: LedgerEntry;
    fields: readonly string[];
  }>([
    { name: 'nothing', wanted: access(), found: {}, fields: [] },
    { name: 'another role', wanted: access({ role: 'billing' }), found: {}, fields: ['role'] },
    {
      name: 'a role that is not shown',
      wanted: access({ role: 'billing' }),
      found: { role: undefined },
      fields: [],
    },
    { name: 'the same role ids', wanted: roles('a', 'b'), found: { roles: ['a', 'b'] }, fields: [] },
    { name: 'a role id less', wanted: roles('a', 'b'), found: { roles: ['a'] }, fields: ['roles'] },
    { name: 'role ids that are not shown', wanted: roles('a'), found: { roles: undefined }, fields: [] },
    { name: 'a limit', wanted: access({ limitServices: true }), found: {}, fields: ['limit_services'] },
    {
      name: 'a limit that is not shown',
      wanted: access({ limitServices: true }),
      found: { limitServices: undefined },
      fields: [],
    },
    {
      name: 'services that nothing is known of',
      wanted: engineer(),
      found: { role: 'engineer', limitServices: true },
      fields: [],
    },
    {
      name: 'the services last sent',
      wanted: engineer(),
      found: { role: 'engineer', limitServices: true },
      ledger: sentServices(engineer().services),
      fields: [],
    },
    {
      name: 'everything at once, in a fixed order',
      wanted: engineer(),
      found: {},
      ledger: sentServices([]),
      fields: ['role', 'limit_services', 'services'],
    },
  ])('$name', ({ wanted, found, ledger, fields }) => {
    expect(differingFields(wanted, invitation('ada', found), ledger)).toEqual(fields);
  });
});

describe('sameList', () => {
  it.each([
    { a: [], b: [], same: true },
    { a: ['x', 'y'], b: ['x', 'y'], same: true },
    { a: ['x'], b: ['x', 'y'], same: false },
    { a: ['x', 'y'], b: ['x'], same: false },
    { a: ['x', 'y'], b: ['x', 'z'], same: false },
    { a: ['x', 'y'], b: ['z', 'y'], same: false },
  ])('$a and $b: $same', ({ a, b, same }) => {
    expect(sameList(a, b)).toBe(same);
  });
});

describe('newestFirst', () => {
  it('puts what was sent last first, what has no time last, and equally new ones by id', () => {
    const sorted = [
      invitation('ada', { id: 'unknown', createdAt: undefined }),
      invitation('ada', { id: 'b', createdAt: NOW - DAY_MS }),
      invitation('ada', { id: 'newest', createdAt: NOW }),
      invitation('ada', { id: 'a', createdAt: NOW - DAY_MS }),
    ].sort(newestFirst);
    expect(sorted.map(({ id }) => id)).toEqual(['newest', 'a', 'b', 'unknown']);
  });
});
