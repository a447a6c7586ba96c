/** Why something was not done, and how it is told where addresses must not appear. */

import { maskAddresses } from './mask-addresses.ts';

/** `line` and `column` point into the roster. */
export type Issue = {
  readonly code: string;
  readonly line?: number;
  readonly column?: string;
  readonly message: string;
};

const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** The message for where addresses must not appear: only what it quotes from a cell may be one, in any column. */
export const messageWithoutAddresses = ({ column, message }: Issue): string =>
  message.replace(QUOTED, (quoted) =>
    column === 'email' || maskAddresses(quoted) !== quoted ? 'the text' : quoted,
  );
