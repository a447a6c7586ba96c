import { describe, expect, it } from '@jest/globals';
import type { HTMLSelectElement } from 'happy-dom';
import { hostileRecord } from '../support/report-hostile.ts';
import { one, openPage, textsOf } from '../support/report-page.ts';
import { openTable, planHtml, tableOf } from '../support/report-table.ts';

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
    const { table } = await openTable(undefined, '#changes.action=create&changes.q=person&changes.page=3');
    expect(table.status()).toBe('201–220 of 220 matches, out of 255 rows');
    expect([table.value('action'), table.value('q')]).toEqual(['create', 'person']);
  });

  it('falls back to everything for a choice that is not there', async () => {
    const { table, document } = await openTable(undefined, '#changes.action=explode&changes.page=none');
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
    const page = await openPage(planHtml(hostileRecord()));
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
