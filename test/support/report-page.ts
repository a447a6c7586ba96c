/** What a browser would find in a report page, without one. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);

const textOf = (content: Iterable<string>): string => [...content].join('');

/** The content of the file with this name. */
export const fileText = (
  files: readonly { readonly name: string; readonly content: Iterable<string> }[],
  name: string,
): string => textOf(files.find((file) => file.name === name)?.content ?? []);

type TableData = {
  readonly columns: readonly { readonly key: string; readonly title: string }[];
  readonly rows: readonly (readonly string[])[];
};

/** The data of one table, as the page's script reads it: up to the first end tag. */
export const tableData = (page: string, id: string): TableData => {
  const section = page.slice(page.indexOf(`id="${id}"`));
  const start =
    section.indexOf('<script type="application/json">') + '<script type="application/json">'.length;
  return JSON.parse(section.slice(start, section.indexOf('</script', start)));
};

/** The cells of the rows that are there without scripts. */
export const staticRows = (page: string, id: string): string[][] => {
  const section = page.slice(page.indexOf(`id="${id}"`));
  const body = section.slice(section.indexOf('<tbody>'), section.indexOf('</tbody>'));
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => decode(cell)),
  );
};

/** The big numbers on top, by name. */
export const tileCounts = (page: string): Record<string, number> =>
  Object.fromEntries(
    [...page.matchAll(/<li class="\w+"><b>([\d,]+)<\/b> ([^<]+?)(?: <span>[^<]*<\/span>)?<\/li>/g)].map(
      ([, count = '', name = '']) => [name, Number(count.replaceAll(',', ''))],
    ),
  );

/** The text that a person reads, without tags, styles and scripts. */
export const visibleText = (page: string): string =>
  decode(
    page
      .replace(/<(style|script|title)[^>]*>[\s\S]*?<\/\1>/g, '')
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' '),
  );
