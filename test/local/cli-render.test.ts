import { describe, expect, it } from '@jest/globals';
import type { RunReport } from '../../lib/state/run-report.ts';
import { waitingNote } from '../../local/cli/progress.ts';
import { renderOutcomes } from '../../local/cli/render-outcome.ts';
import { renderPlan } from '../../local/cli/render-plan.ts';
import type { Paint } from '../../local/cli/screen.ts';
import { changesOf, planRecord } from '../support/report-records.ts';

const unpainted: Paint = (_format, text) => text;

const lines = (record: Parameters<typeof renderPlan>[0]): string[] => [
  ...renderPlan(record, 'acme.csv', unpainted),
];

describe('the plan on the terminal', () => {
  it('shows a few changes of each kind, and how many there are', () => {
    const shown = lines(planRecord(changesOf(1000)));

    expect(shown.filter((line) => line.startsWith('+ create'))).toHaveLength(40);
    expect(shown).toContain('+ … and 840 more of this kind');
    expect(shown.filter((line) => line.startsWith('- delete'))).toHaveLength(20);
    expect(shown.length).toBeLessThan(130);
  });

  it('marks what is held, and says how to release exactly that', () => {
    const approveCommand = 'npm run sync -- --roster acme.csv --apply --approve sha256:00';
    const shown = lines(planRecord(changesOf(5000), { approveCommand }));

    expect(shown.find((line) => line.startsWith('- delete'))).toMatch(/held$/);
    expect(shown.find((line) => line.startsWith('Held'))).toContain('exceed');
    expect(shown.at(-1)).toBe(`  ${approveCommand}`);
  });

  it('names waiting people, drift, unlisted members and what is spared', () => {
    const email = 'kim@example.com' as never;
    const shown = lines(
      planRecord([], {
        waiting: [{ email, reason: 'cooling_down', until: '2026-11-30T10:00:00.000Z' }],
        drift: [{ email, desired: 'engineer', actual: 'user' }],
        unlistedMembers: [{ email, role: 'billing' }],
        spared: [{ email, reason: 'protected' }],
      }),
    );

    expect(shown.slice(0, 4)).toEqual([
      '. kim@example.com waits: mailed too recently, again from 2026-11-30 10:00 UTC',
      '. kim@example.com is a member as user, the roster says engineer: not changed',
      '. kim@example.com is a member as billing without a roster row: left alone',
      '. kim@example.com: protected address (PROTECTED_EMAILS)',
    ]);
  });

  it('says what a change takes and gives, how old what it cancels is, and that nothing can be done for who waits', () => {
    const email = 'kim@example.com' as never;
    const from = [
      {
        role: 'user',
        limitServices: false,
        createdAt: '2026-11-20T08:00:00.000Z',
        expiresAt: '2026-11-27T08:00:00.000Z',
      },
    ];
    const access = {
      role: 'engineer',
      limitServices: true,
      services: [{ id: 's1', permission: 'full' as const }],
    };
    const ids = { email, invitationIds: ['a'], from, live: 1 };
    const shown = lines(
      planRecord([
        { action: 'delete', reason: 'not_in_roster', ...ids },
        { action: 'replace', reason: 'changed', fields: ['role'], access, mailNumber: 1, ...ids },
      ]),
    );
    expect(shown[0]).toMatch(/user, 3 of 7 days old +not in the roster$/);
    expect(shown[1]).toContain('user → engineer, 1 service  differs in role');
    expect(shown.find((line) => line.startsWith('Plan'))).toMatch(/310 members, 2 waiting$/);
    expect(lines(planRecord([], { status: 'in_sync' }))).toContain(
      'Nothing to do now: 1 waits until 2026-11-27 and 1 was mailed as often as allowed.',
    );
  });

  it('calls guards approved when nothing is held any more', () => {
    const { held: _held, ...record } = planRecord(changesOf(2000));
    const guards = lines({ ...record, held: [] }).filter((line) => line.endsWith(': approved'));
    expect(guards).not.toEqual([]);
  });

  it('names look-alikes, with what can be told apart', () => {
    const email = 'ad\u0430.winter@example.com' as never;
    const lookAlikes = [
      { email, reason: 'leaver', resembles: 'ada.winter@example.com' },
      { email, reason: 'domain', resembles: 'example.org' },
    ] as const;

    expect(lines(planRecord([], { lookAlikes })).filter((line) => line.startsWith('?'))).toEqual([
      '? ad[U+0430].winter@example.com looks like ada.winter@example.com, who is at Fastly and not in the roster',
      '? ad[U+0430].winter@example.com looks like example.org, the domain of at least ten people',
    ]);
  });

  it('lets nothing from elsewhere command the terminal', () => {
    const hostile = changesOf(20, (index) => `\u001b[2J\u009b1m\u202e${index}@example.com`);

    expect(lines(planRecord(hostile)).join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('the outcomes on the terminal', () => {
  it('name everybody who is left to a person, with the reason', () => {
    const email = 'kim@example.com' as never;
    const report: RunReport = {
      version: 1,
      account: 'acme',
      runId: 'run',
      generation: 1,
      startedAt: '2026-11-23T10:00:00.000Z',
      finishedAt: '2026-11-23T11:03:00.000Z',
      durationSeconds: 3780,
      counts: { created: 1, rejected: 1, failed: 0 },
      outcomes: [
        { action: 'create', email: 'lee@example.com' as never, reason: 'not_invited', result: 'created' },
        {
          action: 'create',
          email,
          reason: 'not_invited',
          result: 'rejected',
          detail: 'the domain is not allowed',
        },
      ],
      held: [],
      leftOut: [],
      waiting: [],
    };

    expect([...renderOutcomes(report, 2, unpainted)]).toEqual([
      'Done    2 jobs in 1 hour 3 minutes: 1 created, 1 rejected by Fastly',
      '! create kim@example.com: rejected by Fastly: the domain is not allowed',
    ]);
  });
});

describe('the line about waiting', () => {
  const until = Date.parse('2026-11-23T14:00:01Z');

  it.each([
    ['the same day', '2026-11-23T16:00:00Z', 'quota used up until 14:00, finish 16:00 UTC'],
    ['a later day', '2026-11-27T16:00:00Z', 'quota used up until 14:00, finish 11-27 16:00 UTC'],
  ])('names the expected end on %s', (_name, finish, note) => {
    expect(waitingNote('quota used up', until, Date.parse(finish))).toBe(note);
  });

  it('fits into 80 columns, also of 100,000 jobs', () => {
    const note = waitingNote('quota used up', until, Date.parse('2026-11-27T16:00:00Z'));
    expect(`99,999 of 100,000 jobs done; ${note}`.length).toBeLessThanOrEqual(80);
  });
});
