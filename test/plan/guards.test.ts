import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../lib/domain/change.ts';
import { type GuardLimits, guardPlan } from '../../lib/plan/guards.ts';
import { email } from '../support/build.ts';
import { creates, deletes, limits, replaces } from './guard-case.ts';

const heldActions = (
  changes: readonly Change[],
  more: Partial<GuardLimits>,
  liveInvitations = 1000,
  rosterRows = 1000,
): Record<string, number> => {
  const { holds } = guardPlan({ changes, liveInvitations }, rosterRows, limits(more));
  return Object.fromEntries(holds.map(({ action, count }) => [action, count]));
};

describe('absolute guards hold what is more than the limit', () => {
  it.each([
    { name: 'creates one below', changes: creates(4), more: { maxCreates: 5 }, held: {} },
    { name: 'creates at the limit', changes: creates(5), more: { maxCreates: 5 }, held: {} },
    { name: 'creates one above', changes: creates(6), more: { maxCreates: 5 }, held: { create: 6 } },
    { name: 'F46 0 means none allowed', changes: creates(1), more: { maxCreates: 0 }, held: { create: 1 } },
    { name: 'nothing to create is fine with 0', changes: [], more: { maxCreates: 0 }, held: {} },
    { name: 'deletes one below', changes: deletes(4), more: { maxDeletes: 5 }, held: {} },
    { name: 'deletes at the limit', changes: deletes(5), more: { maxDeletes: 5 }, held: {} },
    { name: 'deletes one above', changes: deletes(6), more: { maxDeletes: 5 }, held: { delete: 6 } },
    { name: 'F46 0 deletes allowed', changes: deletes(1), more: { maxDeletes: 0 }, held: { delete: 1 } },
    { name: 'replaces at the limit', changes: replaces(5), more: { maxReplaces: 5 }, held: {} },
    { name: 'replaces one above', changes: replaces(6), more: { maxReplaces: 5 }, held: { replace: 6 } },
    {
      name: 're-invitations of expired ones count as creates, not as replaces',
      changes: [...creates(3), ...replaces(3, 0)],
      more: { maxCreates: 5, maxReplaces: 0 },
      held: { create: 3, replace: 3 },
    },
    {
      name: 'F45 a tripped guard holds its own kind only',
      changes: [...creates(3), ...deletes(6), ...replaces(2)],
      more: { maxDeletes: 5 },
      held: { delete: 6 },
    },
  ])('$name', ({ changes, more, held }) => {
    expect(heldActions(changes, more)).toEqual(held);
  });
});

describe('the percentage guard', () => {
  it.each([
    { name: 'below the share', changes: deletes(24), live: 100, percent: 25, held: {} },
    { name: 'exactly the share', changes: deletes(25), live: 100, percent: 25, held: {} },
    { name: 'a hair over the share', changes: deletes(26), live: 100, percent: 25, held: { delete: 26 } },
    {
      name: 'deletes and replaces add up',
      changes: [...deletes(13), ...replaces(13)],
      live: 100,
      percent: 25,
      held: { delete: 13, replace: 13 },
    },
    {
      name: 'no rounding down: 4 of 15 is more than 26 %',
      changes: deletes(4),
      live: 15,
      percent: 26,
      held: { delete: 4 },
    },
    { name: '100 % allows everything', changes: deletes(12), live: 12, percent: 100, held: {} },
    { name: '0 % allows nothing', changes: deletes(1), live: 12, percent: 0, held: { delete: 1 } },
    { name: 'floor 9: not asked', changes: deletes(9), live: 9, percent: 25, held: {} },
    { name: 'floor 10: asked', changes: deletes(3), live: 10, percent: 25, held: { delete: 3 } },
    { name: 'floor 11: asked', changes: deletes(3), live: 11, percent: 25, held: { delete: 3 } },
    { name: 'nobody live', changes: creates(1), live: 0, percent: 25, held: {} },
    {
      name: 'expired invitations are no part of it',
      changes: [...deletes(5, 0), ...replaces(5, 0)],
      live: 10,
      percent: 0,
      held: {},
    },
    {
      name: 'creates are not held',
      changes: [...creates(9), ...deletes(9)],
      live: 10,
      percent: 25,
      held: { delete: 9 },
    },
  ])('$name', ({ changes, live, percent, held }) => {
    expect(heldActions(changes, { maxChangePercent: percent }, live)).toEqual(held);
  });
});

describe('a roster without rows', () => {
  it('holds every delete, whatever the limits say', () => {
    expect(heldActions(deletes(1), { maxDeletes: 1000 }, 5, 0)).toEqual({ delete: 1 });
  });
  it('is no reason to hold when there is nothing to delete', () => {
    expect(heldActions([], {}, 0, 0)).toEqual({});
  });
});

describe('the deletion control', () => {
  it('a hair under each limit the same fixture does delete', () => {
    const plan = { changes: deletes(10), liveInvitations: 40 };
    const under = guardPlan(plan, 30, limits({ maxDeletes: 10, maxChangePercent: 25 }));
    expect(under.released).toEqual(plan.changes);
    const over = guardPlan(plan, 30, limits({ maxDeletes: 9, maxChangePercent: 25 }));
    expect(over.released).toEqual([]);
    const overShare = guardPlan(
      { ...plan, liveInvitations: 39 },
      30,
      limits({ maxDeletes: 10, maxChangePercent: 25 }),
    );
    expect(overShare.released).toEqual([]);
  });
});

describe('guardPlan, always', () => {
  const changes = fc
    .tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30))
    .map(([c, d, r, e]) => [
      ...deletes(d),
      ...replaces(r),
      ...replaces(e, 0).map((x) => ({ ...x, email: email(`e${x.email}`) })),
      ...creates(c),
    ]);
  const someLimits = fc.record({
    maxCreates: fc.nat(40),
    maxDeletes: fc.nat(40),
    maxReplaces: fc.nat(40),
    maxChangePercent: fc.nat(100),
    percentFloor: fc.nat(20),
  });
  it('releases or holds every change, in the order of the plan', () => {
    fc.assert(
      fc.property(changes, someLimits, fc.nat(100), fc.nat(5), (all, limit, live, rows) => {
        const { released, held, holds } = guardPlan({ changes: all, liveInvitations: live }, rows, limit);
        expect(all.filter((change) => released.includes(change))).toEqual(released);
        expect(all.filter((change) => held.includes(change))).toEqual(held);
        expect(released.length + held.length).toBe(all.length);
        expect(holds.reduce((sum, { count }) => sum + count, 0)).toBe(held.length);
        expect(holds.every(({ reason }) => reason !== '')).toBe(true);
      }),
    );
  });
});
