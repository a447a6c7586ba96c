import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { finishedPlanFile } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import {
  fileText,
  one,
  parsePage,
  sectionNames,
  shownRows,
  tableData,
  tileCounts,
  visibleText,
} from '../support/report-page.ts';
import { changesOf, planRecord, runReport } from '../support/report-records.ts';

const OPEN = { maxCreates: 100_000, maxReplaces: 100_000, maxDeletes: 100_000, maxChangePercent: 100 };
const reportOf = (count: number, more: Partial<RunReport> = {}): RunReport =>
  runReport(planRecord(changesOf(count), {}, OPEN), more);
const csvOf = (report: RunReport): Record<string, string>[] =>
  parse(fileText(runFiles(report), 'report.csv'), { columns: true });
const pageOf = (report: RunReport) => parsePage(fileText(runFiles(report), 'report.html'));

const allOf = (result: string, count: number): RunReport => {
  const report = reportOf(count);
  const outcomes = report.outcomes.map((outcome) => ({ ...outcome, result }));
  return { ...report, outcomes, counts: { created: 0, [result]: count } };
};

describe('report.json', () => {
  it('is the report itself', () => {
    const report = reportOf(1000);
    expect(JSON.parse(fileText(runFiles(report), 'report.json'))).toEqual(report);
  });
});

describe('report.csv', () => {
  it('has a row per job, then those who wait', () => {
    const report = reportOf(300);
    expect(csvOf(report)).toEqual([
      ...report.outcomes.map(({ action, email, role = '', reason, result, at = '', detail = '' }) => ({
        action,
        email,
        role,
        reason,
        result,
        at,
        wait_until: '',
        detail,
      })),
      ...report.waiting.map(({ email, reason, until = '' }) => ({
        action: 'waiting',
        email,
        role: '',
        reason,
        result: '',
        at: '',
        wait_until: until,
        detail: '',
      })),
    ]);
  });
});

describe('report.html', () => {
  it('lists what needs a person before everything else, with the details', () => {
    const report = reportOf(1000);
    const page = pageOf(report);
    const wanted = new Set(['rejected', 'failed', 'unknown']);
    const open = report.outcomes.filter(({ result }) => wanted.has(result));
    expect(open.length).toBeGreaterThan(30);
    expect(
      tableData(page, 'attention').rows.map(([, email, , , result, detail]) => [email, result, detail]),
    ).toEqual(open.map(({ email, result, detail = '' }) => [email, result, detail]));
    expect(sectionNames(page)).toEqual(['advice', 'attention', 'about', 'outcomes']);
    expect(visibleText(page)).toContain(`${open.length} need a person. It took 3 hours 48 minutes.`);
    expect(visibleText(page)).toContain('Correct the roster row or the account');
  });

  it('tells who is left without an invitation, in page and CSV', () => {
    const report = reportOf(8);
    const [first, ...others] = report.outcomes;
    if (first === undefined) throw new Error('there are outcomes');
    const detail = 'POST /invitations: 422';
    const outcomes = [{ ...first, result: 'rejected', detail, interrupted: true as const }, ...others];
    const told = { ...report, outcomes, counts: { ...report.counts, rejected: 1 } };
    const page = pageOf(told);
    const shown = `The old invitation is cancelled, and no new one was sent. ${detail}`;
    expect(visibleText(page)).toContain('1 without any invitation: the old one is cancelled');
    expect(shownRows(page, 'attention')[0]).toContain(shown);
    expect(csvOf(told)[0]).toMatchObject({ detail: shown });
    expect(visibleText(pageOf(report))).not.toContain('without any invitation');
  });

  it.each([
    ['nothing to do', reportOf(0), 'There was nothing to carry out.'],
    ['one change', allOf('created', 1), 'The one change was carried out.'],
    ['all done', allOf('created', 8), 'All 8 changes were carried out.'],
    ['all already so', allOf('already_member', 8), 'Of 8 changes, 0 were carried out and 8 were already so.'],
    ['taken over', allOf('superseded', 1), 'Of 1 change, 0 were carried out and 1 was left to a newer run.'],
    ['one rejected', allOf('rejected', 1), 'Of 1 change, 0 were carried out and 1 needs a person.'],
  ])('says in a sentence how it went: %s', (_name, report, sentence) => {
    expect(visibleText(pageOf(report))).toContain(sentence);
  });

  it('warns of nothing when nothing needs a person', () => {
    const page = pageOf(allOf('created', 8));
    expect(visibleText(page)).toContain('Done');
    expect(sectionNames(page)).toEqual(['about', 'outcomes']);
  });

  it('shows what is still held, and its approval', () => {
    const report = runReport(planRecord(changesOf(400), {}, { ...OPEN, maxDeletes: 2 }));
    const text = visibleText(pageOf(report));
    expect(text).toContain('8 deletes: 8 deletes exceed the limit of 2');
    expect(text).toContain(report.approval);
  });

  it('shows a result that it does not know as it is', () => {
    const page = pageOf(allOf('postponed', 3));
    expect(tileCounts(page)).toMatchObject({ postponed: 3 });
    expect(shownRows(page, 'outcomes')[0]?.[4]).toBe('postponed');
  });

  it('shows hostile details as text', () => {
    const detail = '</script><script>alert("1")</script>';
    const report = reportOf(8);
    const outcomes = report.outcomes.map((outcome) => ({ ...outcome, detail }));
    const page = pageOf({ ...report, outcomes });
    expect(page.querySelectorAll('script')).toHaveLength(2);
    expect(shownRows(page, 'outcomes')[0]?.[5]).toBe(detail);
  });
});

describe('the plan of a run that is over', () => {
  it.each([
    ['all carried out', {}, 'Finished'],
    ['a part is held', { maxDeletes: 2 }, 'Waiting for approval'],
  ])('says so and leads to the report, as the report leads to the plan: %s', (_name, limits, status) => {
    const record = planRecord(changesOf(400), {}, { ...OPEN, ...limits });
    const report = runReport(record);
    const plan = parsePage(fileText([finishedPlanFile(record, report.finishedAt)], 'plan.html'));
    expect(visibleText(plan)).toContain(`Plan for Fastly invitations · ${status}`);
    expect(visibleText(plan)).toContain('This run was over by 2026-11-23 13:00 UTC: its report says');
    expect(one(plan, 'header a').getAttribute('href')).toBe('report.html');
    expect(one(pageOf(report), 'dd a').getAttribute('href')).toBe('plan.html');
  });
});

describe('the files of a run', () => {
  it.each([0, 40, 10_000])('tell the same numbers, with %i jobs', (count) => {
    const report = reportOf(count);
    const page = pageOf(report);
    const csv = csvOf(report);
    const { rows } = tableData(page, 'outcomes');
    expect(
      rows.map(([action, email, role, reason, result]) => [action, email, role, reason, result]),
    ).toEqual(csv.map(({ action, email, role, reason, result }) => [action, email, role, reason, result]));
    const tiles = tileCounts(page);
    const countOf = (wanted: string): number => csv.filter(({ result }) => result === wanted).length;
    expect(tiles).toMatchObject({
      Created: countOf('created'),
      Deleted: countOf('deleted'),
      Replaced: countOf('replaced'),
      'Rejected by Fastly': countOf('rejected'),
      Failed: countOf('failed'),
      Waiting: csv.filter(({ action }) => action === 'waiting').length,
    });
    for (const [result, total] of Object.entries(report.counts)) expect(countOf(result)).toBe(total);
  });

  it('can be read again', () => {
    for (const { content } of runFiles(reportOf(2000))) expect([...content]).toEqual([...content]);
  });
});
