import { describe, it } from '@jest/globals';
import { protectedEmails } from '../../lib/plan/protected-emails.ts';
import { access, DAY_MS, email, entry, invitation, member, NOW, planRules } from '../support/build.ts';
import { expectPlan, ledgerOf, OLD, type PlanCase } from './plan-case.ts';

/** Three cool-downs of seven days ago. */
const LONG_AGO = new Date(NOW - 21 * DAY_MS).toISOString();

describe('an address that left the roster', () => {
  it.each<PlanCase>([
    {
      name: 'F24 an invitation that left the roster is cancelled, expired ones too',
      input: { invitations: [invitation('ada'), invitation('ada', { id: 'old', createdAt: OLD })] },
      changes: ['delete ada not_in_roster, [id-ada old] 1 live'],
    },
    {
      name: 'F23 an invitation of somebody who is a member by now is not cancelled',
      input: { invitations: [invitation('ada')], members: [member('ada')] },
      changes: [],
      also: { unlistedMembers: [{ email: email('ada'), role: 'user' }] },
    },
    {
      name: 'F42 members who are not in the roster are listed and left alone',
      input: { members: [member('bob'), member('ada')] },
      changes: [],
      also: { unlistedMembers: ['ada', 'bob'].map((name) => ({ email: email(name), role: 'user' })) },
    },
    {
      name: 'F55 a protected address stays, whatever its case, and is not filtered out of the comparison',
      input: {
        invitations: [invitation('ada'), invitation('bot-1')],
        rules: planRules({ isProtected: protectedEmails(['BOT-*@example.com'.toLowerCase()]) }),
      },
      changes: ['delete ada not_in_roster, [id-ada] 1 live'],
      also: { spared: [{ email: email('bot-1'), reason: 'protected' }] },
    },
    {
      name: 'a protected address is spared as such, also where PRUNE would spare it',
      input: {
        invitations: [invitation('ada')],
        rules: planRules({ isProtected: () => true, prune: 'none' }),
      },
      changes: [],
      also: { spared: [{ email: email('ada'), reason: 'protected' }] },
    },
    {
      name: 'protection is for those who left the roster: an entry is replaced like any other',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('ada')],
        rules: planRules({ isProtected: () => true }),
      },
      changes: ['replace ada changed, [id-ada] 1 live, role, mail 1'],
      also: { spared: [] },
    },
    {
      name: 'PRUNE managed cancels only what the ledger knows',
      input: {
        invitations: [invitation('ada'), invitation('bob')],
        ledger: ledgerOf({ ada: {} }),
        rules: planRules({ prune: 'managed' }),
      },
      changes: ['delete ada not_in_roster, [id-ada] 1 live'],
      also: { spared: [{ email: email('bob'), reason: 'prune' }] },
    },
    {
      name: 'PRUNE none cancels nothing that merely left the roster, but still replaces',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('cyd'), invitation('ada'), invitation('bob')],
        rules: planRules({ prune: 'none' }),
      },
      changes: ['replace ada changed, [id-ada] 1 live, role, mail 1'],
      also: { spared: ['bob', 'cyd'].map((name) => ({ email: email(name), reason: 'prune' })) },
    },
    {
      name: 'F57 members and those who left long ago are forgotten; who left lately and may come back is not',
      input: {
        entries: [entry('ada'), entry('eve')],
        invitations: [invitation('bob')],
        members: [member('dee'), member('eve')],
        moving: [email('fay')],
        ledger: ledgerOf({
          ada: { lastSentAt: LONG_AGO },
          bob: { lastSentAt: LONG_AGO },
          cyd: { lastSentAt: LONG_AGO },
          dee: {},
          eve: {},
          fay: { lastSentAt: LONG_AGO },
          gus: {},
        }),
      },
      changes: ['delete bob not_in_roster, [id-bob] 1 live', 'create ada not_invited, mail 2'],
      also: {
        forgotten: [email('cyd'), email('dee'), email('eve')],
        unlistedMembers: [{ email: email('dee'), role: 'user' }],
      },
    },
  ])('$name', expectPlan);
});

describe('the changes', () => {
  it.each<PlanCase>([
    {
      name: 'deletes come first, then replaces, then creates, each by address',
      input: {
        entries: ['ada', 'bob', 'cyd', 'dee'].map((name) => entry(name, access({ role: 'billing' }))),
        invitations: ['bob', 'ada', 'fay', 'eve'].map((name) => invitation(name)),
      },
      changes: [
        'delete eve not_in_roster, [id-eve] 1 live',
        'delete fay not_in_roster, [id-fay] 1 live',
        'replace ada changed, [id-ada] 1 live, role, mail 1',
        'replace bob changed, [id-bob] 1 live, role, mail 1',
        'create cyd not_invited, mail 1',
        'create dee not_invited, mail 1',
      ],
      also: { liveInvitations: 4 },
    },
    {
      name: 'F51 a changed address is a delete and a create',
      input: { entries: [entry('ada.new')], invitations: [invitation('ada')] },
      changes: ['delete ada not_in_roster, [id-ada] 1 live', 'create ada.new not_invited, mail 1'],
    },
  ])('$name', expectPlan);
});
