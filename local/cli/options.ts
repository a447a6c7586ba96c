/** The command line: what may be given, and what it comes to. */

import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ACCOUNT_NAME } from '../../lib/domain/invitation.ts';

export const HELP = `Makes the invitations of a Fastly account equal to a roster.

  npm run sync                                        try it: a sample roster and a simulated account
  npm run sync -- --roster FILE                       plan against a simulated account, change nothing
  npm run sync -- --roster FILE --apply               carry the plan out there
  npm run sync -- --roster FILE --live                plan against the real Fastly, change nothing
  npm run sync -- --roster FILE --live --apply        carry the plan out

  --roster FILE      who shall be invited: a CSV file, gzipped or not
  --account NAME     a name for the Fastly account; default: the roster's name without .csv
  --state DIR        where state, queue and reports are kept; default: .sync
  --live             use the real Fastly, with the token in FASTLY_API_TOKEN
  --apply            carry the plan out instead of only showing it
  --plan-hash HASH   only if the plan is still the one with this hash
  --approve HASH     also carry out the held changes, if they still have this hash
  --prune MODE       which invitations may be cancelled because they are not in the roster:
                     managed (only those sent by this tool) or none
  --json             print the result as JSON on standard output, and everything else on standard error
  --help             print this

Limits are set by environment variables, for example MAX_DELETES=100; the README lists them. The hourly quota of
a simulated account is RATE_LIMIT_PER_HOUR.

Exit status: 0 done, in sync, or planned; 2 something is held, or a given hash no longer fits; 1 blocked, failed or
interrupted.
`;

/** Says in one line what is wrong with the call. */
export class UsageError extends Error {
  override name = 'UsageError' as const;
}

export type Options = {
  /** Absolute */
  readonly rosterPath: string;
  /** The roster as the person would name it. */
  readonly rosterName: string;
  /** The roster that comes with the project, for a simulated account that does too. */
  readonly isSample: boolean;
  readonly account: string;
  /** Absolute */
  readonly stateDirectory: string;
  readonly live: boolean;
  readonly mode: 'plan' | 'apply';
  readonly planHash?: string;
  readonly approve?: string;
  readonly prune?: 'managed' | 'none';
  readonly json: boolean;
  /** What has to be typed again for the same roster, account and place; without `--apply`. */
  readonly again: readonly string[];
};

const SAMPLE_ROSTER = resolve(import.meta.dirname, '../../events/roster.csv');
const DEFAULT_STATE = '.sync';
const HASH = /^sha256:[0-9a-f]{64}$/;

const optionTypes = {
  roster: { type: 'string' },
  account: { type: 'string' },
  state: { type: 'string' },
  live: { type: 'boolean' },
  apply: { type: 'boolean' },
  'plan-hash': { type: 'string' },
  approve: { type: 'string' },
  prune: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options: optionTypes, strict: true }).values;
  } catch (error) {
    // Only the first sentence says what is wrong; the others explain parseArgs.
    const [problem = 'the options are not usable'] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(`${problem}. --help lists the options`, { cause: error });
  }
};
type Values = ReturnType<typeof parse>;

const accountOf = ({ account, roster }: Values): string => {
  const name = account ?? basename(roster ?? SAMPLE_ROSTER).replace(/(\.[^.]*?)?(\.gz)?$/i, '');
  if (ACCOUNT_NAME.test(name)) return name;
  const origin = account === undefined ? 'the account name taken from the file name' : '--account';
  const wayOut = account === undefined ? ': choose one with --account NAME' : '';
  throw new UsageError(
    `${origin}, ${JSON.stringify(name)}, is not usable: an account name has lower-case letters, digits and hyphens, 63 at most${wayOut}`,
  );
};

const hashOf = (option: 'plan-hash' | 'approve', values: Values): string | undefined => {
  const hash = values[option];
  if (hash !== undefined && !HASH.test(hash))
    throw new UsageError(`--${option} takes a hash as a plan prints it: "sha256:" and 64 hexadecimal digits`);
  return hash;
};

const pruneOf = ({ prune }: Values): Options['prune'] => {
  if (prune === undefined || prune === 'managed' || prune === 'none') return prune;
  throw new UsageError('--prune takes managed or none; the environment variable PRUNE says what is allowed');
};

/** What the types alone don't refuse. */
const refuseContradictions = (values: Values, mode: Options['mode']): void => {
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty`);
  if (values.live && values.roster === undefined)
    throw new UsageError('--live needs --roster FILE: the sample roster is not for a real account');
  for (const option of ['plan-hash', 'approve'] as const)
    if (mode === 'plan' && values[option] !== undefined)
      throw new UsageError(`--${option} says what to carry out: it needs --apply`);
};

/** Short for what lies below the working directory. */
const shortPath = (path: string): string => {
  const short = relative('', path);
  return short === '' || short.startsWith('..') ? path : short;
};

const againOf = (values: Values): readonly string[] => [
  ...(values.roster === undefined ? [] : ['--roster', values.roster]),
  ...(values.account === undefined ? [] : ['--account', values.account]),
  ...(values.state === undefined ? [] : ['--state', values.state]),
  ...(values.live ? ['--live'] : []),
  ...(values.prune === undefined ? [] : ['--prune', values.prune]),
];

/** Throws a {@link UsageError}. */
export const parseOptions = (argv: readonly string[]): Options | 'help' => {
  const values = parse(argv);
  if (values.help) return 'help';
  const mode = values.roster === undefined || values.apply ? 'apply' : 'plan';
  refuseContradictions(values, mode);
  const rosterPath = resolve(values.roster ?? SAMPLE_ROSTER);
  const planHash = hashOf('plan-hash', values);
  const approve = hashOf('approve', values);
  const prune = pruneOf(values);
  return {
    rosterPath,
    rosterName: shortPath(rosterPath),
    isSample: rosterPath === SAMPLE_ROSTER,
    account: accountOf(values),
    stateDirectory: resolve(values.state ?? DEFAULT_STATE),
    live: values.live ?? false,
    mode,
    ...(planHash !== undefined && { planHash }),
    ...(approve !== undefined && { approve }),
    ...(prune !== undefined && { prune }),
    json: values.json ?? false,
    again: againOf(values),
  };
};

const quote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;

/** What to type to carry out the plan of the same roster. */
export const applyCommand = ({ again }: Pick<Options, 'again'>, ...more: readonly string[]): string => {
  const apply = again.includes('--roster') ? ['--apply'] : [];
  const given = [...again, ...apply, ...more];
  return ['npm run sync', ...(given.length > 0 ? ['--'] : []), ...given.map(quote)].join(' ');
};

/** Where the account's queue is kept. */
export const jobsDirectory = ({
  stateDirectory,
  account,
}: Pick<Options, 'stateDirectory' | 'account'>): string => join(stateDirectory, 'queue', account);

/** A file or folder in the state folder, as the person would name it. */
export const statePath = ({ stateDirectory }: Pick<Options, 'stateDirectory'>, key: string): string =>
  shortPath(join(stateDirectory, key));
