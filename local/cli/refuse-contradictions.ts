/** Options that do not go with each other, with the command, or with where it works. */

import { enumeration } from '../../lib/domain/quantities.ts';
import { UsageError } from '../parse-options.ts';
import { BELONGS_TO, type CommandName, type TargetChoice, type Values } from './command-line.ts';

/** Commands that can do without a roster, and so without a name of an account. */
const WITHOUT_ROSTER: ReadonlySet<CommandName> = new Set(['status', 'history', 'dump']);

const isGiven = (values: Values, name: keyof Values): boolean => {
  const value = values[name];
  return typeof value === 'object' ? value.length > 0 : value !== undefined && value !== false;
};

/** Options that the command does not take. */
const refuseForeignOptions = (values: Values, command: CommandName): void => {
  for (const [name, commands] of Object.entries(BELONGS_TO) as [keyof Values, readonly CommandName[]][]) {
    if (!isGiven(values, name) || commands.includes(command)) continue;
    throw new UsageError(
      command === 'plan' && commands.includes('apply')
        ? `--${name} says what to carry out: it needs --apply`
        : `--${name} belongs to ${enumeration(commands)}, not to ${command}`,
    );
  }
};

const NOT_WITH_STAGE = {
  mapping: '--stage uses the mapping in its bucket: upload yours there, as rosters/NAME.mapping.json',
  roster:
    '--stage uses the roster in its bucket: upload yours there, and give --account NAME instead of --roster',
  state: '--stage keeps its state in its bucket: leave out --state',
} as const;

const refuseLocalOptions = (values: Values): void => {
  for (const [name, problem] of Object.entries(NOT_WITH_STAGE) as [keyof Values, string][])
    if (isGiven(values, name)) throw new UsageError(problem);
};

const requireRoster = ({ roster, account }: Values, command: CommandName): void => {
  if (roster !== undefined) return;
  if (!WITHOUT_ROSTER.has(command))
    throw new UsageError('--live needs --roster FILE: the sample roster is not for a real account');
  if (command === 'dump' && account === undefined)
    throw new UsageError('dump needs --account NAME: a name for the account whose people are listed');
};

/** @throws a {@link UsageError} for the first contradiction */
export const refuseContradictions = (values: Values, command: CommandName, target: TargetChoice): void => {
  refuseForeignOptions(values, command);
  if (values.markdown && values.json)
    throw new UsageError('--markdown and --json both want standard output: choose one');
  if (target.kind === 'stage') refuseLocalOptions(values);
  if (target.kind === 'live') requireRoster(values, command);
};
