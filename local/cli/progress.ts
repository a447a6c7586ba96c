/** How far the queue is worked off: a bar on a terminal, a line now and then elsewhere. */

import cliProgress, { type Options, type Params } from 'cli-progress';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { duration, minuteOf, numeral } from '../../lib/report/wording.ts';

/** Why nothing happens just now. `until` in milliseconds since 1970. */
type Waiting = { readonly because: string; readonly until: number };

export type Progress = {
  update(done: number, waiting?: Waiting): void;
  /** Makes room for the lines that `write` writes, and comes back after them. */
  interrupt(write: () => void): void;
  stop(): void;
};

export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_PERIOD_MS = 2000;

/** A line that was written once must stay true: it names the time, not the minutes until then. */
const waitingText = ({ because, until }: Waiting): string =>
  `waiting until ${minuteOf(new Date(until).toISOString()).slice(11)}: ${because}`;

const timeUntil = ({ until }: Waiting): string => duration(Math.max(0, (until - Date.now()) / SECOND_MS));

/** Empty in the first moments, when the estimate is not a number yet. */
const etaText = (seconds: number): string => (seconds >= 1 ? `${duration(seconds)} left` : '');

const countText = (done: number, total: number): string => `${numeral(done)} of ${numeral(total)} jobs done`;

/** Never wider than the terminal: a wrapped line can't be overwritten. */
const barText = (options: Options, params: Params, { waiting }: Payload): string => {
  const { progress, value, total, maxWidth, eta } = params;
  const note = waiting === undefined ? etaText(eta) : `${waitingText(waiting)}, ${timeUntil(waiting)} left`;
  const text = `${cliProgress.Format.BarFormat(progress, options)}  ${countText(value, total)}${note && `  ${note}`}`;
  return text.slice(0, maxWidth - 1);
};

type Payload = { waiting: Waiting | undefined };

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
  const payload: Payload = { waiting: undefined };
  let value = done;
  const start = (): void => bar.start(total, value, payload);
  start();
  return {
    update: (now, waiting) => {
      value = now;
      payload.waiting = waiting;
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
  let lastUntil: number | undefined;
  const line = (text: string): void => {
    lineAt = Date.now();
    output.write(`${text}\n`);
  };
  return {
    update: (now, waiting) => {
      if (waiting !== undefined && waiting.until !== lastUntil)
        line(`${countText(now, total)}; ${waitingText(waiting)}`);
      else if (now !== lastDone && Date.now() - lineAt >= LINE_PERIOD_MS) line(countText(now, total));
      else return;
      lastUntil = waiting?.until;
      lastDone = now;
    },
    interrupt: (write) => write(),
    stop: () => undefined,
  };
};

export const startProgress = (output: Terminal, total: number, done: number): Progress =>
  output.isTTY ? barProgress(output, total, done) : lineProgress(output, total, done);
