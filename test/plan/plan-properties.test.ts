import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../lib/domain/change.ts';
import { accessDigest } from '../../lib/domain/digest.ts';
import type { Email, Entry, Invitation, Member } from '../../lib/domain/invitation.ts';
import type { Ledger } from '../../lib/domain/ledger.ts';
import { planChanges } from '../../lib/plan/plan.ts';
import type { PlanInput } from '../../lib/plan/plan-input.ts';
import {
  access,
  DAY_MS,
  email,
  engineer,
  invitation,
  ledgerEntry,
  member,
  NOW,
  planInput,
} from '../support/build.ts';
import { keptOf, membersOf } from './plan-case.ts';

const names = fc.constantFrom('ada', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus');
const accesses = fc.constantFrom(access(), access({ role: 'billing' }), engineer(), engineer('read_only'));
const entries: fc.Arbitrary<Entry[]> = fc.uniqueArray(
  fc.record({ email: names.map(email), access: accesses }),
  { selector: ({ email: address }) => address },
);
const invitations: fc.Arbitrary<Invitation[]> = fc
  .array(
    fc.record({
      name: names,
      role: fc.constantFrom('user', 'billing', 'engineer'),
      limitServices: fc.boolean(),
      active: fc.boolean(),
      days: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 10 },
  )
  .map((list) =>
    list.map(({ name, days, ...more }, index) =>
      invitation(name, { ...more, id: `id${index}`, createdAt: NOW - days * DAY_MS }),
    ),
  );
const members: fc.Arbitrary<Member[]> = fc.uniqueArray(names).map((list) => list.map((name) => member(name)));
const ledgers: fc.Arbitrary<Ledger> = fc
  .array(fc.tuple(names.map(email), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 })))
  .map(
    (list) =>
      new Map(
        list.map(([address, count, days]) => {
          const lastSentAt = new Date(NOW - days * DAY_MS).toISOString();
          return [address, ledgerEntry({ count, lastSentAt })];
        }),
      ),
  );
const inputs = fc.record({ entries, invitations, members, ledger: ledgers }).map((input) => planInput(input));

/** Fastly after the plan, if every change works. */
const carryOut = (input: PlanInput, changes: readonly Change[]): PlanInput => {
  let pending = [...input.invitations];
  const ledger = new Map(input.ledger);
  for (const change of changes) {
    if (change.action !== 'create') pending = pending.filter(({ id }) => !change.invitationIds.includes(id));
    if (change.action === 'delete') continue;
    const { role, roles, limitServices } = change.access;
    const id = `new-${change.email}`;
    pending.push({ id, email: change.email, role, roles, limitServices, active: true, createdAt: input.now });
    const at = new Date(input.now).toISOString();
    const digest = accessDigest(change.access);
    ledger.set(
      change.email,
      ledgerEntry({ count: change.mailNumber, lastSentAt: at, accessDigest: digest, invitationId: id }),
    );
  }
  return { ...input, invitations: pending, ledger };
};

describe('planChanges, always', () => {
  it('comes to rest: after a complete apply there is nothing to change', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const after = carryOut(input, planChanges(input).changes);
        expect(planChanges(after).changes).toEqual([]);
      }),
    );
  });

  it('does not depend on the order of what was read', () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (input, random) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((item) => ({ item, key: random.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const other = planChanges({
          ...input,
          entries: new Map(shuffled([...input.entries])),
          invitations: shuffled(input.invitations),
          members: shuffled(input.members),
          ledger: new Map(shuffled([...input.ledger])),
        });
        expect(other).toEqual(planChanges(input));
      }),
    );
  });

  it('cancels only what is listed, creates nobody twice, and accounts for every entry', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const plan = planChanges(input);
        const listed = new Set(input.invitations.map(({ id }) => id));
        const ids = plan.changes.flatMap((change) =>
          change.action === 'create' ? [] : change.invitationIds,
        );
        expect(ids.every((id) => listed.has(id))).toBe(true);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(plan.changes.map((change) => change.email)).size).toBe(plan.changes.length);
        const mailed = plan.changes.filter(({ action }) => action !== 'delete').length;
        expect(mailed + keptOf(plan) + membersOf(plan) + plan.waiting.length).toBe(input.entries.size);
      }),
    );
  });

  it('F43 never touches a member, so nobody can be locked out', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const touched = new Set<Email>(planChanges(input).changes.map((change) => change.email));
        expect(input.members.some((one) => touched.has(one.email))).toBe(false);
      }),
    );
  });
});
