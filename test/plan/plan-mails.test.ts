import { describe, it } from '@jest/globals';
import { access, DAY_MS, email, entry, invitation, NOW } from '../support/build.ts';
import { expectPlan, ledgerOf, OLD, type PlanCase } from './plan-case.ts';

describe('an invitation expires', () => {
  it.each<PlanCase>([
    {
      name: 'F19/F20 an expired invitation is replaced, not taken for pending',
      input: { entries: [entry('ada')], invitations: [invitation('ada', { createdAt: OLD })] },
      changes: ['replace ada expired, [id-ada] 0 live, no fields, mail 1'],
      also: { liveInvitations: 0 },
    },
    {
      name: 'status_code 0 is expired as well',
      input: { entries: [entry('ada')], invitations: [invitation('ada', { active: false })] },
      changes: ['replace ada expired, [id-ada] 0 live, no fields, mail 1'],
    },
    {
      name: 'exactly as old as allowed is still live',
      input: { entries: [entry('ada')], invitations: [invitation('ada', { createdAt: NOW - 7 * DAY_MS })] },
      changes: [],
      also: { keep: 1 },
    },
    {
      name: 'a moment older than allowed is expired',
      input: {
        entries: [entry('ada')],
        invitations: [invitation('ada', { createdAt: NOW - 7 * DAY_MS - 1 })],
      },
      changes: ['replace ada expired, [id-ada] 0 live, no fields, mail 1'],
    },
    {
      name: 'an invitation whose age Fastly does not tell is live',
      input: { entries: [entry('ada')], invitations: [invitation('ada', { createdAt: undefined })] },
      changes: [],
      also: { keep: 1, liveInvitations: 1 },
    },
    {
      name: 'all expired invitations of a person are replaced by one, after the cool-down',
      input: {
        entries: [entry('ada')],
        invitations: [
          invitation('ada', { id: 'b', createdAt: OLD }),
          invitation('ada', { id: 'a', active: false }),
        ],
        ledger: ledgerOf({ ada: { count: 2 } }),
      },
      changes: ['replace ada expired, [a b] 0 live, no fields, mail 3'],
    },
  ])('$name', expectPlan);
});

describe('how often and how soon somebody is mailed', () => {
  it.each<PlanCase>([
    {
      name: 'what differs is replaced without a cool-down: the roster asked for it',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('ada')],
        ledger: ledgerOf({ ada: { count: 2, lastSentAt: new Date(NOW).toISOString() } }),
      },
      changes: ['replace ada changed, [id-ada] 1 live, role, mail 3'],
    },
    {
      name: 'F57 nor is somebody mailed for ever whose role flips: what is live stays',
      input: {
        entries: [entry('ada', access({ role: 'billing' }))],
        invitations: [invitation('ada')],
        ledger: ledgerOf({ ada: { count: 3, lastSentAt: new Date(NOW).toISOString() } }),
      },
      changes: [],
      also: { waiting: [{ email: email('ada'), reason: 'given_up' }] },
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
        waiting: [
          { email: email('ada'), reason: 'cooling_down', until: new Date(NOW + DAY_MS).toISOString() },
        ],
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
      changes: ['create new not_invited, mail 1'],
    },
    {
      name: 'after the cool-down the person is invited again',
      input: {
        entries: [entry('ada')],
        ledger: ledgerOf({ ada: { count: 2, lastSentAt: new Date(NOW - 7 * DAY_MS).toISOString() } }),
      },
      changes: ['create ada not_invited, mail 3'],
    },
    {
      name: 'somebody whose replace was cut off is not left to the cool-down',
      input: {
        entries: [entry('ada')],
        ledger: ledgerOf({ ada: { lastSentAt: new Date(NOW).toISOString(), interrupted: true } }),
      },
      changes: ['create ada interrupted, mail 2'],
    },
  ])('$name', expectPlan);
});
