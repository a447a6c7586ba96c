/** Rows without quotes, which is all that most rosters are made of. */

import type { IssueList, RosterIssue } from './issues.ts';
import type { LineIndex } from './line-numbers.ts';

/** Gets every row that is not an empty line, in order. */
export type RowReader = (cells: readonly string[], line: number) => void;

/** No row of access rights is this long; a file whose quote is not closed soon is. */
export const MAX_ROW_BYTES = 1024 * 1024;

export const rowTooLong = (line: number): RosterIssue => ({
  code: 'row_too_long',
  line,
  message: `Line ${line}: the row that starts here is longer than 1 MiB. Most likely a quote is not closed; reading stopped there`,
});

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);

/** How many bytes are whole rows. A CR at the very end may still get its LF. */
const wholeRowsLength = (bytes: Buffer): number =>
  Math.max(bytes.lastIndexOf(LINE_FEED), bytes.subarray(0, -1).lastIndexOf(CARRIAGE_RETURN)) + 1;

const linesOf = (text: string): string[] => text.split(text.includes('\r') ? /\r\n|\n|\r/ : '\n');

/**
 * Takes the rows up to the first quote: without quotes there are only line ends and commas, and cutting at those is
 * several times as fast as a parser that has to look at every byte. Hands on what is left, from the beginning of the row
 * with the quote. Whatever comes was added to `lines` before, and nothing else.
 */
export async function* takePlainRows(
  text: AsyncIterable<Buffer>,
  lines: LineIndex,
  issues: IssueList,
  onRow: RowReader,
): AsyncGenerator<Buffer, void> {
  let rest = NOTHING;
  let isPlain = true;
  const lineOfRest = (): number => lines.lineAt(lines.end - rest.length);
  const take = (length: number): void => {
    let line = lineOfRest();
    for (const row of linesOf(rest.toString('utf8', 0, length))) {
      if (row !== '' && !issues.stopped) onRow(row.split(','), line);
      line += 1;
    }
    rest = rest.subarray(length);
  };
  for await (const slice of text) {
    rest = rest.length === 0 ? slice : Buffer.concat([rest, slice]);
    isPlain &&= !slice.includes(QUOTE);
    if (isPlain) {
      take(wholeRowsLength(rest));
      if (rest.length > MAX_ROW_BYTES) issues.stop(rowTooLong(lineOfRest()));
      if (issues.stopped) return;
    } else {
      yield rest;
      rest = NOTHING;
    }
  }
  if (isPlain) take(rest.length);
}
