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
  /** Gets half a sentence. */
  readonly onProgress: (done: string) => void;
};

/** The results of each contestant. */
export type Race = <Result>(contestants: readonly Contestant<Result>[]) => Promise<Result[][]>;

const warmUpAll = async (contestants: readonly Contestant<unknown>[], warm: boolean): Promise<void> => {
  if (warm) for (const { warmUp } of contestants) await warmUp?.();
};

/** Measures all runs of a contestant at the same time: for what waits so much that they hardly notice each other. */
export const raceAtOnceOf =
  ({ runs, warm, onProgress }: RaceOptions): Race =>
  async (contestants) => {
    await warmUpAll(contestants, warm);
    const results = [];
    for (const { run } of contestants) {
      results.push(await Promise.all(Array.from({ length: runs }, run)));
      onProgress(`${results.length} of ${contestants.length} contestants`);
    }
    return results;
  };

/** Measures one run at a time. */
export const raceOf =
  ({ runs, warm, onProgress }: RaceOptions): Race =>
  async <Result>(contestants: readonly Contestant<Result>[]): Promise<Result[][]> => {
    await warmUpAll(contestants, warm);
    const results: Result[][] = contestants.map(() => []);
    for (let run = 1; run <= runs; run += 1) {
      for (const [index, contestant] of contestants.entries()) results[index]?.push(await contestant.run());
      onProgress(`run ${run}`);
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

/** Of something that is the same every time. */
export const constant = (value: number): Spread => ({ median: value, min: value, max: value, runs: 1 });

export const seconds = ({ ms }: { readonly ms: number }): number => ms / 1000;
