import { describe, expect, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import { planChanges } from '../../lib/plan/plan.ts';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { access, DAY_MS, email, entry, invitation, member, NOW, planInput } from '../support/build.ts';
import { expectPlan, ledgerOf, type PlanCase } from './plan-case.ts';

describe('what a plan leaves alone and reports', () => {
  it.each<PlanCase>([
    {
      name: 'F56 whom Fastly shows otherwise is listed by address',
      input: {
        entries: [entry('bob'), entry('ada')],
        invitations: ['bob', 'ada'].map((name) => invitation(name, { role: 'billing' })),
        ledger: ledgerOf({
          bob: { accessDigest: accessDigest(access()), invitationId: 'id-bob' },
          ada: { accessDigest: accessDigest(access()), invitationId: 'id-ada' },
        }),
      },
      changes: [],
      also: {
        keep: 2,
        shownDifferently: ['ada', 'bob'].map((name) => ({
          email: email(name),
          fields: ['role'],
          sent: 'user',
          shown: 'billing',
        })),
      },
    },
    {
      name: 'F71 somebody for whom the list was changing is left alone, in the roster or not',
      input: {
        entries: [entry('bob'), entry('cyd')],
        invitations: [invitation('ada')],
        moving: [email('ada'), email('bob'), email('eve')],
      },
      changes: ['create cyd not_invited, mail 1'],
      also: { moving: [{ email: email('ada') }, { email: email('bob') }] },
    },
  ])('$name', expectPlan);
});

describe('what a plan says about those it changes and those it keeps', () => {
  const ada = access({ role: 'engineer', limitServices: true, services: [{ id: 's1', permission: 'full' }] });
  const input = planInput({
    entries: [
      { ...entry('ada'), line: 4 },
      { ...entry('bob'), line: 3 },
      { ...entry('cyd'), line: 2 },
      { ...entry('dee', access({ role: 'billing' })), line: 5 },
    ],
    invitations: [
      invitation('ada', { role: 'engineer', limitServices: true }),
      invitation('bob'),
      invitation('cyd'),
      invitation('cyd', {
        id: 'second',
        createdAt: undefined,
        limitServices: undefined,
        role: undefined,
        roles: ['r1'],
      }),
    ],
    members: [member('dee'), member('eve', { role: undefined, roles: ['r1', 'r2'] })],
    ledger: ledgerOf({
      ada: { access: ada, accessDigest: accessDigest(ada), invitationId: 'id-ada', count: 1 },
      bob: { accessDigest: accessDigest(access()), invitationId: 'id-bob' },
    }),
  });
  const plan = planChanges(input);

  it('is what the person has now, as far as it is known, and where the roster has the person', () => {
    const createdAt = new Date(NOW - DAY_MS).toISOString();
    const expiresAt = new Date(NOW + 6 * DAY_MS).toISOString();
    expect(plan.changes).toMatchObject([
      { action: 'delete', line: 2, invitationIds: ['second'], from: [{ roles: ['r1'] }] },
      {
        action: 'replace',
        line: 4,
        from: [{ role: 'engineer', limitServices: true, services: ada.services, createdAt, expiresAt }],
      },
    ]);
    expect(plan.changes[0]).toHaveProperty('from', [{ roles: ['r1'] }]);
  });

  it('is why an invitation stays, and which role a member has', () => {
    expect(plan.kept).toEqual([
      { email: email('bob'), line: 3, reason: 'as_sent' },
      { email: email('cyd'), line: 2, reason: 'same_access' },
    ]);
    expect(plan.drift).toEqual([{ email: email('dee'), line: 5, desired: 'billing', actual: 'user' }]);
    expect(plan.unlistedMembers).toEqual([{ email: email('eve'), role: 'r1;r2' }]);
  });

  it('is in no name of a plan: the same changes have the same hash', () => {
    const bare = plan.changes.map((change) => ({ ...change, from: [], line: 99 }));
    expect(hashChanges('acme', bare)).toBe(hashChanges('acme', plan.changes));
  });
});
