/** The CSV itself: text in, rows with their true line out, or the reason why reading stopped. */

import { promises as streams } from 'node:stream';
import { CsvError, type CsvErrorCode, type Options, parse } from 'csv-parse';
import type { IssueList, RosterIssue } from './issues.ts';
import { lineBreaksIn } from './line-numbers.ts';

/** Called for every row in file order, but not for empty lines. `line` is where the row starts, from 1. */
export type RowReader = (cells: readonly string[], line: number) => void;

/** A row of access rights is far shorter; a quote that is never closed makes one that is longer. */
const MAX_ROW_BYTES = 1024 * 1024;
/** An empty line may end with CRLF. */
const MAX_EMPTY_LINE_BYTES = 2;

/** RFC 4180, with any line ending on any line: if one was taken for the whole file, rows could be glued together. */
const FORMAT: Options = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  record_delimiter: ['\r\n', '\n', '\r'],
  skip_empty_lines: true,
  relax_column_count: true,
};

const rowTooLong = (line: number): RosterIssue => ({
  code: 'row_too_long',
  line,
  message: `Line ${line}: the row that starts here is longer than 1 MiB. Most likely a quote is not closed; reading stopped there`,
});

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

/**
 * Reads `text` until its end or until `issues` is stopped, by this or by anybody else. Errors of `text` go through.
 *
 * csv-parse counts a quoted CRLF as two lines, so lines are counted here: one per row, one per line break inside its
 * cells, one per empty line before it.
 */
export const readRows = async (
  text: AsyncIterable<Buffer>,
  issues: IssueList,
  onRow: RowReader,
): Promise<void> => {
  let bytesGiven = 0;
  /** The end of the last row: its offset, the empty lines before it, and the line that follows. */
  let last = { bytes: 0, emptyLines: 0, nextLine: 1 };
  const emptyLinesSince = (): number => parser.info.empty_lines - last.emptyLines;
  /** Where the row starts that is read now. */
  const currentLine = (): number => last.nextLine + emptyLinesSince();
  const isTooLong = (rowEnd: number): boolean =>
    rowEnd - last.bytes - emptyLinesSince() * MAX_EMPTY_LINE_BYTES > MAX_ROW_BYTES;

  const parser = parse({
    ...FORMAT,
    on_record: (cells: string[], { bytes, empty_lines: emptyLines }) => {
      if (issues.stopped) return;
      const line = currentLine();
      if (isTooLong(bytes)) issues.stop(rowTooLong(line));
      else onRow(cells, line);
      last = { bytes, emptyLines, nextLine: line + 1 + lineBreaksIn(cells) };
      // A row of another length than the first is fine here, but csv-parse makes a costly error object for each of them.
      // Without any rows before it every row is the first.
      (parser.info as { records: number }).records = 0;
    },
  });
  const untilStopped = async function* () {
    for await (const slice of text) {
      bytesGiven += slice.length;
      yield slice;
      // By now the parser has read the slice, but for the few bytes that it looks ahead.
      if (isTooLong(bytesGiven)) issues.stop(rowTooLong(currentLine()));
      if (issues.stopped) return;
    }
  };
  // Rows are taken by `on_record`: what is left to read behind the parser is only its end.
  parser.resume();
  try {
    await streams.pipeline(untilStopped, parser);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    issues.stop(structureIssue(error.code, currentLine()));
  }
};
