/**
 * A pause of which half is random, so that processes that failed at the same moment do not try again at the same moment.
 * `random`: at least 0, below 1.
 */
export const withJitter = (pauseMs: number, random: () => number): number => pauseMs * (0.5 + random() / 2);
