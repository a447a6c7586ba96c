import { describe, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import { access, email, entry, invitation } from '../support/build.ts';
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
      also: { moving: [email('ada'), email('bob')] },
    },
  ])('$name', expectPlan);
});
