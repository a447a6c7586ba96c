/** CSV by RFC 4180 (CRLF, UTF-8 without a BOM), safe to open in a spreadsheet. */

import { stringify } from 'csv-stringify/sync';

/**
 * A spreadsheet takes a cell for a formula that begins with `=`, `+`, `-` or `@` (full-width ones too), a tab or a carriage
 * return, and an address may begin so. Such a cell gets a `'` in front, which spreadsheets read as "this is text".
 */
const FORMAT = {
  record_delimiter: 'windows',
  // Cells with a line feed or a carriage return alone are quoted too; with a delimiter of our own that is not the default.
  quote_record_delimiter: true,
  escape_formulas: true,
} as const;

export function* csvLines(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  yield stringify([header], FORMAT);
  for (const row of rows) yield stringify([row], FORMAT);
}
