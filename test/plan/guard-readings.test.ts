import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { type GuardLimits, guardPlan } from '../../lib/plan/guards.ts';
import { creates, deletes, limits, replaces } from './guard-case.ts';

describe('readings', () => {
  const readingOf = (
    guard: string,
    changes: readonly Change[],
    more: Partial<GuardLimits> = {},
    liveInvitations = 40,
    rosterRows = 2,
  ) =>
    guardPlan({ changes, liveInvitations }, rosterRows, limits(more)).readings.find(
      (reading) => reading.guard === guard,
    );

  it('are there for every guard, in a fixed order, tripped or not', () => {
    const { readings } = guardPlan({ changes: deletes(80), liveInvitations: 100 }, 20, limits());
    expect(readings.map(({ guard, tripped }) => [guard, tripped])).toEqual([
      ['MAX_CREATES', false],
      ['MAX_DELETES', true],
      ['MAX_REPLACES', false],
      ['MAX_CHANGE_PERCENT', false],
      ['EMPTY_ROSTER', false],
    ]);
  });

  it.each([
    { guard: 'MAX_CREATES', changes: [...creates(2), ...replaces(1, 0)], actual: 3, limit: 500 },
    { guard: 'MAX_DELETES', changes: deletes(3), actual: 3, limit: 50 },
    { guard: 'MAX_REPLACES', changes: replaces(4), actual: 4, limit: 50 },
    {
      guard: 'MAX_CHANGE_PERCENT',
      changes: [...deletes(2, 3), ...replaces(1)],
      actual: 7,
      limit: 100,
      of: 40,
    },
    { guard: 'EMPTY_ROSTER', changes: deletes(5), actual: 5, limit: 0 },
  ])('carry the numbers of $guard', ({ guard, changes, ...numbers }) => {
    expect(readingOf(guard, changes)).toMatchObject({ guard, tripped: false, ...numbers });
  });

  it.each<[guard: string, changes: readonly Change[], more: Partial<GuardLimits>, sentence: string]>([
    ['MAX_CREATES', [], {}, '0 creates and re-invitations, limit 500'],
    ['MAX_CREATES', creates(1), {}, '1 create or re-invitation, limit 500'],
    [
      'MAX_CREATES',
      creates(1),
      { maxCreates: 0 },
      '1 create or re-invitation exceeds the limit of 0 (MAX_CREATES)',
    ],
    ['MAX_DELETES', deletes(1), {}, '1 delete, limit 50'],
    ['MAX_DELETES', deletes(51), {}, '51 deletes exceed the limit of 50 (MAX_DELETES)'],
    ['MAX_REPLACES', replaces(1), {}, '1 replace, limit 50'],
    ['MAX_REPLACES', replaces(2), { maxReplaces: 1 }, '2 replaces exceed the limit of 1 (MAX_REPLACES)'],
    [
      'MAX_CHANGE_PERCENT',
      deletes(3),
      {},
      '3 of 40 live invitations cancelled or replaced (7.5 %), limit 100 %',
    ],
    [
      'MAX_CHANGE_PERCENT',
      deletes(3),
      { maxChangePercent: 7 },
      '3 of 40 live invitations cancelled or replaced (7.5 %), which exceeds the limit of 7 % (MAX_CHANGE_PERCENT)',
    ],
    [
      'MAX_CHANGE_PERCENT',
      deletes(3),
      { maxChangePercent: 7, percentFloor: 41 },
      '3 of 40 live invitations cancelled or replaced (7.5 %); not limited, as fewer than 41 are live (PERCENT_FLOOR)',
    ],
    ['EMPTY_ROSTER', deletes(1), {}, 'the roster has 2 rows'],
  ])('of %s say so in one sentence', (guard, changes, more, sentence) => {
    expect(readingOf(guard, changes, more)?.sentence).toBe(sentence);
  });

  it('round the percentage to a tenth, and have one where nobody is live', () => {
    expect(readingOf('MAX_CHANGE_PERCENT', deletes(1), {}, 30)?.sentence).toContain('(3.3 %)');
    expect(readingOf('MAX_CHANGE_PERCENT', deletes(2), {}, 30)?.sentence).toContain('(6.7 %)');
    expect(readingOf('MAX_CHANGE_PERCENT', [], {}, 0)?.sentence).toContain('(0 %)');
  });

  it('name the rows of the roster, and hold what an empty one would delete', () => {
    expect(readingOf('EMPTY_ROSTER', [], {}, 40, 1)?.sentence).toBe('the roster has 1 row');
    expect(readingOf('EMPTY_ROSTER', [], {}, 40, 0)?.sentence).toBe('the roster has 0 rows');
    expect(readingOf('EMPTY_ROSTER', deletes(7), {}, 40, 0)).toMatchObject({
      tripped: true,
      sentence: 'the roster has no rows, so every delete is held, whatever the limits say: 7',
    });
  });
});

describe('a hold', () => {
  const DELETES_TRIPPED = '2 deletes exceed the limit of 0 (MAX_DELETES)';
  const REPLACES_TRIPPED = '1 replace exceeds the limit of 0 (MAX_REPLACES)';
  const MAILS_TRIPPED = '2 creates and re-invitations exceed the limit of 0 (MAX_CREATES)';
  const PERCENT_TRIPPED =
    '3 of 40 live invitations cancelled or replaced (7.5 %), which exceeds the limit of 5 % (MAX_CHANGE_PERCENT)';
  const changes = [...deletes(2), ...replaces(1), ...replaces(1, 0), ...creates(1)];

  it.each([
    { name: 'nothing tripped', more: {}, holds: [] },
    {
      name: 'each action has the reason of its own guard only',
      more: { maxCreates: 0, maxDeletes: 0 },
      holds: [
        { action: 'delete', count: 2, reason: DELETES_TRIPPED },
        // The re-invitation: it mails like a create.
        { action: 'replace', count: 1, reason: MAILS_TRIPPED },
        { action: 'create', count: 1, reason: MAILS_TRIPPED },
      ],
    },
    {
      name: 'the percentage holds deletes and replaces of live invitations',
      more: { maxChangePercent: 5 },
      holds: [
        { action: 'delete', count: 2, reason: PERCENT_TRIPPED },
        { action: 'replace', count: 1, reason: PERCENT_TRIPPED },
      ],
    },
    {
      name: 'several reasons are all named',
      more: { maxCreates: 0, maxReplaces: 0, maxChangePercent: 5 },
      holds: [
        { action: 'delete', count: 2, reason: PERCENT_TRIPPED },
        {
          action: 'replace',
          count: 2,
          reason: [MAILS_TRIPPED, REPLACES_TRIPPED, PERCENT_TRIPPED].join('; '),
        },
        { action: 'create', count: 1, reason: MAILS_TRIPPED },
      ],
    },
  ])('$name', ({ more, holds }) => {
    const guarded = guardPlan({ changes, liveInvitations: 40 }, 5, limits(more));
    expect(guarded.holds).toEqual(holds);
    expect(guarded.held).toHaveLength(holds.reduce((sum, { count }) => sum + count, 0));
  });
});
