import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { email } from '../support/build.ts';
import { hostileRecord } from '../support/report-hostile.ts';
import { fileText, parsePage, tableData, tileCounts } from '../support/report-page.ts';
import { blockedRecord, changesOf, planRecord } from '../support/report-records.ts';

const csvOf = (record: PlanRecord): Record<string, string>[] =>
  parse(fileText(planFiles(record), 'plan.csv'), { columns: true });

describe('plan.json', () => {
  it.each([
    ['a plan', planRecord()],
    ['a held plan', planRecord(changesOf(2000))],
    ['a blocked one', blockedRecord(40)],
    ['hostile cells', hostileRecord()],
  ])('is the record itself: %s', (_name, record) => {
    expect(JSON.parse(fileText(planFiles(record), 'plan.json'))).toEqual(record);
  });

  it('has a change per line', () => {
    const record = planRecord(changesOf(50));
    const lines = fileText(planFiles(record), 'plan.json').split('\n');
    for (const { email } of record.changes)
      expect(lines.filter((line) => line.includes(email))).toHaveLength(1);
  });
});

describe('plan.csv', () => {
  it('has everybody the plan says something about, in its order', () => {
    const record = planRecord(changesOf(60), {
      kept: [{ email: email('petra'), line: 7, reason: 'as_sent' }],
      members: [{ email: email('quinn'), line: 8 }],
    });
    const rows = csvOf(record);
    expect(rows.slice(-2)).toMatchObject([
      { reason: 'as_sent', line: '7' },
      { reason: 'accepted', line: '8' },
    ]);
    expect(rows.map(({ action, email }) => [action, email])).toEqual([
      ...record.changes.map(({ action, email }) => [action, email]),
      ...record.waiting.map(({ email }) => ['waiting', email]),
      ...record.drift.map(({ email }) => ['drift', email]),
      ...record.shownDifferently.map(({ email }) => ['shown_differently', email]),
      ...record.moving.map(({ email }) => ['moving', email]),
      ...record.unlistedMembers.map(({ email }) => ['unlisted_member', email]),
      ...record.spared.map(({ email }) => ['spared', email]),
      ...record.kept.map(({ email }) => ['keep', email]),
      ...record.members.map(({ email }) => ['member', email]),
    ]);
  });

  it('says everything about a change', () => {
    const rows = csvOf(planRecord(changesOf(60)));
    expect(rows.find(({ action }) => action === 'replace')).toMatchObject({
      email: 'person-000003@example.com',
      reason: 'changed',
      held: 'false',
      differs_in: 'role;services',
      role: 'user',
      limit_services: 'false',
      services: '',
      invitation_ids: '5Uk3hNqL0aZbT000003',
      from_role: 'billing',
      from_limit_services: 'false',
      from_services: '',
      invited_at: '2026-11-20T08:00:00.000Z',
      expires_at: '2026-11-27T08:00:00.000Z',
      mail_number: '2',
    });
    expect(rows.find(({ action }) => action === 'create')).toMatchObject({
      role: 'user',
      mail_number: '1',
      invitation_ids: '',
    });
    expect(rows.find(({ email }) => email === 'person-000001@example.com')).toMatchObject({
      role: 'engineer',
      limit_services: 'true',
      services: '6yrrdleXQ9QDtum9rMB0nr:read_only',
    });
  });

  it('says of whom Fastly shows something else than was sent, and for whom its list was changing', () => {
    const rows = csvOf({
      ...planRecord(changesOf(1)),
      shownDifferently: [
        { email: email('olga'), fields: ['role', 'roles'], sent: 'engineer', shown: 'user;r1' },
      ],
      moving: [{ email: email('pavel') }],
    });
    expect(rows.slice(-5)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'shown_differently',
          email: 'olga@example.com',
          differs_in: 'role;roles',
          role: 'engineer',
          shown_role: 'user;r1',
        }),
        expect.objectContaining({ action: 'moving', email: 'pavel@example.com' }),
      ]),
    );
  });

  it('says who waits until when, and which member has which other role', () => {
    const rows = csvOf(planRecord());
    expect(rows.find(({ reason }) => reason === 'cooling_down')).toMatchObject({
      wait_until: '2026-11-27T08:00:00.000Z',
    });
    expect(rows.find(({ action }) => action === 'drift')).toMatchObject({
      role: 'user',
      shown_role: 'superuser',
    });
  });

  it('says of each cancelled invitation what is known', () => {
    const from = [
      { role: 'engineer', limitServices: true, services: [{ id: 's1', permission: 'full' as const }] },
      { roles: ['r1', 'r2'], createdAt: '2026-11-20T08:00:00.000Z' },
    ];
    const record = planRecord([
      {
        action: 'delete',
        email: email('ada'),
        invitationIds: ['a', 'b'],
        from,
        reason: 'not_in_roster',
        live: 2,
      },
    ]);
    expect(csvOf(record)[0]).toMatchObject({
      from_role: 'engineer | r1;r2',
      from_limit_services: 'true | ',
      from_services: 's1:full | ',
      invited_at: ' | 2026-11-20T08:00:00.000Z',
    });
  });

  it('says what an address looks like', () => {
    const changes = changesOf(2);
    const email = changes[1]?.email as never;
    const lookAlikes = [{ email, reason: 'leaver', resembles: 'person-00001@example.com' }] as const;
    expect(
      csvOf(planRecord(changes, { lookAlikes }))
        .map((row) => row.looks_like)
        .slice(0, 2),
    ).toEqual(['', 'person-00001@example.com']);
  });

  it('writes IAM roles as in the roster', () => {
    const access = { roles: ['r1', 'r2'], limitServices: false, services: [] };
    const [change] = changesOf(1);
    const record = planRecord([{ ...change, access } as never]);
    expect(csvOf(record)[0]).toMatchObject({ role: 'r1;r2' });
  });

  it('lists the problems of a blocked roster', () => {
    const record = blockedRecord(3);
    expect(csvOf(record)).toMatchObject(
      record.issues.map(({ code, line, column, message }) => ({
        action: 'issue',
        reason: code,
        line: String(line),
        column,
        message,
      })),
    );
  });

  it('keeps hostile cells as data', () => {
    const record = hostileRecord();
    const rows = csvOf(record);
    expect(rows[0]?.email).toBe(record.changes[0]?.email.replace(/^(?=[=])/, "'"));
    for (const cell of rows.flatMap((row) => Object.values(row)))
      expect(cell).not.toMatch(/^[=+@＝＋－＠\t\r-]/);
  });
});

describe('the files of a plan', () => {
  it.each([0, 12, 10_000])('tell the same numbers, with %i changes', (count) => {
    const record = planRecord(changesOf(count));
    const page = parsePage(fileText(planFiles(record), 'plan.html'));
    const csv = csvOf(record);
    const json = JSON.parse(fileText(planFiles(record), 'plan.json')) as PlanRecord;
    const { rows } = tableData(page, 'changes');
    expect(rows.map(([action, held, email, reason]) => [action, held !== '', email, reason])).toEqual(
      csv.map(({ action, held, email, reason }) => [action, held === 'true', email, reason]),
    );
    const tiles = tileCounts(page);
    const countOf = (wanted: string): number => csv.filter(({ action }) => action === wanted).length;
    expect(tiles).toEqual({
      Create: countOf('create'),
      Replace: countOf('replace'),
      Delete: countOf('delete'),
      Held: json.changes.filter(({ held }) => held).length,
      Keep: json.counts.keep,
      Members: json.counts.member,
      Waiting: json.counts.waiting,
    });
    expect(json.counts).toMatchObject({
      create: tiles.Create,
      replace: tiles.Replace,
      delete: tiles.Delete,
    });
  });

  it('can be read again, in pieces that stay small', () => {
    for (const { name, content } of planFiles(planRecord(changesOf(10_000)))) {
      const pieces = [...content];
      // plan.md is never long, so that it is made at once.
      if (name !== 'plan.md') expect(pieces.length).toBeGreaterThan(20);
      for (const piece of pieces) expect(piece.length).toBeLessThan(64 * 1024);
      expect([...content]).toEqual(pieces);
    }
  });
});
