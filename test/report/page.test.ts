/** What holds for every page of every report: nothing from elsewhere, and usable by everybody. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  CSSMediaRule,
  type CSSRule,
  CSSStyleRule,
  type Document,
  type Element,
  type HTMLStyleElement,
} from 'happy-dom';
import { one, parsePage } from '../support/report-page.ts';
import { REPORT_PAGES } from '../support/report-pages.ts';

/** What a screen reader calls a control or a region. */
const nameOf = (page: Document, element: Element): string => {
  const heading = element.getAttribute('aria-labelledby');
  if (heading !== null) return one(page, `#${heading}`).textContent;
  if (element.localName === 'button') return element.textContent;
  // The text of the label itself, without that of the control in it.
  return element.getAttribute('aria-label') ?? element.closest('label')?.firstChild?.textContent ?? '';
};

const rulesOf = (page: Document): CSSRule[] => (one(page, 'style') as HTMLStyleElement).sheet?.cssRules ?? [];

/** The names of the colours that a theme defines: custom properties of the page's root. */
const coloursOf = (rules: readonly CSSRule[]): string[] => {
  const root = rules.find((rule) => rule instanceof CSSStyleRule && rule.selectorText === ':root');
  if (!(root instanceof CSSStyleRule)) throw new Error('there is no :root');
  return Array.from(root.style, String)
    .filter((name) => name.startsWith('--'))
    .sort();
};

describe.each(REPORT_PAGES)('the page of %s', (_name, html) => {
  const page = parsePage(html);

  it('loads nothing, and leads nowhere but to itself and the other page of its run', () => {
    const addresses = ['src', 'srcset', 'href', 'action', 'formaction', 'data', 'poster', 'background'];
    for (const element of page.querySelectorAll('*'))
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$/);
        if (addresses.includes(name)) expect(value).toMatch(/^(?:#|data:,$|(?:plan|report)\.html$)/);
      }
    expect(one(page, 'style').textContent).not.toMatch(/url\(|@import/);
  });

  it('lets only its own style and script work', () => {
    const policy = one(page, 'meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const scripts = [...page.querySelectorAll('script')].filter((script) => !script.hasAttribute('type'));
    expect(scripts).toHaveLength(1);
    for (const element of [one(page, 'style'), ...scripts]) {
      const hash = createHash('sha256').update(element.textContent).digest('base64');
      expect(policy).toContain(`${element.localName}-src 'sha256-${hash}'`);
    }
  });

  it('names every control, table and region, and heads every column', () => {
    const named = page.querySelectorAll('input, select, button, table, nav, section');
    expect(named.length).toBeGreaterThan(5);
    for (const element of named) expect(nameOf(page, element).trim()).not.toBe('');
    for (const table of page.querySelectorAll('table')) {
      const heads = [...table.querySelectorAll('thead th')];
      expect(heads.map((head) => head.getAttribute('scope'))).toEqual(heads.map(() => 'col'));
      const titles = heads.map(({ textContent }) => textContent);
      // The view for phones shows these names instead of the row of heads.
      for (const row of table.querySelectorAll('tbody tr'))
        expect([...row.children].map((cell) => cell.getAttribute('data-label'))).toEqual(titles);
    }
  });

  it('gives no id twice, and refers to none that is not there', () => {
    const ids = [...page.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const button of page.querySelectorAll('button.copy'))
      expect(ids).toContain(button.getAttribute('value'));
  });

  it('has no fact without a value', () => {
    const facts = [...page.querySelectorAll('dd')];
    expect(facts.filter(({ textContent }) => textContent.trim() === '')).toEqual([]);
  });

  it('says its language, has one main heading, and fits the window of a phone', () => {
    expect(page.documentElement.getAttribute('lang')).toBe('en');
    expect(page.querySelectorAll('h1')).toHaveLength(1);
    expect(one(page, 'meta[name="viewport"]').getAttribute('content')).toContain('width=device-width');
  });

  it('has a dark theme that sets every colour of the light one', () => {
    expect(one(page, 'meta[name="color-scheme"]').getAttribute('content')).toBe('light dark');
    const rules = rulesOf(page);
    const dark = rules.find(
      (rule) => rule instanceof CSSMediaRule && rule.conditionText === '(prefers-color-scheme: dark)',
    );
    const light = coloursOf(rules);
    expect(light.length).toBeGreaterThan(10);
    expect(dark instanceof CSSMediaRule && coloursOf(dark.cssRules)).toEqual(light);
  });
});
