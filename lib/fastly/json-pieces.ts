/** JSON as it comes over the wire, whole or a piece at a time. */

/** Undefined for what is not JSON. */
export const parseJson = (text: string | Buffer): unknown => {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
};

export type PieceReader = {
  /** The next bytes, in any portions. */
  add(bytes: Buffer): void;
  /** False when it was not JSON after all: then what came before counts for nothing. */
  end(): boolean;
};

const PIECE_BYTES = 256 * 1024;

/** Between two items, or inside of one: only a parser can tell. */
const BETWEEN_OBJECTS = '},{';

/** Whole items at the beginning, and where the comma behind them is. */
type Piece = { readonly json: unknown; readonly end: number };

const findPiece = (bytes: Buffer, opening: string): Piece | undefined => {
  let cut = bytes.lastIndexOf(BETWEEN_OBJECTS);
  // Back in ever larger steps: whatever the items look like, there are few attempts.
  for (let step = 1; cut >= 0; step *= 2) {
    const json = parseJson(`${opening}${bytes.toString('utf8', 0, cut + 1)}]`);
    if (json !== undefined) return { json, end: cut + 1 };
    cut = cut < step ? -1 : bytes.lastIndexOf(BETWEEN_OBJECTS, cut - step);
  }
  return undefined;
};

/**
 * Reads UTF-8 JSON while it arrives. `onPiece` gets what `parseJson` would make of it, except that a long array of objects
 * comes as several arrays, whose items together are its items: all at once they would need several times their bytes.
 */
export const createPieceReader = (
  onPiece: (json: unknown) => void,
  pieceBytes: number = PIECE_BYTES,
): PieceReader => {
  /** From the beginning, or from an item on. */
  let rest: Buffer[] = [];
  let length = 0;
  let opening = '';
  let enough = pieceBytes;

  const takePiece = (): void => {
    const bytes = Buffer.concat(rest);
    const piece = findPiece(bytes, opening);
    if (piece !== undefined) {
      onPiece(piece.json);
      opening = '[';
    }
    const left = piece === undefined ? bytes : bytes.subarray(piece.end + 1);
    rest = [left];
    length = left.length;
    // What was in vain is not tried again with a little more.
    enough = piece === undefined ? length * 2 : pieceBytes;
  };

  return {
    add: (bytes) => {
      rest.push(bytes);
      length += bytes.length;
      if (length >= enough) takePiece();
    },
    end: () => {
      const json = parseJson(opening + Buffer.concat(rest).toString());
      if (json !== undefined) onPiece(json);
      return json !== undefined;
    },
  };
};
