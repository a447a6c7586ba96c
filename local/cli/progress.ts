/** How far the queue is worked off: a bar on a terminal, a line now and then elsewhere. */

import cliProgress, { type Options, type Params } from 'cli-progress';
import { duration, minuteOf, numeral } from '../../lib/report/wording.ts';

export type Progress = {
  /** `note`: why nothing happens just now, for example {@link waitingNote}. */
  update(done: number, note?: string): void;
  /** Makes room for the lines that `write` writes, and comes back after them. */
  interrupt(write: () => void): void;
  stop(): void;
};

export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_PERIOD_MS = 2000;

const timeOf = (time: number): string => minuteOf(new Date(time).toISOString());

/**
 * For example `quota used up until 14:00, finish 16:00 UTC`. Times, not minutes from now: a line that was written once
 * must stay true. Short, because the line has to fit into 80 columns. Both times are milliseconds since 1970.
 */
export const waitingNote = (because: string, until: number, finish: number): string => {
  const [from, to] = [timeOf(until), timeOf(finish)];
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${because} until ${from.slice(11, 16)}, finish ${to.slice(isSameDay ? 11 : 5)}`;
};

/** Empty in the first moments, when the estimate is not a number yet. */
const etaText = (seconds: number): string => (seconds >= 1 ? `${duration(seconds)} left` : '');

const countText = (done: number, total: number): string => `${numeral(done)} of ${numeral(total)} jobs done`;

/** Never wider than the terminal: a wrapped line can't be overwritten. */
const barText = (options: Options, params: Params, { note }: Payload): string => {
  const { progress, value, total, maxWidth, eta } = params;
  const counted = countText(value, total);
  const left = etaText(eta);
  const bar = `${cliProgress.Format.BarFormat(progress, options)}  ${counted}${left && `  ${left}`}`;
  return (note === undefined ? bar : `${counted}; ${note}`).slice(0, maxWidth - 1);
};

type Payload = { note: string | undefined };

const barProgress = (terminal: Terminal, total: number, done: number): Progress => {
  const bar = new cliProgress.SingleBar({
    format: barText,
    stream: terminal,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    // Otherwise a process that is killed leaves the terminal without it.
    linewrap: true,
    // Ctrl-C is ours: what has begun is finished first.
    gracefulExit: false,
  });
  const payload: Payload = { note: undefined };
  let value = done;
  const start = (): void => bar.start(total, value, payload);
  start();
  return {
    update: (now, note) => {
      value = now;
      payload.note = note;
      bar.update(now, payload);
    },
    interrupt: (write) => {
      bar.stop();
      write();
      start();
    },
    stop: () => bar.stop(),
  };
};

const lineProgress = (output: Terminal, total: number, done: number): Progress => {
  let lineAt = Date.now();
  let lastDone = done;
  let lastNote: string | undefined;
  const line = (text: string): void => {
    lineAt = Date.now();
    output.write(`${text}\n`);
  };
  return {
    update: (now, note) => {
      if (note !== undefined && note !== lastNote) line(`${countText(now, total)}; ${note}`);
      else if (now !== lastDone && Date.now() - lineAt >= LINE_PERIOD_MS) line(countText(now, total));
      else return;
      lastNote = note;
      lastDone = now;
    },
    interrupt: (write) => write(),
    stop: () => undefined,
  };
};

export const startProgress = (output: Terminal, total: number, done: number): Progress =>
  output.isTTY ? barProgress(output, total, done) : lineProgress(output, total, done);
