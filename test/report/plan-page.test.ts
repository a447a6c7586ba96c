import { describe, expect, it } from '@jest/globals';
import type { Email } from '../../lib/domain/invitation.ts';
import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { hostileRecord } from '../support/report-hostile.ts';
import {
  fileText,
  one,
  parsePage,
  sectionNames,
  shownRows,
  tableData,
  textsOf,
  visibleText,
} from '../support/report-page.ts';
import { blockedRecord, changesOf, planRecord } from '../support/report-records.ts';

const pageOf = (record: PlanRecord) => parsePage(fileText(planFiles(record), 'plan.html'));

describe('plan.html', () => {
  it('leads with the account, what will happen, what is held and the command to release it', () => {
    const record = planRecord(
      changesOf(5000),
      {},
      { maxCreates: 10_000, maxReplaces: 1000, maxChangePercent: 100 },
    );
    const text = visibleText(pageOf(record));
    expect(text).toContain(
      '100 changes are held until somebody approves: cancel invitations of 100 people. The rest goes ahead: invite 4,400 people and replace invitations of 500 people.',
    );
    expect(text).toContain('100 deletes exceed the limit of 50');
    expect(text).toContain(record.approveCommand);
    expect(text).toContain('5,400 writes at Fastly, at most 1,000 an hour; done by 2026-11-23 15:00 UTC');
    expect(text).toContain('5,350 rows in rosters/acme.csv');
    for (const { guard, sentence } of record.guards) expect(text).toContain(`${guard} ${sentence}`);
    expect(text.indexOf('acme')).toBeLessThan(text.indexOf('100 changes are held'));
    expect(text.indexOf(record.approveCommand ?? '?')).toBeLessThan(text.indexOf('MAX_CREATES'));
  });

  it.each([
    ['in_sync', 'Nothing to do now: 1 waits until 2026-11-27 and 1 was mailed as often as allowed.'],
    [
      'enqueued',
      'This run will invite 10 people, replace invitations of 1 person and cancel invitations of 1 person.',
    ],
    ['planned', 'If applied, this plan will invite 10 people, replace'],
    ['changed', 'no longer the one that was reviewed'],
    ['held', 'Nothing has been changed so far.'],
  ] as const)('says in a sentence that a plan is %s', (status, sentence) => {
    const changes = status === 'in_sync' ? [] : changesOf(12);
    const mode = status === 'planned' || status === 'held' ? 'plan' : 'apply';
    expect(visibleText(pageOf(planRecord(changes, { status, mode })))).toContain(sentence);
  });

  it('counts whom it leaves alone', () => {
    const moving = ['ada', 'bob'].map((name) => ({ email: `${name}@example.com` as Email }));
    const text = visibleText(pageOf(planRecord([], { moving })));
    expect(text).toContain("2 people for whom Fastly's list was changing while it was read.");
    expect(text).toContain('1 member with another role than the roster says.');
  });

  it('calls only that in sync where nobody waits', () => {
    const noChange = { status: 'in_sync', mode: 'apply' } as const;
    const record = planRecord([], { ...noChange, waiting: [] });
    const counts = { ...record.counts, waiting: 0 };
    const inSync = visibleText(pageOf({ ...record, counts }));
    expect(inSync).toContain('In sync');
    expect(inSync).toContain('Fastly already matches the roster.');
    const moving = [{ email: 'kim@example.com' as Email }];
    const waits = visibleText(pageOf(planRecord([], { ...noChange, waiting: [], moving })));
    expect(waits).not.toContain('In sync');
    expect(waits).toContain('Nothing to do now: 1 waits for the next run.');
  });

  it('says that tripped guards were approved when nothing is held any more', () => {
    const { approval, approveCommand, ...record } = planRecord(changesOf(2000));
    expect(visibleText(pageOf({ ...record, held: [], status: 'enqueued' }))).toContain('Tripped, approved');
    expect(visibleText(pageOf(planRecord(changesOf(2000))))).not.toContain('Tripped, approved');
  });

  it('shows all problems of a blocked plan with line and column, before anything else', () => {
    const record = blockedRecord(40);
    const page = pageOf(record);
    expect(visibleText(page)).toContain('nothing will be until 40 problems are solved');
    expect(shownRows(page, 'issues')).toEqual(
      record.issues.map(({ line, column, message, code }) => [String(line), column, message, code]),
    );
    expect(sectionNames(page)).toEqual(['issues', 'about', 'warnings']);
  });

  it('is readable without scripts: the first 200 rows and where the others are', () => {
    const record = planRecord(changesOf(10_000));
    const page = pageOf(record);
    const rows = shownRows(page, 'changes');
    expect(rows).toHaveLength(200);
    expect(rows[0]?.slice(0, 4)).toEqual([
      'Delete',
      'Held',
      'person-000007@example.com',
      'Not in the roster',
    ]);
    expect(visibleText(page)).toContain('The first 200 of 10,005 rows.');
  });

  it('shows hostile cells as text, in the rows and in the data', () => {
    const record = hostileRecord();
    const page = pageOf(record);
    // Two tables' data and the page's own script.
    expect(page.querySelectorAll('script')).toHaveLength(3);
    for (const cell of page.querySelectorAll('.table td')) expect(cell.children).toHaveLength(0);
    expect(page.querySelectorAll('img')).toHaveLength(0);
    const emails = record.changes.map(({ email }) => email);
    const { rows } = tableData(page, 'changes');
    expect(rows.slice(0, emails.length).map((row) => row[2])).toEqual(emails);
    expect(shownRows(page, 'changes').map((row) => row[2])).toEqual(emails.slice(0, 200));
    expect(tableData(page, 'issues').rows).toEqual(
      record.issues.map(({ line, column, message, code }) => [String(line), column, message, code]),
    );
  });

  it('spells out characters that disguise an address', () => {
    const record = planRecord([], {
      spared: [{ email: 'ann\u200b\u202egro.elpmaxe@' as Email, reason: 'prune' }],
    });
    expect(shownRows(pageOf(record), 'changes').at(-1)?.[2]).toBe('ann[U+200B][U+202E]gro.elpmaxe@');
  });

  it('names look-alikes, with what can be told apart', () => {
    const changes = changesOf(1, () => 'ad\u0430@example.com');
    const email = 'ad\u0430@example.com' as Email;
    const record = planRecord(changes, {
      lookAlikes: [{ email, reason: 'person', resembles: 'ada@example.com' }],
    });
    const page = pageOf(record);
    expect(one(page, '#look-alikes-heading').textContent).toBe('1 look-alike');
    expect(textsOf(page.querySelectorAll('[aria-labelledby="look-alikes-heading"] li'))).toEqual([
      'ad[U+0430]@example.com looks like ada@example.com, another person of the roster',
    ]);
    expect(tableData(page, 'changes').rows[0]?.at(-1)).toBe('looks like ada@example.com');
  });

  it('counts the rows that the mapping left out', () => {
    const leftOut = [
      { reason: 'Status: Suspended', rows: 1200 },
      { reason: 'Team: Press', rows: 1 },
    ];
    const about = one(pageOf(planRecord([], { leftOut })), '[aria-labelledby="about-heading"]').textContent;
    expect(about).toContain('1,200 (Status: Suspended), 1 (Team: Press)');
  });

  it('shows a hundred warnings of many', () => {
    const warnings = Array.from({ length: 3000 }, (_, index) => `warning ${index}.`);
    const page = pageOf(planRecord([], { warnings }));
    expect(one(page, '#warnings-heading').textContent).toBe('3,000 warnings');
    const list = page.querySelectorAll('[aria-labelledby="warnings-heading"] li');
    expect(textsOf(list)).toEqual(warnings.slice(0, 100));
  });
});
