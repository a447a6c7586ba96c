/** A text that is made while it is read, and anew each time, so that a long report is never whole in memory. */
export const repeatable = (parts: () => Iterator<string>): Iterable<string> => ({ [Symbol.iterator]: parts });
