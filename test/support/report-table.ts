/** One table of an open report page: what a person sees in it, and does with it. */

import type { HTMLButtonElement, HTMLFormElement, HTMLInputElement, HTMLSelectElement } from 'happy-dom';
import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { fileText, type OpenPage, one, openPage, shownRows, textsOf } from './report-page.ts';
import { changesOf, planRecord } from './report-records.ts';

/** 5 deletes, 25 replaces and 220 creates, then 5 people who are left alone. */
const RECORD = planRecord(changesOf(250), {}, { maxChangePercent: 100 });

export const planHtml = (record: PlanRecord): string => fileText(planFiles(record), 'plan.html');

/** Every action resolves when the page has settled. */
export const tableOf = ({ window, document, settle }: OpenPage, id = 'changes') => {
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

/** The table of changes on the page of a plan. `hash`: of the page's address, from `#` on. */
export const openTable = async (record: PlanRecord = RECORD, hash = '') => {
  const page = await openPage(planHtml(record), hash);
  return { ...page, table: tableOf(page) };
};
