import { describe, expect, it } from '@jest/globals';
import { hostileRecord } from '../support/report-hostile.ts';
import { one, tableData, textsOf } from '../support/report-page.ts';
import { changesOf, planRecord } from '../support/report-records.ts';
import { openTable } from '../support/report-table.ts';

describe('a table', () => {
  it('starts with its first hundred rows, and offers its controls', async () => {
    const { document, table } = await openTable();
    expect(table.status()).toBe('1–100 of 255 rows');
    expect(table.addresses()).toEqual(
      tableData(document, 'changes')
        .rows.slice(0, 100)
        .map((row) => row[2]),
    );
    expect(table.rows()[0]?.slice(0, 4)).toEqual([
      'Delete',
      '',
      'person-000007@example.com',
      'Not in the roster',
    ]);
    const titles = textsOf(document.querySelectorAll('#changes th'));
    const labels = [...one(document, '#changes tbody tr').children].map((cell) =>
      cell.getAttribute('data-label'),
    );
    expect(labels).toEqual(titles);
    expect(table.isHidden('form')).toBe(false);
    expect(table.isHidden('.pager')).toBe(false);
  });

  it('counts the rows of every choice, in the order of the labels, and leaves out what does not occur', async () => {
    const { table } = await openTable();
    expect(table.options('action')).toEqual([
      'All',
      'Delete (5)',
      'Replace (25)',
      'Create (220)',
      'Waiting (2)',
      'Role differs (1)',
      'Unlisted member (1)',
      'Spared (1)',
    ]);
    expect(table.options('held')).toEqual(['All']);
  });

  it('shows the rows of a choice, of several choices at once, and all of them again', async () => {
    const { table, window } = await openTable();
    await table.choose('action', 'replace');
    expect(table.status()).toBe('1–25 of 25 matches, out of 255 rows');
    await table.choose('reason', 'expired');
    expect(table.status()).toBe('1–12 of 12 matches, out of 255 rows');
    for (const [action, , , reason] of table.rows())
      expect([action, reason]).toEqual(['Replace', 'Invitation expired']);
    expect(table.isHidden('.pager')).toBe(true);
    await table.choose('action', 'delete');
    expect(table.status()).toBe('No match, out of 255 rows');
    expect(table.rows()).toEqual([]);
    await table.clear();
    expect(table.status()).toBe('1–100 of 255 rows');
    expect([table.value('action'), table.value('reason'), window.location.hash]).toEqual(['', '', '']);
  });

  it.each([
    ['part of an address', '000007', ['person-000007@example.com']],
    ['capitals and blanks around', '  LORNA@ ', ['lorna@example.com']],
    ['words in any order, of several columns', 'superuser nadia', ['nadia@example.com']],
    ['what is shown instead of a code', 'mailed too recently', ['lorna@example.com']],
    ['words that never occur in one row', 'lorna nadia', []],
  ])('finds %s', async (_name, text, addresses) => {
    const { table } = await openTable();
    await table.search(text);
    expect(table.addresses()).toEqual(addresses);
  });

  it('searches within what was chosen', async () => {
    const { table } = await openTable();
    await table.choose('action', 'delete');
    await table.search('person-00000');
    expect(table.addresses()).toEqual(['person-000007@example.com']);
    expect(table.status()).toBe('1–1 of 1 match, out of 255 rows');
  });

  it('turns its pages, and stays within them', async () => {
    const { table, document } = await openTable();
    const all = tableData(document, 'changes').rows.map((row) => row[2]);
    const at = () => [
      table.value('page'),
      table.status(),
      table.isDisabled('previous'),
      table.isDisabled('next'),
    ];
    expect(at()).toEqual(['1', '1–100 of 255 rows', true, false]);
    expect(table.pages()).toBe('of 3');
    await table.press('next');
    expect(at()).toEqual(['2', '101–200 of 255 rows', false, false]);
    await table.press('next');
    expect(at()).toEqual(['3', '201–255 of 255 rows', false, true]);
    expect(table.addresses()).toEqual(all.slice(200));
    await table.press('previous');
    expect(table.addresses()).toEqual(all.slice(100, 200));
    for (const [asked, shown] of [
      ['99', '3'],
      ['-1', '1'],
      ['2.7', '2'],
      ['', '1'],
    ] as const) {
      await table.goTo(asked);
      expect(table.value('page')).toBe(shown);
    }
  });

  it('goes back to its first page when the search changes', async () => {
    const { table } = await openTable();
    await table.goTo('3');
    await table.choose('action', 'create');
    expect(table.status()).toBe('1–100 of 220 matches, out of 255 rows');
  });

  it('does not leave the page when the search is sent off', async () => {
    const { window, document } = await openTable();
    const event = new window.Event('submit', { cancelable: true });
    one(document, '#changes form').dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
  });

  it('shows hostile cells as text', async () => {
    const record = hostileRecord();
    const { table, document } = await openTable(record);
    expect(table.addresses()).toEqual(record.changes.slice(0, 100).map(({ email }) => email));
    for (const cell of document.querySelectorAll('.table td')) expect(cell.children).toHaveLength(0);
    expect(document.querySelectorAll('script')).toHaveLength(3);
  });
});

describe('printing', () => {
  it.each([
    { changes: 250, rows: 255, status: '255 of 255 rows' },
    {
      changes: 2000,
      rows: 1000,
      status: 'The first 1,000 of 2,005 rows; all of them are in plan.csv.',
    },
  ])('$changes changes: $rows rows, and afterwards the page as before', async ({ changes, rows, status }) => {
    const { window, table } = await openTable(planRecord(changesOf(changes), {}, { maxChangePercent: 100 }));
    const before = table.status();
    window.dispatchEvent(new window.Event('beforeprint'));
    expect(table.rows()).toHaveLength(rows);
    expect(table.status()).toBe(status);
    window.dispatchEvent(new window.Event('afterprint'));
    expect(table.rows()).toHaveLength(100);
    expect(table.status()).toBe(before);
  });

  it('prints what was searched for', async () => {
    const { window, table } = await openTable();
    await table.choose('action', 'delete');
    window.dispatchEvent(new window.Event('beforeprint'));
    expect(table.status()).toBe('5 of 255 rows');
  });
});
