/** What a person sees: results on standard output, messages and progress on standard error. */

import { styleText } from 'node:util';
import { type Progress, startProgress, type Terminal } from './progress.ts';

/** Colours, where the output can show them and `NO_COLOR` does not forbid it. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

export type Screen = {
  readonly paint: Paint;
  /** A part of the result. */
  print(lines: Iterable<string>): void;
  /** What happens meanwhile. */
  say(line: string): void;
  /** One at a time. */
  startProgress(total: number, done: number): Progress;
};

/** `isOutputKept`: standard output has the result itself and nothing else, as JSON, Markdown or a roster. */
export const createScreen = (stdout: Terminal, stderr: Terminal, isOutputKept: boolean): Screen => {
  const output = isOutputKept ? stderr : stdout;
  let progress: Progress | undefined;
  return {
    paint: (format, text) => styleText(format, text, { stream: output }),
    print: (lines) => {
      for (const line of lines) output.write(`${line}\n`);
    },
    say: (line) => {
      const write = (): void => void stderr.write(`${line}\n`);
      if (progress === undefined) write();
      else progress.interrupt(write);
    },
    startProgress: (total, done) => {
      const started = startProgress(stderr, total, done);
      progress = started;
      const stop = (): void => {
        progress = undefined;
        started.stop();
      };
      return { ...started, stop };
    },
  };
};

/** Text from elsewhere, without what a terminal would obey. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
