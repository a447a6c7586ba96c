/** A report page as a browser has it. */

import { type Document, type Element, Window } from 'happy-dom';

/** The content of the file with this name. */
export const fileText = (
  files: readonly { readonly name: string; readonly content: Iterable<string> }[],
  name: string,
): string => [...(files.find((file) => file.name === name)?.content ?? [])].join('');

/** The page as a browser without scripts shows it. */
export const parsePage = (html: string): Document => {
  const { document } = new Window();
  document.write(html);
  return document;
};

export type OpenPage = {
  readonly window: Window;
  readonly document: Document;
  /** Resolves when everything that the page has started is done, timers too. */
  settle(): Promise<void>;
};

/** The page in a browser that runs its script. `hash`: of the address, from `#` on. */
export const openPage = async (html: string, hash = ''): Promise<OpenPage> => {
  const window = new Window({
    url: `https://reports.example.com/plan.html${hash}`,
    settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true },
  });
  const { document } = window;
  document.write(html);
  const settle = (): Promise<void> => window.happyDOM.waitUntilComplete();
  await settle();
  const said = window.happyDOM.virtualConsolePrinter.readAsString();
  if (said !== '') throw new Error(`the script of the page failed: ${said}`);
  return { window, document, settle };
};

/** The one element that fits; throws when there is none. */
export const one = (within: Document | Element, selector: string): Element => {
  const found = within.querySelector(selector);
  if (found === null) throw new Error(`there is no ${selector}`);
  return found;
};

export const textsOf = (elements: Iterable<{ readonly textContent: string | null }>): string[] =>
  [...elements].map(({ textContent }) => textContent ?? '');

type TableData = {
  readonly columns: readonly { readonly key: string; readonly title: string }[];
  readonly rows: readonly (readonly string[])[];
};

/** What the page's script reads: all rows of one table. */
export const tableData = (page: Document, id: string): TableData =>
  JSON.parse(one(page, `#${id} script`).textContent);

/** The cells of the rows that one table shows. */
export const shownRows = (page: Document, id: string): string[][] =>
  [...page.querySelectorAll(`#${id} tbody tr`)].map((row) => textsOf(row.children));

/** The big numbers on top, by name. */
export const tileCounts = (page: Document): Record<string, number> =>
  Object.fromEntries(
    [...page.querySelectorAll('.tiles li')].map((tile) => {
      const [count, name] = textsOf(tile.childNodes);
      return [name?.trim(), Number(count?.replaceAll(',', ''))];
    }),
  );

/** The sections that have a heading, in their order: their headings' ids without `-heading`. */
export const sectionNames = (page: Document): string[] =>
  [...page.querySelectorAll('section')].map(
    (section) => section.getAttribute('aria-labelledby')?.replace(/-heading$/, '') ?? '',
  );

/** The text that a person reads, on one line. */
export const visibleText = (page: Document): string => {
  const body = page.body.cloneNode(true);
  for (const element of body.querySelectorAll('script')) element.remove();
  return body.textContent.replace(/\s+/g, ' ');
};
