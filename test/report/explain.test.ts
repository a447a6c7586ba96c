import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import type { Email } from '../../lib/domain/invitation.ts';
import { UNKNOWN_ADDRESS } from '../../lib/plan/only.ts';
import { explain, type PersonKnown } from '../../lib/report/explain.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { planRecord } from '../support/report-records.ts';

const email = 'kim@example.com' as Email;
const access = { role: 'engineer', limitServices: false, services: [] } as const;
const from = [{ role: 'user' }];

const create: Change = { action: 'create', email, line: 4, access, reason: 'not_invited', mailNumber: 1 };
const cancel: Change = {
  action: 'delete',
  email,
  invitationIds: ['i1'],
  from,
  reason: 'not_in_roster',
  live: 1,
};
const replace: Change = {
  action: 'replace',
  email,
  line: 4,
  access,
  invitationIds: ['i1'],
  from,
  reason: 'changed',
  fields: ['role'],
  live: 1,
  mailNumber: 2,
};

const about = (plan: PersonKnown['plan'], more: Partial<PersonKnown> = {}) =>
  explain({ email, plan, ledger: undefined, runs: [], others: [], ...more });

describe('what is so now', () => {
  it.each<[string, Partial<PlanRecord>, readonly Change[], Record<string, string>]>([
    [
      'somebody new',
      {},
      [create],
      {
        roster: 'line 4',
        fastly: 'neither a member nor invited',
        decision: 'invite, engineer: not invited yet',
      },
    ],
    [
      'another role',
      {},
      [replace],
      { fastly: 'invited', decision: 'send a new invitation, user → engineer: differs in role' },
    ],
    [
      'not in the roster any more',
      {},
      [cancel],
      { roster: 'not in it', decision: 'cancel the invitation, user: not in the roster' },
    ],
    ['an expired invitation', {}, [{ ...cancel, live: 0 }], { fastly: 'an expired invitation' }],
    [
      'kept',
      { kept: [{ email, line: 9, reason: 'as_sent' }] },
      [],
      { roster: 'line 9', fastly: 'invited', decision: 'nothing: invited exactly so' },
    ],
    [
      'waiting',
      { waiting: [{ email, line: 2, reason: 'cooling_down', until: '2026-11-30T10:00:00.000Z' }] },
      [],
      { decision: 'wait: mailed too recently, again from 2026-11-30 10:00 UTC' },
    ],
    [
      'given up',
      { waiting: [{ email, reason: 'given_up' }] },
      [],
      { decision: 'wait: mailed as often as allowed' },
    ],
    ['a member', { members: [{ email, line: 3 }] }, [], { fastly: 'a member', roster: 'line 3' }],
    [
      'a member with another role',
      { drift: [{ email, desired: 'engineer', actual: 'user' }] },
      [],
      {
        fastly: 'a member as user',
        decision: 'nothing: the roster says engineer, but members are never changed',
      },
    ],
    [
      'a member without a row',
      { unlistedMembers: [{ email, role: 'user' }] },
      [],
      { roster: 'not in it', fastly: 'a member as user', decision: 'nothing: members are never touched' },
    ],
    [
      'shown differently',
      { shownDifferently: [{ email, fields: ['role'], sent: 'engineer', shown: 'user' }] },
      [],
      { fastly: 'invited as user' },
    ],
    ['moving', { moving: [{ email }] }, [], { fastly: 'changing just now' }],
    [
      'protected',
      { spared: [{ email, reason: 'protected' }] },
      [],
      { fastly: 'invited', decision: 'nothing: protected address (PROTECTED_EMAILS)' },
    ],
  ])('%s', (_name, more, changes, expected) => {
    expect(about(planRecord(changes, more))).toMatchObject({ unknown: false, ...expected });
  });

  it('names the guard that holds the change', () => {
    const record = planRecord([create], {}, { maxCreates: 0 });
    const held = record.changes.map((change) => ({ ...change, held: true as const }));
    expect(about({ ...record, changes: held }).decision).toBe(
      'invite, engineer: not invited yet; held: 1 create or re-invitation exceeds the limit of 0 (MAX_CREATES)',
    );
  });

  it.each([
    [{ problem: 'the account is in use' }, 'the account is in use'],
    [
      planRecord([], { issues: [{ code: 'empty_file', message: 'The roster is empty' }] }),
      'the plan is blocked: The roster is empty',
    ],
  ])('is not known where there is no plan', (plan, roster) => {
    expect(about(plan)).toMatchObject({ roster, fastly: 'not known now', decision: 'not known now' });
  });
});

describe('an address that nobody knows', () => {
  const nothing = planRecord([], { issues: [{ code: UNKNOWN_ADDRESS, message: 'is unknown' }] });
  const others = ['kin@example.com', 'kim@example.org', 'bob@example.com', 'kim@example.com'] as Email[];

  it('is told from one that is near', () => {
    expect(about(nothing, { others })).toMatchObject({
      unknown: true,
      roster: 'not in it',
      mails: 'none from here',
      wouldYouMean: ['kim@example.org', 'kin@example.com'],
    });
  });

  it('is none where something was sent or done before', () => {
    const ledger = {
      count: 2,
      firstSentAt: '2026-11-01T10:00:00.000Z',
      lastSentAt: '2026-11-09T10:00:00.000Z',
      accessDigest: '',
      generation: 1,
    };
    expect(about(nothing, { ledger })).toMatchObject({
      unknown: false,
      mails: '2 mails, the first 2026-11-01 10:00 UTC, the last 2026-11-09 10:00 UTC',
    });
  });
});

it.each<[string, Partial<PlanRecord>, PersonKnown['runs'][number]['outcome'], string]>([
  ['a plan', { mode: 'plan' }, undefined, '; only planned'],
  ['a job that waits', { mode: 'apply' }, undefined, '; not done yet'],
  [
    'a job that ended',
    { mode: 'apply' },
    { result: 'rejected', at: '2026-11-23T10:00:00.000Z', detail: 'no such domain' },
    '; rejected by Fastly at 2026-11-23 10:00 UTC: no such domain',
  ],
])('an earlier run says how it ended: %s', (_name, more, outcome, end) => {
  const record = planRecord([create], more);
  const { runs } = about(planRecord([]), { runs: [{ record, outcome }, { record: planRecord([]) }] });
  expect(runs).toEqual([
    { runId: record.runId, createdAt: record.createdAt, text: `invite, engineer: not invited yet${end}` },
  ]);
});
