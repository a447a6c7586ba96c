/** The pages in a real browser. Without Chromium there is nothing to look with, and a line says so. */

import { describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import { askInChromium, CHROMIUM } from '../support/chromium.ts';
import { REPORT_PAGES } from '../support/report-pages.ts';

type Seen = {
  /** What axe-core objects to: the rule, and the elements. */
  readonly violations: readonly string[];
  /** Addresses that stand on more than one line, though a phone's line could hold them. */
  readonly broken: readonly string[];
  /** Of the window, in pixels. */
  readonly width: number;
  /** By how many pixels the page is wider than the window. */
  readonly overflow: number;
};

const LOOK = `${axe.source}
addEventListener('load', async () => {
  const { violations } = await axe.run(document);
  const cells = [...document.querySelectorAll('td.email')];
  const linesOf = (cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  };
  tell({
    violations: violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')),
    broken: cells.filter((cell) => linesOf(cell) > 1 && cell.textContent.length <= 35).map(({ textContent }) => textContent),
    width: innerWidth,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  });
});`;

const look = (html: string, width: number): Promise<Seen> => askInChromium<Seen>(html, LOOK, width);

if (CHROMIUM === undefined)
  it('has no Chromium to look at the pages with', () => {
    process.stderr.write('Chromium is not installed: the pages were not looked at in a browser.\n');
    expect(CHROMIUM).toBeUndefined();
  });
else
  describe.each([390, 1200])('in a window %i pixels wide', (width) => {
    it.each(REPORT_PAGES)(
      'everybody can use the page of %s, and no address is broken',
      async (_name, html) => {
        const seen = await look(html, width);
        expect({ ...seen, overflow: Math.max(0, seen.overflow) }).toEqual({
          width,
          violations: [],
          broken: [],
          overflow: 0,
        });
      },
      60_000,
    );
  });
