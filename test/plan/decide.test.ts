import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../lib/domain/time.ts';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { access, email, entry, invitation, ledgerEntry, member, NOW } from '../support/build.ts';
import { decideOn, entriesOf, type Facts, names, PARTLY_HELD } from './decide-case.ts';

describe('the status', () => {
  const HASH = decideOn(PARTLY_HELD).planHash;
  const inSync: Facts = { entries: [entry('ada')], members: [member('ada')] };
  it.each<Facts & { name: string; status: string }>([
    { name: 'nothing to change', ...inSync, status: 'in_sync' },
    { name: 'nothing to change in plan mode', ...inSync, request: { mode: 'plan' }, status: 'in_sync' },
    { name: 'changes in plan mode', entries: [entry('ada')], request: { mode: 'plan' }, status: 'planned' },
    { name: 'held changes in plan mode', ...PARTLY_HELD, request: { mode: 'plan' }, status: 'planned' },
    { name: 'changes', entries: [entry('ada')], status: 'enqueued' },
    { name: 'some held', ...PARTLY_HELD, status: 'held' },
    { name: 'the plan that was reviewed', ...PARTLY_HELD, request: { planHash: HASH }, status: 'held' },
    {
      name: 'another plan than was reviewed',
      entries: [entry('ada')],
      request: { planHash: HASH },
      status: 'changed',
    },
    { name: 'nothing left of what was reviewed', ...inSync, request: { planHash: HASH }, status: 'changed' },
  ])('$name: $status', ({ status, ...facts }) => {
    expect(decideOn(facts).status).toBe(status);
  });
});

describe('look-alikes', () => {
  const wintr = { entries: [entry('ada.wintr')], members: [member('ada.winter')] };

  it.each<[string, Facts, number]>([
    ['of a person to be invited', wintr, 1],
    [
      'of a person whose invitation has expired',
      { ...wintr, invitations: [invitation('ada.wintr', { active: false })], ledger: new Map() },
      1,
    ],
    ['but not of a person whose invitation is live', { ...wintr, invitations: [invitation('ada.wintr')] }, 0],
    ['but not of a member', { ...wintr, members: [member('ada.winter'), member('ada.wintr')] }, 0],
  ])('are told %s, by a warning without addresses', (_whose, facts, count) => {
    const { lookAlikes, warnings } = decideOn(facts);
    expect(lookAlikes).toHaveLength(count);
    expect(warnings).toHaveLength(count);
    expect(warnings.join()).not.toContain('@');
  });

  it('change nothing: the plan is carried out', () => {
    expect(decideOn(wintr)).toMatchObject({ status: 'enqueued', guarded: { held: [] } });
  });

  it('are listed up to a thousand, and counted beyond that', () => {
    const letters = (index: number): string =>
      [...String(1000 + index)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('ee');
    const people = Array.from({ length: 1100 }, (_, index) => `ad${letters(index)}nia`);
    const { lookAlikes, warnings } = decideOn({
      entries: people.map((name) => entry(`${name}.wintr`)),
      members: people.map((name) => member(`${name}.winter`)),
    });
    expect(lookAlikes).toHaveLength(1000);
    expect(warnings).toEqual([expect.stringMatching(/^1,100 .*; the first 1,000 are listed$/)]);
  });
});

describe('an approval', () => {
  const held = decideOn(PARTLY_HELD);

  it('names the held changes only, the plan hash names all', () => {
    expect(names(held.guarded.held)).toEqual(['create ada', 'create bob']);
    expect(held.approval).toBe(hashChanges('acme', held.guarded.held));
    expect(held.planHash).toBe(hashChanges('acme', held.plan.changes));
    expect(held.warnings).toEqual([]);
  });

  it('releases the whole plan when it fits, and keeps the readings', () => {
    const approved = decideOn({ ...PARTLY_HELD, request: { approve: held.approval ?? '' } });
    expect(approved.guarded).toEqual({
      readings: held.guarded.readings,
      released: held.plan.changes,
      held: [],
      holds: [],
    });
    expect(approved).toMatchObject({ approval: undefined, status: 'enqueued', warnings: [] });
  });

  it('releases nothing when the held changes are others by now, and says so', () => {
    const other = decideOn({
      ...PARTLY_HELD,
      entries: entriesOf(2),
      request: { approve: held.approval ?? '' },
    });
    expect(names(other.guarded.held)).toEqual(['create p0', 'create p1']);
    expect(other.status).toBe('held');
    expect(other.approval).not.toBe(held.approval);
    expect(other.warnings).toEqual([expect.stringContaining('not the ones that were approved')]);
  });

  it('for nothing is said to be for nothing', () => {
    const free = decideOn({ entries: entriesOf(1), request: { approve: held.approval ?? '' } });
    expect(free).toMatchObject({ approval: undefined, status: 'enqueued' });
    expect(free.warnings).toEqual(['nothing is held, so there was nothing to approve']);
  });
});

describe('the numbers', () => {
  it('count all changes, held ones too', () => {
    const { counts } = decideOn({
      ...PARTLY_HELD,
      entries: [
        entry('ada'),
        entry('bob'),
        entry('kept'),
        entry('there'),
        entry('moved', access({ role: 'billing' })),
      ],
      invitations: [invitation('cyd'), invitation('kept'), invitation('moved')],
      members: [member('there')],
    });
    expect(counts).toEqual({ create: 2, delete: 1, replace: 1, keep: 1, member: 1, waiting: 0 });
  });

  it.each<Facts & { name: string; writes: number; finish: string }>([
    { name: 'nothing to write: now', writes: 0, finish: '2026-11-23T10:20:00.000Z' },
    { name: 'what is held is not counted', ...PARTLY_HELD, writes: 1, finish: '2026-11-23T11:00:00.000Z' },
    {
      name: 'a replace of two invitations is three writes',
      entries: [entry('ada', access({ role: 'billing' }))],
      invitations: [invitation('ada'), invitation('ada', { id: 'second' })],
      writes: 3,
      finish: '2026-11-23T11:00:00.000Z',
    },
    {
      name: 'as many as an hour takes beside the reserve',
      env: { RATE_LIMIT_PER_HOUR: '100', RATE_LIMIT_RESERVE: '40' },
      entries: entriesOf(60),
      writes: 60,
      finish: '2026-11-23T11:00:00.000Z',
    },
    {
      name: 'one more',
      env: { RATE_LIMIT_PER_HOUR: '100', RATE_LIMIT_RESERVE: '40' },
      entries: entriesOf(61),
      writes: 61,
      finish: '2026-11-23T12:00:00.000Z',
    },
  ])('of the quota: $name', ({ writes, finish, ...facts }) => {
    const perHour = facts.env?.RATE_LIMIT_PER_HOUR === undefined ? 1000 : 100;
    expect(decideOn(facts).quota).toEqual({ writes, perHour, estimatedFinish: finish });
  });
});

describe('warnings', () => {
  it('count the people who are given up, not those who only wait', () => {
    const ledger = new Map([
      [email('p0'), ledgerEntry({ count: 3 })],
      [email('p1'), ledgerEntry({ count: 4 })],
      [email('p2'), ledgerEntry({ lastSentAt: new Date(NOW).toISOString() })],
    ]);
    expect(decideOn({ entries: entriesOf(3), ledger }).warnings).toEqual([
      '2 people invited as often as MAX_INVITES_PER_EMAIL allows: given up',
    ]);
  });

  // One write per hour; the hour that began at 10:00 ends after 40 minutes.
  it.each([
    { writes: 168, warnings: [] },
    {
      writes: 169,
      warnings: [
        "169 writes need about 8 days at 1 per hour, and the queue forgets messages after 14: ask Fastly for a larger quota or split the roster's growth",
      ],
    },
  ])('say when $writes writes outlive the queue', ({ writes, warnings }) => {
    const env = { RATE_LIMIT_PER_HOUR: '1', RATE_LIMIT_RESERVE: '0' };
    expect(decideOn({ entries: entriesOf(writes), env }).warnings).toEqual(warnings);
  });

  it('say nothing when the last write comes exactly as long after the plan as is still safe', () => {
    const env = { RATE_LIMIT_PER_HOUR: '1', RATE_LIMIT_RESERVE: '0' };
    const now = NOW - (NOW % HOUR_MS);
    expect(decideOn({ entries: entriesOf(168), env, now }).warnings).toEqual([]);
    expect(decideOn({ entries: entriesOf(169), env, now }).warnings).toHaveLength(1);
  });
});
