import { describe, expect, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import type { Access, Invitation } from '../../lib/domain/invitation.ts';
import {
  isLive,
  matchInvitation,
  newestFirst,
  sameList,
  shownDifferences,
} from '../../lib/domain/invitation-match.ts';
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

describe('shownDifferences', () => {
  const roles = (...ids: readonly string[]): Access => ({ roles: ids, limitServices: false, services: [] });
  it.each<{ name: string; wanted: Access; found: Partial<Invitation>; fields: readonly string[] }>([
    { name: 'nothing', wanted: access(), found: {}, fields: [] },
    { name: 'another role', wanted: access({ role: 'billing' }), found: {}, fields: ['role'] },
    { name: 'a role that is not shown', wanted: access(), found: { role: undefined }, fields: ['role'] },
    {
      name: 'F75 a further role beside the one',
      wanted: access(),
      found: { roles: ['a'] },
      fields: ['roles'],
    },
    { name: 'no further roles', wanted: access(), found: { roles: [] }, fields: [] },
    { name: 'the same role ids', wanted: roles('a', 'b'), found: { roles: ['a', 'b'] }, fields: [] },
    { name: 'a role id less', wanted: roles('a', 'b'), found: { roles: ['a'] }, fields: ['roles'] },
    { name: 'F75 a role id more', wanted: roles('a'), found: { roles: ['a', 'b'] }, fields: ['roles'] },
    {
      name: 'role ids that are not shown, but a role is',
      wanted: roles('a'),
      found: { role: 'user', roles: undefined },
      fields: ['roles'],
    },
    { name: 'a limit', wanted: access({ limitServices: true }), found: {}, fields: ['limit_services'] },
    {
      name: 'a limit that is not shown',
      wanted: access(),
      found: { limitServices: undefined },
      fields: ['limit_services'],
    },
    {
      name: 'everything at once, in a fixed order',
      wanted: engineer(),
      found: { roles: ['a'] },
      fields: ['role', 'roles', 'limit_services'],
    },
  ])('$name', ({ wanted, found, fields }) => {
    expect(shownDifferences(wanted, invitation('ada', found))).toEqual(fields);
  });
});

describe('matchInvitation', () => {
  const sent = (wish: Access, invitationId = 'id-ada'): LedgerEntry =>
    ledgerEntry({ accessDigest: accessDigest(wish), invitationId });
  const shownEngineer = { role: 'engineer', limitServices: true };
  it.each<{
    name: string;
    wanted: Access;
    found: Partial<Invitation>;
    ledger: LedgerEntry | undefined;
    match: object;
  }>([
    {
      name: 'without a ledger entry services count as equal',
      wanted: engineer(),
      found: shownEngineer,
      ledger: undefined,
      match: { kind: 'same', fields: [] },
    },
    {
      name: 'for an invitation that somebody else sent services count as equal',
      wanted: engineer(),
      found: shownEngineer,
      ledger: sent(engineer('read_only'), 'another'),
      match: { kind: 'same', fields: [] },
    },
    {
      name: 'the one last sent, for exactly this',
      wanted: engineer(),
      found: shownEngineer,
      ledger: sent(engineer()),
      match: { kind: 'same', fields: [] },
    },
    {
      name: 'the one last sent, for other services',
      wanted: engineer(),
      found: shownEngineer,
      ledger: sent(engineer('read_only')),
      match: { kind: 'differs', fields: ['services'] },
    },
    {
      name: 'the one last sent, for something else that is shown: what is shown tells more than the services',
      wanted: engineer(),
      found: { role: 'user', limitServices: true },
      ledger: sent(access()),
      match: { kind: 'differs', fields: ['role'] },
    },
    {
      name: 'F56 the one last sent for exactly this, shown otherwise',
      wanted: engineer(),
      found: { role: 'user', limitServices: undefined },
      ledger: sent(engineer()),
      match: { kind: 'shown_differently', fields: ['role', 'limit_services'] },
    },
    {
      name: 'somebody else’s, shown otherwise',
      wanted: engineer(),
      found: { role: 'user', limitServices: true },
      ledger: sent(engineer(), 'another'),
      match: { kind: 'differs', fields: ['role'] },
    },
  ])('$name', ({ wanted, found, ledger, match }) => {
    expect(matchInvitation(wanted, invitation('ada', found), ledger)).toEqual(match);
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

  it('says the same from both sides', () => {
    const [a, b] = ['a', 'b'].map((id) => invitation('ada', { id }));
    if (a === undefined || b === undefined) throw new Error('both are there');
    expect(newestFirst(a, b)).toBeLessThan(0);
    expect(newestFirst(b, a)).toBeGreaterThan(0);
  });
});
