import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../lib/domain/change.ts';
import { servicesDigest } from '../../lib/domain/digest.ts';
import {
  type Email,
  type Entry,
  type Invitation,
  type Member,
  normalizeEmail,
} from '../../lib/domain/invitation.ts';
import type { Ledger } from '../../lib/domain/ledger.ts';
import { type Plan, type PlanInput, planChanges } from '../../lib/plan/plan.ts';
import { protectedEmails } from '../../lib/plan/protected-emails.ts';
import {
  access,
  DAY_MS,
  email,
  engineer,
  entry,
  invitation,
  ledgerEntry,
  member,
  NOW,
  type PlanFacts,
  planInput,
  planRules,
} from '../support/build.ts';

/** One line per change: action, address and reason. */
const lines = (changes: readonly Change[]): string[] =>
  changes.map((change) => {
    const name = change.email.split('@')[0];
    const fields =
      change.action === 'replace' && change.fields.length > 0 ? ` ${change.fields.join(',')}` : '';
    const ids = change.action === 'create' ? '' : ` [${change.invitationIds.join(' ')}]`;
    return `${change.action} ${name} ${change.reason}${fields}${ids}`;
  });

const ledgerOf = (entries: Record<string, Parameters<typeof ledgerEntry>[0]>): Ledger =>
  new Map(Object.entries(entries).map(([name, more]) => [email(name), ledgerEntry(more)]));

const OLD = NOW - 8 * DAY_MS;

type Case = {
  readonly name: string;
  readonly input: PlanFacts;
  readonly changes: readonly string[];
  readonly also?: Partial<Plan>;
};

const cases: readonly Case[] = [
  { name: 'nobody wanted, nobody there', input: {}, changes: [] },
  { name: 'a new entry is created', input: { entries: [entry('ada')] }, changes: ['create ada not_invited'] },
  {
    name: 'a member is left alone',
    input: { entries: [entry('ada')], members: [member('ada')] },
    changes: [],
    also: { member: 1, drift: [] },
  },
  {
    name: 'F14/F15 a member in capitals is the same person, and so is a capital invitation',
    input: {
      entries: [entry('ada'), entry('bob')],
      members: [member('ada', { email: normalizeEmail(' Ada@Example.COM') })],
      invitations: [invitation('bob', { email: normalizeEmail('BOB@example.com') })],
    },
    changes: [],
    also: { member: 1, keep: 1 },
  },
  {
    name: 'a member with another role is drift, never a change',
    input: { entries: [entry('ada')], members: [member('ada', { role: 'superuser' })] },
    changes: [],
    also: { drift: [{ email: email('ada'), desired: 'user', actual: 'superuser' }] },
  },
  {
    name: 'F22 an equal pending invitation is kept, not sent again',
    input: { entries: [entry('ada')], invitations: [invitation('ada')] },
    changes: [],
    also: { keep: 1 },
  },
  {
    name: 'another role is a replace',
    input: { entries: [entry('ada', access({ role: 'billing' }))], invitations: [invitation('ada')] },
    changes: ['replace ada changed role [id-ada]'],
  },
  {
    name: 'other service limits are a replace',
    input: {
      entries: [entry('ada', engineer())],
      invitations: [invitation('ada', { role: 'engineer', limitServices: false })],
    },
    changes: ['replace ada changed limit_services [id-ada]'],
  },
  {
    name: 'other IAM roles are a replace',
    input: {
      entries: [{ email: email('ada'), access: { roles: ['r1', 'r2'], limitServices: false, services: [] } }],
      invitations: [invitation('ada', { role: undefined, roles: ['r1'] })],
    },
    changes: ['replace ada changed roles [id-ada]'],
  },
  {
    name: 'services are compared with what was last sent',
    input: {
      entries: [entry('ada', engineer('full'))],
      invitations: [invitation('ada', { role: 'engineer', limitServices: true })],
      ledger: ledgerOf({ ada: { servicesDigest: servicesDigest(engineer('read_only').services) } }),
    },
    changes: ['replace ada changed services [id-ada]'],
  },
  {
    name: 'without a ledger entry services count as equal',
    input: {
      entries: [entry('ada', engineer('full'))],
      invitations: [invitation('ada', { role: 'engineer', limitServices: true })],
    },
    changes: [],
    also: { keep: 1 },
  },
  {
    name: 'what Fastly does not say counts as equal, or the plan would never rest',
    input: {
      entries: [entry('ada', access({ role: 'billing' }))],
      invitations: [invitation('ada', { role: undefined, limitServices: undefined })],
    },
    changes: [],
    also: { keep: 1 },
  },
  {
    name: 'an unknown role read from Fastly is a string like any other',
    input: { entries: [entry('ada')], invitations: [invitation('ada', { role: 'ngwaf_owner' })] },
    changes: ['replace ada changed role [id-ada]'],
  },
  {
    name: 'of several invitations the equal one is kept',
    input: {
      entries: [entry('ada')],
      invitations: [
        invitation('ada', { id: 'a', role: 'billing', createdAt: NOW }),
        invitation('ada', { id: 'b' }),
        invitation('ada', { id: 'c', createdAt: NOW - 2 * DAY_MS }),
      ],
    },
    changes: ['delete ada duplicate [a c]'],
    also: { keep: 1 },
  },
  {
    name: 'when none of several is equal, all are replaced by one',
    input: {
      entries: [entry('ada')],
      invitations: [
        invitation('ada', { id: 'b', role: 'billing' }),
        invitation('ada', { id: 'a', role: 'engineer' }),
      ],
    },
    changes: ['replace ada changed role [a b]'],
  },
  {
    name: 'F19/F20 an expired invitation is replaced, not taken for pending',
    input: { entries: [entry('ada')], invitations: [invitation('ada', { createdAt: OLD })] },
    changes: ['replace ada expired [id-ada]'],
    also: { liveInvitations: 0 },
  },
  {
    name: 'status_code 0 is expired as well',
    input: { entries: [entry('ada')], invitations: [invitation('ada', { active: false })] },
    changes: ['replace ada expired [id-ada]'],
  },
  {
    name: 'exactly as old as allowed is still live',
    input: { entries: [entry('ada')], invitations: [invitation('ada', { createdAt: NOW - 7 * DAY_MS })] },
    changes: [],
    also: { keep: 1 },
  },
  {
    name: 'F21 nobody is invited for ever',
    input: {
      entries: [entry('ada')],
      invitations: [invitation('ada', { createdAt: OLD })],
      ledger: ledgerOf({ ada: { count: 3 } }),
    },
    changes: [],
    also: { waiting: [{ email: email('ada'), reason: 'given_up' }] },
  },
  {
    name: 'F21 nobody is invited again too soon',
    input: {
      entries: [entry('ada')],
      ledger: ledgerOf({ ada: { lastSentAt: new Date(NOW - 6 * DAY_MS).toISOString() } }),
    },
    changes: [],
    also: {
      waiting: [{ email: email('ada'), reason: 'cooling_down', until: new Date(NOW + DAY_MS).toISOString() }],
    },
  },
  {
    name: 'F4 a list that looks empty mails nobody again who was just invited',
    input: {
      entries: [entry('ada'), entry('bob'), entry('new')],
      ledger: ledgerOf({
        ada: { lastSentAt: new Date(NOW - DAY_MS).toISOString() },
        bob: { lastSentAt: new Date(NOW - DAY_MS).toISOString() },
      }),
    },
    changes: ['create new not_invited'],
  },
  {
    name: 'after the cool-down the person is invited again',
    input: {
      entries: [entry('ada')],
      ledger: ledgerOf({ ada: { lastSentAt: new Date(NOW - 7 * DAY_MS).toISOString() } }),
    },
    changes: ['create ada not_invited'],
  },
  {
    name: 'somebody whose replace was cut off is not left to the cool-down',
    input: {
      entries: [entry('ada')],
      ledger: ledgerOf({ ada: { lastSentAt: new Date(NOW).toISOString(), interrupted: true } }),
    },
    changes: ['create ada interrupted'],
  },
  {
    name: 'F24 an invitation that left the roster is cancelled, expired ones too',
    input: { invitations: [invitation('ada'), invitation('ada', { id: 'old', createdAt: OLD })] },
    changes: ['delete ada not_in_roster [id-ada old]'],
  },
  {
    name: 'F23 an invitation of somebody who is a member by now is not cancelled',
    input: { invitations: [invitation('ada')], members: [member('ada')] },
    changes: [],
    also: { unlistedMembers: [email('ada')] },
  },
  {
    name: 'F42 members who are not in the roster are listed and left alone',
    input: { members: [member('bob'), member('ada')] },
    changes: [],
    also: { unlistedMembers: [email('ada'), email('bob')] },
  },
  {
    name: 'F55 a protected address stays, whatever its case, and is not filtered out of the comparison',
    input: {
      invitations: [invitation('ada'), invitation('bot-1')],
      rules: planRules({ isProtected: protectedEmails(['BOT-*@example.com'.toLowerCase()]) }),
    },
    changes: ['delete ada not_in_roster [id-ada]'],
    also: { spared: [{ email: email('bot-1'), reason: 'protected' }] },
  },
  {
    name: 'PRUNE managed cancels only what the ledger knows',
    input: {
      invitations: [invitation('ada'), invitation('bob')],
      ledger: ledgerOf({ ada: {} }),
      rules: planRules({ prune: 'managed' }),
    },
    changes: ['delete ada not_in_roster [id-ada]'],
    also: { spared: [{ email: email('bob'), reason: 'prune' }] },
  },
  {
    name: 'PRUNE none cancels nothing that merely left the roster, but still replaces',
    input: {
      entries: [entry('ada', access({ role: 'billing' }))],
      invitations: [invitation('ada'), invitation('bob')],
      rules: planRules({ prune: 'none' }),
    },
    changes: ['replace ada changed role [id-ada]'],
    also: { spared: [{ email: email('bob'), reason: 'prune' }] },
  },
  {
    name: 'addresses that left and have nothing at Fastly are forgotten; the others are not yet',
    input: {
      entries: [entry('ada')],
      invitations: [invitation('bob')],
      ledger: ledgerOf({ ada: {}, bob: {}, cyd: {} }),
    },
    changes: ['delete bob not_in_roster [id-bob]', 'create ada not_invited'],
    also: { forgotten: [email('cyd')] },
  },
  {
    name: 'F51 a changed address is a delete and a create',
    input: { entries: [entry('ada.new')], invitations: [invitation('ada')] },
    changes: ['delete ada not_in_roster [id-ada]', 'create ada.new not_invited'],
  },
];

describe('planChanges', () => {
  it.each(cases)('$name', ({ input, changes, also }) => {
    const plan = planChanges(planInput(input));
    expect(lines(plan.changes)).toEqual(changes);
    if (also !== undefined) expect(plan).toMatchObject(also);
  });
});

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
    const { role, roles, limitServices, services } = change.access;
    const id = `new-${change.email}`;
    pending.push({ id, email: change.email, role, roles, limitServices, active: true, createdAt: input.now });
    const at = new Date(input.now).toISOString();
    ledger.set(change.email, ledgerEntry({ lastSentAt: at, servicesDigest: servicesDigest(services) }));
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
        expect(mailed + plan.keep + plan.member + plan.waiting.length).toBe(input.entries.size);
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
