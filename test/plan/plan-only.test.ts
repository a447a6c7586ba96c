import { describe, expect, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import { unknownAddresses } from '../../lib/plan/only.ts';
import { access, DAY_MS, email, entry, invitation, member, NOW } from '../support/build.ts';
import { expectPlan, ledgerOf, OLD, type PlanCase } from './plan-case.ts';

const asked = (name: string, event = 'event1') => new Map([[email(name), event]]);
/** Mailed an hour ago, as often as allowed. */
const CAPPED = {
  count: 3,
  lastSentAt: new Date(NOW - DAY_MS / 24).toISOString(),
  accessDigest: accessDigest(access()),
  invitationId: 'id-ada',
};

describe('a plan for some addresses only', () => {
  it.each<PlanCase>([
    {
      name: 'has nobody else, in whatever list',
      input: {
        entries: ['ada', 'bob', 'cyd', 'dee'].map((name) => entry(name)),
        invitations: [invitation('cyd'), invitation('eve'), invitation('fay')],
        members: [member('dee'), member('gus')],
        only: new Set([email('ada'), email('eve')]),
      },
      changes: ['delete eve not_in_roster, [id-eve] 1 live', 'create ada not_invited, mail 1'],
      also: { kept: [], members: [], unlistedMembers: [], liveInvitations: 3 },
    },
    {
      name: 'still forgets whom a whole plan would forget, and nobody else',
      input: {
        entries: [entry('ada'), entry('bob')],
        members: [member('bob')],
        ledger: ledgerOf({ ada: {}, bob: {} }),
        only: new Set([email('ada')]),
      },
      changes: ['create ada not_invited, mail 2'],
      also: { forgotten: [email('bob')] },
    },
  ])('$name', expectPlan);
});

describe('an invitation that somebody asked to send again', () => {
  it.each<PlanCase>([
    {
      name: 'takes the place of the live one, past cool-down and cap',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada'), invitation('ada', { id: 'old', createdAt: OLD })],
        ledger: ledgerOf({ ada: CAPPED }),
        resend: asked('ada'),
      },
      changes: ['replace ada resend, [id-ada old] 1 live, no fields, mail 4'],
    },
    {
      name: 'takes the place of an expired one, past cool-down and cap',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada', { createdAt: OLD })],
        ledger: ledgerOf({ ada: CAPPED }),
        resend: asked('ada'),
      },
      changes: ['replace ada resend, [id-ada] 0 live, no fields, mail 4'],
    },
    {
      name: 'is a first one where there is none',
      input: { entries: [entry('ada')], ledger: ledgerOf({ ada: CAPPED }), resend: asked('ada') },
      changes: ['create ada resend, mail 4'],
    },
    {
      name: 'is not sent again for the same event',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada')],
        ledger: ledgerOf({ ada: { ...CAPPED, resend: 'event1' } }),
        resend: asked('ada'),
      },
      changes: [],
      also: { keep: 1 },
    },
    {
      name: 'is sent again for another event',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada')],
        ledger: ledgerOf({ ada: { ...CAPPED, resend: 'event1' } }),
        resend: asked('ada', 'event2'),
      },
      changes: ['replace ada resend, [id-ada] 1 live, no fields, mail 4'],
    },
    {
      name: 'is not sent to a member, nor to whom the list was changing for',
      input: {
        entries: [entry('ada'), entry('bob')],
        members: [member('ada')],
        moving: [email('bob')],
        resend: new Map([...asked('ada'), ...asked('bob')]),
      },
      changes: [],
      also: { member: 1, moving: [{ email: email('bob') }] },
    },
  ])('$name', expectPlan);
});

describe('unknownAddresses', () => {
  const entries = new Map([[email('ada'), { ...entry('ada'), line: 2 }]]);
  const current = {
    invitations: [invitation('bob')],
    members: [member('cyd')],
    moving: [email('dee')],
  };
  const unknown = (resend: boolean): string[] =>
    unknownAddresses(['ada', 'bob', 'cyd', 'dee', 'adda'].map(email), resend, entries, current).map(
      ({ message }) => message.slice(0, message.indexOf(',')),
    );

  it('are those of whom nothing is known', () => {
    expect(unknown(false)).toEqual(['"adda@example.com" is neither in the roster']);
  });

  it('are for a resend also those without a row, whose invitation a plan would cancel', () => {
    expect(unknown(true)).toEqual([
      '"bob@example.com" is not in the roster',
      '"dee@example.com" is not in the roster',
      '"adda@example.com" is neither in the roster',
    ]);
  });
});
