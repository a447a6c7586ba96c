/** `npm run sync --live`: without `--` in front, npm keeps the options for itself and passes the other words on. */

import { UsageError } from '../parse-options.ts';
import { COMMAND, COMMAND_NAMES } from './command-line.ts';
import { quote } from './printed-command.ts';

/** Options that npm has too: they may stand in its own configuration. */
const NPM_OPTIONS: ReadonlySet<string> = new Set(['json', 'only']);

const optionsKeptBy = (env: Readonly<Record<string, string | undefined>>) =>
  Object.entries(COMMAND.options).flatMap(([name, { type }]) => {
    const value = env[`npm_config_${name.replaceAll('-', '_')}`];
    return value === undefined || value === '' ? [] : [{ name, isFlag: type === 'flag', value }];
  });

/** @throws a {@link UsageError} with the command that was meant */
export const refuseForgottenDashes = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): void => {
  const kept = optionsKeptBy(env);
  if (kept.every(({ name }) => NPM_OPTIONS.has(name))) return;
  const command = argv.filter((word) => COMMAND_NAMES.some((name) => name === word));
  const values = argv.filter((word) => !command.includes(word));
  const valued = kept.filter(({ isFlag, value }) => !isFlag && value === 'true');
  const words = kept.flatMap(({ name, isFlag, value }) => {
    if (isFlag) return [`--${name}`];
    // npm separates an option from its value. Of several nobody knows which value belongs to which.
    if (value !== 'true') return [`--${name}`, quote(value)];
    return [`--${name}`, valued.length === 1 && values.length === 1 ? quote(values[0] ?? '') : '…'];
  });
  throw new UsageError(
    `npm kept the options for itself: put -- in front of them:\n  npm run sync -- ${[...command, ...words].join(' ')}`,
  );
};
