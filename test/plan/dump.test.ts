import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { accessDigest } from '../../lib/domain/digest.ts';
import type { Access, Email, Invitation, Member } from '../../lib/domain/invitation.ts';
import type { Ledger, LedgerEntry } from '../../lib/domain/ledger.ts';
import { dumpRoster } from '../../lib/plan/dump.ts';
import { planChanges } from '../../lib/plan/plan.ts';
import { parseRoster } from '../../lib/roster/parse-roster.ts';
import { access, DAY_MS, email, invitation, ledgerEntry, member, NOW, planInput } from '../support/build.ts';
import { OLD } from './plan-case.ts';

const RULES = {
  allowedRoles: new Set(['user', 'billing', 'engineer']),
  allowedDomains: new Set<string>(),
  maxBytes: 1e9,
};

const dumpOf = (
  state: { readonly invitations?: readonly Invitation[]; readonly members?: readonly Member[] },
  ledger: Ledger = new Map(),
) => dumpRoster({ invitations: [], members: [], ...state }, ledger, RULES, { ttlDays: 7, now: NOW });

async function* bytes(content: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const piece of content) yield Buffer.from(piece);
}

const rowsOf = ({ content }: { readonly content: Iterable<string> }): Record<string, string>[] =>
  parse([...content].join(''), { columns: true });

const sent = (id: string, what: Access): LedgerEntry =>
  ledgerEntry({ invitationId: id, access: what, accessDigest: accessDigest(what) });

const limited: Access = {
  role: 'engineer',
  limitServices: true,
  services: [{ id: 'service1', permission: 'purge_all' }],
};

describe('an account as a roster', () => {
  it('lists members and live invitations, and says what can not be read back', async () => {
    const dump = await dumpOf(
      {
        invitations: [
          invitation('ada', { role: 'engineer', limitServices: true }),
          invitation('bob', { role: 'engineer', limitServices: true }),
          invitation('cyd', { role: undefined, roles: ['r2', 'r1'] }),
          invitation('cyd', { id: 'older', createdAt: NOW - 2 * DAY_MS }),
          invitation('dee', { createdAt: OLD }),
          invitation('eve'),
        ],
        members: [member('eve', { role: 'billing' }), member('fay', { role: undefined })],
      },
      new Map([[email('bob'), sent('id-bob', limited)]]),
    );
    expect(rowsOf(dump).map((row) => Object.values(row).join(' | '))).toEqual([
      'ada@example.com | engineer |  |  | true | invited; limited to services that Fastly does not show: unless they are listed here, a new invitation has none',
      'bob@example.com | engineer |  | service1:purge_all | true | invited',
      'cyd@example.com |  | r2;r1 |  |  | invited; 1 more for this address, which a plan cancels',
      'eve@example.com | billing |  |  |  | member',
      'fay@example.com | user |  |  |  | member; Fastly shows no role',
    ]);
    expect(dump).toMatchObject({
      members: 2,
      invitations: 3,
      warnings: ['no row for 1 expired invitation: a plan cancels them'],
    });
  });

  it('has what was sent, where Fastly shows it otherwise', async () => {
    const ledger = new Map([[email('ada'), sent('id-ada', access({ role: 'billing' }))]]);
    expect(rowsOf(await dumpOf({ invitations: [invitation('ada')] }, ledger))).toMatchObject([
      { role: 'billing', comment: 'invited; Fastly shows it otherwise than it was sent' },
    ]);
  });

  it('has no row for members that no roster may have, but one for such invitations, as a plan would cancel them', async () => {
    const dump = await dumpOf({
      invitations: [invitation('ada', { role: 'superuser' })],
      members: [member('bob', { role: 'superuser' }), member('cyd'), member("'dee")],
    });
    expect(rowsOf(dump).map((row) => row.email)).toEqual(['ada@example.com', 'cyd@example.com']);
    expect(dump.warnings[0]).toMatch(/^no row for 2 members/);
    expect(dump.warnings[1]).toContain('ALLOWED_ROLES');
    expect(dump.warnings.join()).not.toContain('@');
  });
});

const accesses = fc.constantFrom<Access>(
  access(),
  access({ role: 'billing' }),
  limited,
  { role: 'engineer', limitServices: true, services: [] },
  { roles: ['r1', 'r2'], limitServices: false, services: [] },
);
const people = fc.uniqueArray(
  fc.record({
    name: fc.string({
      unit: fc.constantFrom('a', 'b', '+', '-', '=', '.', '_', 'é', "'"),
      minLength: 1,
      maxLength: 6,
    }),
    shown: fc.array(accesses, { minLength: 1, maxLength: 3 }),
    sent: fc.option(accesses),
    memberRole: fc.option(fc.constantFrom('user', 'superuser', undefined)),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

it('a plan of the dumped roster changes nothing, but for what a person has twice', async () => {
  await fc.assert(
    fc.asyncProperty(people, async (list) => {
      const invitations: Invitation[] = [];
      const members: Member[] = [];
      const ledger = new Map<Email, LedgerEntry>();
      for (const { name, shown, sent: last, memberRole } of list) {
        for (const [index, { role, roles, limitServices }] of shown.entries())
          invitations.push(invitation(name, { id: `${name}${index}`, role, roles, limitServices }));
        if (memberRole !== null) members.push(member(name, { role: memberRole }));
        if (last !== null) ledger.set(email(name), sent(`${name}0`, last));
      }
      const dump = await dumpOf({ invitations, members }, ledger);
      const { entries, issues } = await parseRoster(bytes(dump.content), RULES);
      const plan = planChanges({
        ...planInput({ invitations, members, ledger }),
        entries,
      });
      const unreadable = new Set(issues.map(({ line = 0 }) => rowsOf(dump)[line - 2]?.email));
      const changes = plan.changes.filter((change) => !unreadable.has(change.email));
      expect(changes.filter(({ reason }) => reason !== 'duplicate')).toEqual([]);
    }),
  );
});
