/** Long texts as pieces: made while they are written, never whole in memory. */

/** Large enough that writing a piece costs little beside making it. */
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

/** A text that is made anew each time somebody iterates, in pieces of a few kB whatever the size of the parts. */
export const inPieces = (parts: () => Iterable<string>): Iterable<string> => ({
  [Symbol.iterator]: () => joined(parts()),
});
