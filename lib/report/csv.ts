/** CSV by RFC 4180 (CRLF, UTF-8 without a BOM), safe to open in a spreadsheet. */

/** What a spreadsheet would take for a formula. An address may legally begin so. */
const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;
/** One test for the many cells that need nothing. */
const IS_SPECIAL = new RegExp(`${FORMULA_START.source}|${NEEDS_QUOTES.source}`);

const cell = (text: string): string => {
  if (text === '' || !IS_SPECIAL.test(text)) return text;
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const line = (cells: readonly string[]): string => {
  let text = '';
  let before = '';
  for (const each of cells) {
    text += before + cell(each);
    before = ',';
  }
  return `${text}\r\n`;
};

export function* csvLines(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  yield line(header);
  for (const row of rows) yield line(row);
}
