/** Long JSON arrays, a piece at a time: text and objects of all items at once are several times their bytes. */

const PIECE_BYTES = 256 * 1024;

/** Between two items, or inside of one: only a parser can tell. */
const BETWEEN_OBJECTS = '},{';

/** Undefined for what is not JSON. */
export const parseJson = (text: string | Buffer): unknown => {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
};

/** From `start`, which is the beginning or just behind a comma, to `end`: the next comma, or the end. */
type Piece = { readonly json: unknown; readonly end: number };

const readPiece = (bytes: Buffer, start: number, pieceBytes: number): Piece => {
  let from = start + pieceBytes;
  for (let step = 1; ; step *= 2) {
    const cut = bytes.indexOf(BETWEEN_OBJECTS, from);
    const end = cut === -1 ? bytes.length : cut + 1;
    const text = bytes.toString('utf8', start, end);
    const json = parseJson(`${start === 0 ? '' : '['}${text}${cut === -1 ? '' : ']'}`);
    if (json !== undefined || cut === -1) return { json, end };
    // It was cut inside of an item. In ever larger steps: whatever the items look like, there are few attempts.
    from = cut + step;
  }
};

/**
 * What `parseJson` makes of UTF-8 text, except that a long array of objects comes as several arrays, whose items together
 * are its items. Ends with `undefined` where the text turns out not to be JSON: then what came before counts for nothing.
 */
export function* parseInPieces(bytes: Buffer, pieceBytes: number = PIECE_BYTES): Generator<unknown, void> {
  for (let start = 0; start <= bytes.length; ) {
    const { json, end } = readPiece(bytes, start, pieceBytes);
    yield json;
    if (json === undefined) return;
    start = end + 1;
  }
}
