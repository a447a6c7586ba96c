/** The CSV itself: text in, rows with their true line out, or the reason why reading stopped. */

import { promises as streams } from 'node:stream';
import { CsvError, type CsvErrorCode, type Options, parse } from 'csv-parse';
import type { IssueList, RosterIssue } from './issues.ts';
import type { LineIndex } from './line-numbers.ts';
import { MAX_ROW_BYTES, type RowReader, rowTooLong, takePlainRows } from './plain-rows.ts';

/** RFC 4180, and any line ending on any line: with one taken for the whole file, rows could be glued together. */
const FORMAT: Options = {
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
  /** Where the parser began. */
  let start: number | undefined;
  /** Where the row before ended, from there, and how many empty lines were skipped until then. */
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
  const currentLine = () => lines.lineAt((start ?? 0) + end) + skippedLines();
  // Two bytes for each skipped line: it may have ended with CR LF.
  const isTooLong = (offset: number) => offset - end - 2 * skippedLines() > MAX_ROW_BYTES;

  const watched = async function* () {
    for await (const slice of takePlainRows(text, lines, issues, onRow)) {
      start ??= lines.end - slice.length;
      yield slice;
      // The parser is done with the slice, but for the last few bytes.
      if (isTooLong(lines.end - start)) issues.stop(rowTooLong(currentLine()));
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
