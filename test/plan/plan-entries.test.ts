import { describe, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { access, DAY_MS, email, engineer, entry, invitation, member, NOW } from '../support/build.ts';
import { expectPlan, iamRoles, ledgerOf, OLD, type PlanCase } from './plan-case.ts';

describe('a person in the roster who is new or a member', () => {
  it.each<PlanCase>([
    { name: 'nobody wanted, nobody there', input: {}, changes: [] },
    {
      name: 'a new entry is created',
      input: { entries: [entry('ada')] },
      changes: ['create ada not_invited, mail 1'],
    },
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
      name: 'F79 a member and an invitation in another spelling are the same people',
      input: {
        entries: [
          { email: normalizeEmail('m\u00fcller@example.com'), access: access() },
          { email: normalizeEmail('ada@xn--bcher-kva.example'), access: access() },
        ],
        members: [member('m', { email: normalizeEmail('MU\u0308LLER@example.com') })],
        invitations: [invitation('a', { email: normalizeEmail('Ada@B\u00fccher.example') })],
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
      name: 'a member of whom Fastly shows no role at all is no drift',
      input: { entries: [entry('ada')], members: [member('ada', { role: undefined, roles: undefined })] },
      changes: [],
      also: { member: 1, drift: [] },
    },
    {
      name: 'a member with other IAM roles is drift, with what is shown of them',
      input: {
        entries: [
          entry('ada', iamRoles('r1', 'r2')),
          entry('bob', iamRoles('r1')),
          entry('cyd', iamRoles('r1')),
        ],
        members: [
          member('ada', { role: undefined, roles: ['r2', 'r3'] }),
          member('bob', { role: 'user', roles: [] }),
          member('cyd', { role: 'user', roles: ['r1'] }),
        ],
      },
      changes: [],
      also: {
        member: 3,
        drift: [
          { email: email('ada'), desired: 'r1;r2', actual: 'r2;r3' },
          { email: email('bob'), desired: 'r1', actual: 'user' },
        ],
      },
    },
    {
      name: 'F75 a member with a role beside the one in the roster is drift',
      input: { entries: [entry('ada')], members: [member('ada', { roles: ['superuser-id'] })] },
      changes: [],
      also: { drift: [{ email: email('ada'), desired: 'user', actual: 'user;superuser-id' }] },
    },
  ])('$name', expectPlan);
});

describe('a person in the roster with a pending invitation', () => {
  it.each<PlanCase>([
    {
      name: 'F22 an equal pending invitation is kept, not sent again',
      input: { entries: [entry('ada')], invitations: [invitation('ada')] },
      changes: [],
      also: { keep: 1, shownDifferently: [] },
    },
    {
      name: 'another role is a replace',
      input: { entries: [entry('ada', access({ role: 'billing' }))], invitations: [invitation('ada')] },
      changes: ['replace ada changed, [id-ada] 1 live, role, mail 1'],
    },
    {
      name: 'other service limits are a replace',
      input: {
        entries: [entry('ada', engineer())],
        invitations: [invitation('ada', { role: 'engineer', limitServices: false })],
      },
      changes: ['replace ada changed, [id-ada] 1 live, limit_services, mail 1'],
    },
    {
      name: 'other IAM roles are a replace',
      input: {
        entries: [entry('ada', iamRoles('r1', 'r2'))],
        invitations: [invitation('ada', { role: undefined, roles: ['r1'] })],
      },
      changes: ['replace ada changed, [id-ada] 1 live, roles, mail 1'],
    },
    {
      name: 'services are compared with what was last sent',
      input: {
        entries: [entry('ada', engineer('full'))],
        invitations: [invitation('ada', { role: 'engineer', limitServices: true })],
        ledger: ledgerOf({
          ada: { accessDigest: accessDigest(engineer('read_only')), invitationId: 'id-ada' },
        }),
      },
      changes: ['replace ada changed, [id-ada] 1 live, services, mail 2'],
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
      name: 'what Fastly does not show differs, for an invitation that nobody knows',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('ada', { role: undefined, limitServices: undefined })],
      },
      changes: ['replace ada changed, [id-ada] 1 live, role+limit_services, mail 1'],
    },
    {
      name: 'F56 the invitation last sent for exactly this stays, however Fastly shows it',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('ada', { role: undefined, limitServices: undefined })],
        ledger: ledgerOf({
          ada: { accessDigest: accessDigest(access({ role: 'billing' })), invitationId: 'id-ada' },
        }),
      },
      changes: [],
      also: {
        keep: 1,
        shownDifferently: [
          { email: email('ada'), fields: ['role', 'limit_services'], sent: 'billing', shown: 'no role' },
        ],
      },
    },
    {
      name: 'a member is a member, also while the list was changing',
      input: { entries: [entry('ada')], members: [member('ada')], moving: [email('ada')] },
      changes: [],
      also: { member: 1, moving: [] },
    },
    {
      name: 'an unknown role read from Fastly is a string like any other',
      input: { entries: [entry('ada')], invitations: [invitation('ada', { role: 'ngwaf_owner' })] },
      changes: ['replace ada changed, [id-ada] 1 live, role, mail 1'],
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
      changes: ['delete ada duplicate, [a c] 2 live'],
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
      changes: ['replace ada changed, [a b] 2 live, role, mail 1'],
    },
    {
      name: 'several unequal invitations all count as live, and the fields are those of the newest',
      input: {
        entries: [entry('ada', engineer())],
        invitations: [
          invitation('ada', {
            id: 'older',
            role: 'billing',
            limitServices: true,
            createdAt: NOW - 2 * DAY_MS,
          }),
          invitation('ada', { id: 'newer', role: 'engineer', limitServices: false }),
          invitation('ada', { id: 'expired', createdAt: OLD }),
        ],
      },
      changes: ['replace ada changed, [newer older] 2 live, limit_services, mail 1'],
      also: { liveInvitations: 2, keep: 0 },
    },
    {
      name: 'of two equal invitations the newest is kept, and of equally new ones that with the first id',
      input: {
        entries: [entry('ada'), entry('bob')],
        invitations: [
          invitation('ada', { id: 'a', createdAt: NOW - 2 * DAY_MS }),
          invitation('ada', { id: 'b', createdAt: NOW - DAY_MS }),
          invitation('bob', { id: 'd' }),
          invitation('bob', { id: 'c' }),
        ],
      },
      changes: ['delete ada duplicate, [a] 1 live', 'delete bob duplicate, [d] 1 live'],
      also: { keep: 2 },
    },
    {
      name: 'an expired invitation beside a live one that is kept is left alone',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada'), invitation('ada', { id: 'old', createdAt: OLD })],
      },
      changes: [],
      also: { keep: 1, liveInvitations: 1 },
    },
  ])('$name', expectPlan);
});
