/** Why something was not done. `line` and `column` point into the roster. */
export type Issue = {
  readonly code: string;
  readonly line?: number;
  readonly column?: string;
  readonly message: string;
};
