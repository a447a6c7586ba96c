/** CSV by RFC 4180 (CRLF, UTF-8 without a BOM), safe to open in a spreadsheet. */

import { stringify } from 'csv-stringify/sync';

/**
 * A cell that begins with `=`, `+`, `-`, `@` (full-width forms too), a tab or a carriage return is a formula to a
 * spreadsheet, and an address may begin so. `escape_formulas` writes a `'` in front of it, which makes it text.
 */
const FORMAT = {
  record_delimiter: 'windows',
  // Quotes cells that contain a line feed or a carriage return. It is off by default when `record_delimiter` is set.
  quote_record_delimiter: true,
  escape_formulas: true,
} as const;

/** Yields one line at a time, the header first. */
export function* csvLines(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  yield stringify([header], FORMAT);
  for (const row of rows) yield stringify([row], FORMAT);
}
