/** Ctrl-C in the middle of something that has to be cleaned up. */

export type SignalSource = {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
};

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** While `work` runs, signals do not end the process: it is told of them, and ends when it is done. */
export const holdSignals = async <T>(
  source: SignalSource,
  say: (line: string) => void,
  work: (interrupted: () => boolean) => Promise<T>,
): Promise<T> => {
  let received = 0;
  const onSignal = (): void => {
    received += 1;
    say(received === 1 ? 'Interrupted: cleaning up first, please wait' : 'Still cleaning up, please wait');
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  try {
    return await work(() => received > 0);
  } finally {
    for (const signal of SIGNALS) source.off(signal, onSignal);
  }
};
