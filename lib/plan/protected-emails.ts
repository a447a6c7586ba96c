/** `PROTECTED_EMAILS`: addresses whose invitations are never cancelled. */

import { normalizeEmail } from '../domain/invitation.ts';

/**
 * Whether `text` fits a pattern that was cut at each `*`: the first piece at its start, the last at its end, the others
 * in between, in this order. Each takes the leftmost place there is, which leaves the most room for those that follow, so
 * no place is ever tried again. A regular expression would try them all: hours for `*a*a*a*a*a*a*a*b` on one address.
 */
const fits = (text: string, pieces: readonly string[]): boolean => {
  const start = pieces[0] ?? '';
  const end = pieces.at(-1) ?? '';
  if (pieces.length === 1) return text === start;
  if (!text.startsWith(start) || !text.endsWith(end)) return false;
  let position = start.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position);
    if (found === -1) return false;
    position = found + piece.length;
  }
  return position + end.length <= text.length;
};

/** A test for addresses. `*` in a pattern stands for any run of characters, also an empty one; case does not matter. */
export const protectedEmails = (patterns: readonly string[]): ((email: string) => boolean) => {
  const piecesOfPatterns = patterns.map((pattern) => normalizeEmail(pattern).split('*'));
  return (email) => {
    const text = email.toLowerCase();
    return piecesOfPatterns.some((pieces) => fits(text, pieces));
  };
};
