/** Why something was not done. `line` and `column` point into the roster. */
export type Issue = {
  readonly code: string;
  readonly line?: number;
  readonly column?: string;
  readonly message: string;
};

const QUOTED = /"(?:[^"\\]|\\.)*"/g;
/** Also the full-width and the small form: in any column a cell may hold an address. */
const AT = /[@\uff20\ufe6b]/;

/** The message for where addresses must not appear: without what may be one. */
export const messageWithoutAddresses = ({ column, message }: Issue): string =>
  message.replace(QUOTED, (quoted) => (column === 'email' || AT.test(quoted) ? 'the text' : quoted));
