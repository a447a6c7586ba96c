/**
 * A table of any length. The page holds its first rows as HTML, and all rows as JSON, from which the page's script shows
 * those that are searched for.
 */

import { type Html, html, scriptJson } from './html.ts';
import { numeral, quantity } from './wording.ts';

export type Column = {
  /** The class of the cells, and the name of the column's filter in the page's address. */
  readonly key: string;
  readonly title: string;
  /** What people read instead of a code. A column with labels can be filtered by. */
  readonly labels?: Readonly<Record<string, string>>;
};

export type Table = {
  /** Unique in the page; also the start of the names of its controls. */
  readonly id: string;
  readonly heading: string;
  readonly columns: readonly Column[];
  readonly count: number;
  /** Cells in the order of `columns`. */
  readonly rows: () => Iterable<readonly string[]>;
  /** The file that holds all rows, for a browser that runs no scripts. */
  readonly file: string;
};

/** Rows that are shown without a script: enough to judge a plan by, and few enough for a mail program to open the file. */
const STATIC_ROWS = 200;

const staticRow = (columns: readonly Column[], cells: readonly string[]): Html =>
  html`<tr>${columns.map(({ key, title, labels }, index) => {
    const code = cells[index] ?? '';
    return html`<td class="${key}" data-label="${title}">${labels?.[code] ?? code}</td>`;
  })}</tr>
`;

const controls = ({
  id,
  heading,
  columns,
}: Table): Html => html`<form class="controls" role="search" aria-label="Search: ${heading}" hidden>
<label class="search">Search <input type="search" name="${id}.q" autocomplete="off" spellcheck="false"></label>
${columns
  .filter(({ labels }) => labels !== undefined)
  .map(
    ({ key, title }) =>
      html`<label>${title} <select name="${id}.${key}"><option value="">All</option></select></label>
`,
  )}<button type="reset">Clear</button>
</form>
`;

const pager = ({ id, heading }: Table): Html => html`<nav class="pager" aria-label="Pages: ${heading}" hidden>
<button type="button" class="previous">Previous</button>
<label>Page <input type="number" name="${id}.page" min="1" value="1" inputmode="numeric"></label>
<span class="pages"></span>
<button type="button" class="next">Next</button>
</nav>
`;

const status = ({ count, file }: Table): string =>
  count <= STATIC_ROWS
    ? quantity(count, 'row')
    : `The first ${STATIC_ROWS} of ${numeral(count)} rows. Without JavaScript this page can't show more: all of them are in ${file}.`;

/** A row a line. */
function* dataRows(rows: Iterable<readonly string[]>): Generator<string> {
  let before = '\n';
  for (const row of rows) {
    yield before + scriptJson(row);
    before = ',\n';
  }
}

function* staticRows({ columns, rows }: Table): Generator<string> {
  let left = STATIC_ROWS;
  for (const row of rows()) {
    yield staticRow(columns, row).text;
    left -= 1;
    if (left === 0) return;
  }
}

export function* tableSection(table: Table): Generator<string> {
  const { id, heading, columns, rows, file } = table;
  yield html`<section class="table" id="${id}" data-file="${file}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${controls(table)}<p class="status" aria-live="polite">${status(table)}</p>
<table aria-labelledby="${id}-heading">
<thead><tr>${columns.map(({ key, title }) => html`<th scope="col" class="${key}">${title}</th>`)}</tr></thead>
<tbody>
`.text;
  yield* staticRows(table);
  yield html`</tbody></table>
${pager(table)}<script type="application/json">{"columns":`.text;
  yield `${scriptJson(columns)},"rows":[`;
  yield* dataRows(rows());
  yield '\n]}</script>\n</section>\n';
}
