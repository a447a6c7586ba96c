/** The CSV itself: text in, rows with their true line out, or the reason why reading stopped. */

import { promises as streams } from 'node:stream';
import { CsvError, type CsvErrorCode, type Options, parse } from 'csv-parse';
import type { IssueList, RosterIssue } from './issues.ts';
import type { LineIndex } from './lines.ts';

/** No row of access rights is this long; a file whose quote is not closed soon is. */
const MAX_ROW_BYTES = 1024 * 1024;
/** csv-parse makes a costly error object of each row that is not as long as the first, though asked to take it. */
const MAX_UNEVEN_ROWS = 10_000;

/** RFC 4180, and any line ending on any line: with one taken for the whole file, rows could be glued together. */
const FORMAT: Options = {
  bom: true,
  delimiter: ',',
  quote: '"',
  escape: '"',
  record_delimiter: ['\r\n', '\n', '\r'],
  skip_empty_lines: true,
  relax_column_count: true,
};

const structureIssue = (code: CsvErrorCode, line: number): RosterIssue => {
  const where = `Line ${line}: `;
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return {
        code: 'unclosed_quote',
        line,
        message: `${where}a quote in the row that starts here is never closed. Close it, or get the whole file if it was cut off`,
      };
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return {
        code: 'stray_quote',
        line,
        message: `${where}a quote in the row that starts here stands beside text or space. Quote the whole cell and double the quotes inside it; reading stopped there`,
      };
    default:
      throw new Error(`csv-parse failed with ${code}, which it was not asked to look for`);
  }
};

const rowTooLong = (line: number): RosterIssue => ({
  code: 'row_too_long',
  line,
  message: `Line ${line}: the row that starts here is longer than 1 MiB. Most likely a quote is not closed; reading stopped there`,
});

const tooManyUnevenRows = (line: number): RosterIssue => ({
  code: 'too_many_uneven_rows',
  line,
  message: `Line ${line}: up to here more than ${MAX_UNEVEN_ROWS} rows, blank ones too, have more or fewer cells than the header; reading stopped there`,
});

/** Gets every row that is not an empty line, in order. */
export type RowReader = (cells: readonly string[], line: number) => void;

/**
 * Reads `text`, whose line breaks are added to `lines` before it comes, until its end or until `issues` is stopped, by
 * this or by anybody else. Errors of `text` go through.
 */
export const readRows = async (
  text: AsyncIterable<Buffer>,
  lines: LineIndex,
  issues: IssueList,
  onRow: RowReader,
): Promise<void> => {
  /** Where the row before ended, and how many empty lines were skipped until then. */
  let end = 0;
  let emptyLines = 0;
  const parser = parse({
    ...FORMAT,
    on_record: (cells: string[], { bytes, empty_lines }) => {
      if (issues.stopped) return;
      if (isTooLong(bytes)) issues.stop(rowTooLong(currentLine()));
      else onRow(cells, currentLine());
      end = bytes;
      emptyLines = empty_lines;
    },
  });
  const skippedLines = () => parser.info.empty_lines - emptyLines;
  const currentLine = () => lines.lineAt(end) + skippedLines();
  // Two bytes for each skipped line: it may have ended with CR LF.
  const isTooLong = (offset: number) => offset - end - 2 * skippedLines() > MAX_ROW_BYTES;

  const watched = async function* () {
    for await (const slice of text) {
      yield slice;
      // The parser is done with the slice, but for the last few bytes.
      if (isTooLong(lines.end)) issues.stop(rowTooLong(currentLine()));
      if (parser.info.invalid_field_length > MAX_UNEVEN_ROWS) issues.stop(tooManyUnevenRows(currentLine()));
      if (issues.stopped) return;
    }
  };
  // Rows are taken while they are parsed; nothing is left to read behind the parser, but its end.
  parser.resume();
  try {
    await streams.pipeline(watched, parser);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    issues.stop(structureIssue(error.code, currentLine()));
  }
};
