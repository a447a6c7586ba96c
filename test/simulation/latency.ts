/** How long requests take: mostly little, sometimes long. */

import type { Exchange } from './invocation.ts';
import type { Random } from './random.ts';

export type Travel = Required<Pick<Exchange<unknown>, 'effectAfterMs' | 'answerAfterMs'>> & {
  readonly effectAfterMs: number;
};

/** Whole milliseconds around `typicalMs`. */
export const duration = (random: Random, typicalMs: number): number =>
  Math.max(1, Math.round(typicalMs * (0.5 + random.next())));

/** The request takes all the time, or the answer does, or each takes some. */
export const travel = (random: Random, answerAfterMs: number): Travel => {
  const share = random.pick([0, 0, 1, 1, random.next()]);
  return { effectAfterMs: Math.round(share * answerAfterMs), answerAfterMs };
};
