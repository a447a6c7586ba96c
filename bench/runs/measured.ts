/** Measures the work of one process. */

export type Measured = {
  readonly ms: number;
  /** Largest resident size of the process in its whole life. */
  readonly peakMiB: number;
};

const KIB_PER_MIB = 1024;

/**
 * Does `work` with the options on the command line, and prints what it took. Loading modules is not counted as time, nor
 * is `warmUp`.
 */
export const measured = async <T>(
  work: (options: T) => Promise<unknown>,
  warmUp?: (options: T) => Promise<unknown>,
): Promise<void> => {
  const options = JSON.parse(process.argv[2] ?? '{}') as T;
  await warmUp?.(options);
  const startedAt = performance.now();
  await work(options);
  const ms = performance.now() - startedAt;
  const result: Measured = {
    ms,
    peakMiB: process.resourceUsage().maxRSS / KIB_PER_MIB,
  };
  process.stdout.write(JSON.stringify(result));
};
