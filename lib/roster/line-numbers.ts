const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Which line of the file an offset is on, counting LF, CRLF and CR, inside quotes too. (csv-parse counts a quoted CRLF
 * twice.) Offsets are asked in rising order, so what lies behind is forgotten.
 */
export class LineIndex {
  #line = 1;
  #end = 0;
  /** Offsets just behind each line break that has not been passed yet. */
  #breaks: number[] = [];
  #next = 0;
  /** The last byte was a CR: whether a LF belongs to it is not known yet. */
  #openReturn = false;

  /** How many bytes were added. */
  get end(): number {
    return this.#end;
  }

  add(bytes: Buffer): void {
    if (this.#openReturn || bytes.includes(CARRIAGE_RETURN)) this.#addWithReturns(bytes);
    else
      for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1))
        this.#breaks.push(this.#end + at + 1);
    this.#end += bytes.length;
  }

  #addWithReturns(bytes: Buffer): void {
    const start = this.#end;
    const breaks = this.#breaks;
    let openReturn = this.#openReturn;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (openReturn) breaks.push(start + index + (byte === LINE_FEED ? 1 : 0));
      else if (byte === LINE_FEED) breaks.push(start + index + 1);
      openReturn = byte === CARRIAGE_RETURN;
    }
    this.#openReturn = openReturn;
  }

  /** From 1. `offset` is not less than in the call before. */
  lineAt(offset: number): number {
    const breaks = this.#breaks;
    while ((breaks[this.#next] ?? Infinity) <= offset) {
      this.#next += 1;
      this.#line += 1;
    }
    if (this.#next === breaks.length) {
      this.#breaks = [];
      this.#next = 0;
    }
    return this.#line + (this.#openReturn && offset >= this.#end ? 1 : 0);
  }
}
