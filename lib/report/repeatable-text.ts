/** Texts that are made while they are written, so that a long report is never whole in memory. */

/** Characters. Larger pieces would not make writing them noticeably cheaper. */
const PIECE_LENGTH = 16 * 1024;

function* joined(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** The text of all parts, in pieces of some 16,000 characters. Each iteration makes it anew. */
export const inPieces = (parts: () => Iterable<string>): Iterable<string> => ({
  [Symbol.iterator]: () => joined(parts()),
});
