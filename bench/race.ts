/** Measures contestants in turns, so that whatever else the computer does meets all of them. */

export type Contestant<Result> = {
  /** Warms what every run shares (a server, the file cache); not measured. */
  readonly warmUp?: () => Promise<unknown>;
  readonly run: () => Promise<Result>;
};

export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
};

export type RaceOptions = {
  readonly runs: number;
  /** Whether to warm up first. */
  readonly warm: boolean;
  /** Gets half a sentence about what is done. */
  readonly onProgress: (done: string) => void;
};

/**
 * The results of each contestant, in the order of `contestants`. `atOnce`: the contestants follow each other, and all runs
 * of one start together; only for work that waits so much that its runs hardly notice each other.
 */
export type Race = <Result>(
  contestants: readonly Contestant<Result>[],
  options?: { readonly atOnce: boolean },
) => Promise<Result[][]>;

export const raceOf =
  ({ runs, warm, onProgress }: RaceOptions): Race =>
  async <Result>(contestants: readonly Contestant<Result>[], { atOnce } = { atOnce: false }) => {
    if (warm) for (const { warmUp } of contestants) await warmUp?.();
    const results: Result[][] = contestants.map(() => []);
    const together = atOnce ? runs : 1;
    for (let done = 0; done < runs; done += together) {
      for (const [index, { run }] of contestants.entries())
        results[index]?.push(...(await Promise.all(Array.from({ length: together }, run))));
      onProgress(`${done + together} of ${runs} runs`);
    }
    return results;
  };

export const spreadOf = <Result>(
  results: readonly Result[] = [],
  figure: (result: Result) => number,
): Spread => {
  const sorted = results.map(figure).sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
    runs: sorted.length,
  };
};

/** The spread of a figure that is the same in every run. */
export const constant = (value: number): Spread => ({ median: value, min: value, max: value, runs: 1 });

export const seconds = ({ ms }: { readonly ms: number }): number => ms / 1000;
