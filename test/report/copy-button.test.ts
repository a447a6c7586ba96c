import { describe, expect, it } from '@jest/globals';
import type { HTMLButtonElement } from 'happy-dom';
import { one, openPage } from '../support/report-page.ts';
import { changesOf, planRecord } from '../support/report-records.ts';
import { planHtml } from '../support/report-table.ts';

describe('the copy button', () => {
  const record = planRecord(changesOf(2000));

  it('copies the command exactly', async () => {
    const { window, document, settle } = await openPage(planHtml(record));
    const button = one(document, 'button.copy') as HTMLButtonElement;
    expect(button.hasAttribute('hidden')).toBe(false);
    button.click();
    await settle();
    expect(await window.navigator.clipboard.readText()).toBe(record.approveCommand);
    expect(button.textContent).toBe('Copied');
  });

  it('selects the command where the browser does not let it copy', async () => {
    const { window, document, settle } = await openPage(planHtml(record));
    window.navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    const button = one(document, 'button.copy') as HTMLButtonElement;
    button.click();
    await settle();
    expect(button.textContent).toBe('Selected: copy it with your keyboard');
    expect(window.getSelection()?.toString()).toBe(record.approveCommand);
  });
});
