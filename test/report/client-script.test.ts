/** The pages in a browser that runs their script: how a person searches a table. */

import { describe, expect, it } from '@jest/globals';
import type { HTMLButtonElement, HTMLFormElement, HTMLInputElement, HTMLSelectElement } from 'happy-dom';
import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { hostileRecord } from '../support/report-hostile.ts';
import {
  fileText,
  type OpenPage,
  one,
  openPage,
  shownRows,
  tableData,
  textsOf,
} from '../support/report-page.ts';
import { changesOf, planRecord } from '../support/report-records.ts';

/** 5 deletes, 25 replaces and 220 creates, then 5 people who are left alone. */
const RECORD = planRecord(changesOf(250), {}, { maxChangePercent: 100 });
const htmlOf = (record: PlanRecord): string => fileText(planFiles(record), 'plan.html');

/** What a person sees and does in one table. */
const tableOf = ({ window, document, settle }: OpenPage, id = 'changes') => {
  const section = one(document, `#${id}`);
  const control = <T>(name: string): T => one(section, `[name="${id}.${name}"]`) as T;
  const happens = async (target: ReturnType<typeof one>, event: string): Promise<void> => {
    target.dispatchEvent(new window.Event(event, { bubbles: true, cancelable: true }));
    await settle();
  };
  const button = (className: string) => one(section, `.${className}`) as HTMLButtonElement;
  return {
    rows: () => shownRows(document, id),
    addresses: () => textsOf(section.querySelectorAll('td.email')),
    status: () => one(section, '.status').textContent,
    pages: () => one(section, '.pages').textContent,
    options: (key: string) => textsOf(control<HTMLSelectElement>(key).options),
    value: (key: string) => control<HTMLInputElement | HTMLSelectElement>(key).value,
    isHidden: (selector: string) => one(section, selector).hasAttribute('hidden'),
    isDisabled: (className: string) => button(className).disabled,
    async choose(key: string, value: string) {
      const select = control<HTMLSelectElement>(key);
      select.value = value;
      await happens(select, 'change');
    },
    async search(text: string) {
      const input = control<HTMLInputElement>('q');
      input.value = text;
      await happens(input, 'input');
    },
    async goTo(page: string) {
      const input = control<HTMLInputElement>('page');
      input.value = page;
      await happens(input, 'change');
    },
    async press(className: string) {
      button(className).click();
      await settle();
    },
    async clear() {
      (one(section, 'form') as HTMLFormElement).reset();
      await settle();
    },
  };
};

const openTable = async (record = RECORD, hash = '', id = 'changes') => {
  const page = await openPage(htmlOf(record), hash);
  return { ...page, table: tableOf(page, id) };
};

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

describe('the view in the address', () => {
  it('is written while somebody searches', async () => {
    const { table, window } = await openTable();
    await table.choose('action', 'create');
    await table.search('person & co');
    await table.search('person');
    await table.goTo('2');
    expect(Object.fromEntries(new URLSearchParams(window.location.hash.slice(1)))).toEqual({
      'changes.action': 'create',
      'changes.q': 'person',
      'changes.page': '2',
    });
  });

  it('is shown when the page is opened with it', async () => {
    const { table } = await openTable(RECORD, '#changes.action=create&changes.q=person&changes.page=3');
    expect(table.status()).toBe('201–220 of 220 matches, out of 255 rows');
    expect([table.value('action'), table.value('q')]).toEqual(['create', 'person']);
  });

  it('falls back to everything for a choice that is not there', async () => {
    const { table, document } = await openTable(RECORD, '#changes.action=explode&changes.page=none');
    expect(table.status()).toBe('1–100 of 255 rows');
    const select = one(document, '[name="changes.action"]') as HTMLSelectElement;
    expect(textsOf(select.selectedOptions)).toEqual(['All']);
  });

  it('follows the links to people that the plan leaves alone', async () => {
    const { table, window, document, settle } = await openTable();
    const links = [...document.querySelectorAll('[aria-labelledby="asides-heading"] a')];
    expect(textsOf(links)).toEqual(['2 invitations', '1 member', '1 member', '1 invitation']);
    const shown: unknown[] = [];
    for (const link of links) {
      window.location.hash = link.getAttribute('href') ?? '';
      await settle();
      shown.push(table.addresses());
    }
    expect(shown).toEqual([
      ['lorna@example.com', 'marek@example.com'],
      ['nadia@example.com'],
      ['oskar@example.com'],
      ['break-glass@example.com'],
    ]);
  });

  it('is kept for each table of a page', async () => {
    const page = await openPage(htmlOf(hostileRecord()));
    const issues = tableOf(page, 'issues');
    const changes = tableOf(page);
    await issues.search('cmd');
    await changes.choose('action', 'drift');
    expect(issues.rows()).toHaveLength(2);
    const hash = new URLSearchParams(page.window.location.hash.slice(1));
    expect([...hash.keys()].sort()).toEqual(['changes.action', 'issues.q']);
    await issues.clear();
    expect(page.window.location.hash).toBe('#changes.action=drift');
    expect(changes.value('action')).toBe('drift');
  });
});

describe('the copy button', () => {
  const record = planRecord(changesOf(2000));

  it('copies the command exactly', async () => {
    const { window, document, settle } = await openPage(htmlOf(record));
    const button = one(document, 'button.copy') as HTMLButtonElement;
    expect(button.hasAttribute('hidden')).toBe(false);
    button.click();
    await settle();
    expect(await window.navigator.clipboard.readText()).toBe(record.approveCommand);
    expect(button.textContent).toBe('Copied');
  });

  it('selects the command where the browser does not let it copy', async () => {
    const { window, document, settle } = await openPage(htmlOf(record));
    window.navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    const button = one(document, 'button.copy') as HTMLButtonElement;
    button.click();
    await settle();
    expect(button.textContent).toBe('Selected: copy it with your keyboard');
    expect(window.getSelection()?.toString()).toBe(record.approveCommand);
  });
});
