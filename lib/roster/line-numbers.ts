/** Lines are counted as an editor counts them: LF, CRLF and CR each end one, inside quotes too. */

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LINE_BREAK = /\r\n|\n|\r/g;

/** How many lines end inside the cells of one row: only a quoted cell can hold a line break. */
export const lineBreaksIn = (cells: readonly string[]): number => {
  let breaks = 0;
  for (const cell of cells) {
    // Nearly every cell is one line, and looking for a character is faster than matching.
    if (cell.includes('\n') || cell.includes('\r')) breaks += cell.match(LINE_BREAK)?.length ?? 0;
  }
  return breaks;
};

/** Which line comes after bytes that arrive in pieces. */
export class LineCounter {
  #line = 1;
  #afterReturn = false;

  /** From 1: the line on which the next byte stands, unless it is the LF of a CRLF. */
  get line(): number {
    return this.#line;
  }

  add(bytes: Buffer): void {
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      const isSecondHalf = byte === LINE_FEED && this.#afterReturn;
      if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && !isSecondHalf)) this.#line += 1;
      this.#afterReturn = byte === CARRIAGE_RETURN;
    }
  }
}
