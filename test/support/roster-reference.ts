/**
 * RFC 4180 once more, slowly and in the plainest way, to check the parser against: its rows, and the lines on which
 * they start.
 */

export type ReferenceRow = { readonly line: number; readonly cells: readonly string[] };

const CELL = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
const LINE_BREAK = /\r\n|\n|\r/g;
const CELL_END = /,|\r\n|\n|\r|$/y;

/** `undefined` when a quote is not closed, or stands where none may. Lines without any character are no rows. */
export const referenceRows = (text: string): readonly ReferenceRow[] | undefined => {
  const rows: ReferenceRow[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const start = at;
    const cells: string[] = [];
    let end = ',';
    while (end === ',') {
      CELL.lastIndex = at;
      const cell = CELL.exec(text);
      if (cell === null) return undefined;
      CELL_END.lastIndex = CELL.lastIndex;
      const found = CELL_END.exec(text);
      if (found === null) return undefined;
      cells.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '');
      end = found[0];
      at = CELL_END.lastIndex;
    }
    const row = text.slice(start, at);
    if (row !== end) rows.push({ line, cells });
    line += row.match(LINE_BREAK)?.length ?? 0;
  }
  return rows;
};

/** The data rows that a roster has: all but the header and the blank ones. */
export const referenceDataRows = (rows: readonly ReferenceRow[]): readonly ReferenceRow[] =>
  rows.slice(1).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
