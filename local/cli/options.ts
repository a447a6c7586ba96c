/** The command line: what may be given, and what it comes to. */

import { basename, join, relative, resolve } from 'node:path';
import { ACCOUNT_NAME } from '../../lib/domain/invitation.ts';
import { type Command, type Parsed, parseOptions, UsageError } from '../parse-options.ts';

const SAMPLE_ROSTER = resolve(import.meta.dirname, '../../events/roster.csv');
const DEFAULT_STATE = '.sync';

const HASH = {
  type: 'text',
  value: 'HASH',
  only: {
    pattern: /^sha256:[0-9a-f]{64}$/,
    called: 'a hash as a plan prints it ("sha256:" and 64 hexadecimal digits)',
  },
} as const;

export const COMMAND = {
  about: `Makes the invitations of a Fastly account equal to a roster.

  npm run sync                                        try it: a sample roster and a simulated account
  npm run sync -- --roster FILE                       plan against a simulated account, change nothing
  npm run sync -- --roster FILE --apply               carry the plan out there
  npm run sync -- --roster FILE --live                plan against the real Fastly, change nothing
  npm run sync -- --roster FILE --live --apply        carry the plan out`,
  options: {
    roster: { type: 'text', value: 'FILE', help: 'who shall be invited: a CSV file, gzipped or not' },
    account: {
      type: 'text',
      value: 'NAME',
      help: "a name for the Fastly account; default: the roster's name without .csv",
    },
    state: {
      type: 'text',
      value: 'DIR',
      default: DEFAULT_STATE,
      help: 'where state, queue and reports are kept',
    },
    live: { type: 'flag', help: 'use the real Fastly, with the token in FASTLY_API_TOKEN' },
    apply: { type: 'flag', help: 'carry the plan out instead of only showing it' },
    'plan-hash': { ...HASH, help: 'only if the plan is still the one with this hash' },
    approve: { ...HASH, help: 'also carry out the held changes, if they still have this hash' },
    prune: {
      type: 'choice',
      value: 'MODE',
      choices: ['managed', 'none'],
      help: 'which invitations may be cancelled because they are not in the roster:\nmanaged (only those sent by this tool) or none; PRUNE in the environment is the widest allowed',
    },
    json: {
      type: 'flag',
      help: 'print the result as JSON on standard output, and everything else on standard error',
    },
  },
  notes: `Limits are set by environment variables, for example MAX_DELETES=100; the README lists them. The hourly quota of
a simulated account is RATE_LIMIT_PER_HOUR.

Exit status: 0 done, in sync, or planned; 2 something is held, or a given hash no longer fits; 1 blocked, failed or
interrupted.`,
} as const satisfies Command;

type Values = Parsed<typeof COMMAND.options>['values'];

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

const accountOf = ({ account, roster }: Values): string => {
  const name = account ?? basename(roster ?? SAMPLE_ROSTER).replace(/(\.[^.]*?)?(\.gz)?$/i, '');
  if (ACCOUNT_NAME.test(name)) return name;
  const origin = account === undefined ? 'the account name taken from the file name' : '--account';
  const wayOut = account === undefined ? ': choose one with --account NAME' : '';
  throw new UsageError(
    `${origin}, ${JSON.stringify(name)}, is not usable: an account name has lower-case letters, digits and hyphens, 63 at most${wayOut}`,
  );
};

/** What is wrong with options together. */
const refuseContradictions = (values: Values, mode: Options['mode']): void => {
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
  ...(values.state === DEFAULT_STATE ? [] : ['--state', values.state]),
  ...(values.live ? ['--live'] : []),
  ...(values.prune === undefined ? [] : ['--prune', values.prune]),
];

/** Throws a {@link UsageError}. */
export const parseSyncOptions = (argv: readonly string[]): Options | 'help' => {
  const parsed = parseOptions(COMMAND, argv);
  if (parsed === 'help') return 'help';
  const { values } = parsed;
  const mode = values.roster === undefined || values.apply ? 'apply' : 'plan';
  refuseContradictions(values, mode);
  const rosterPath = resolve(values.roster ?? SAMPLE_ROSTER);
  const { 'plan-hash': planHash, approve, prune } = values;
  return {
    rosterPath,
    rosterName: shortPath(rosterPath),
    isSample: rosterPath === SAMPLE_ROSTER,
    account: accountOf(values),
    stateDirectory: resolve(values.state),
    live: values.live,
    mode,
    ...(planHash !== undefined && { planHash }),
    ...(approve !== undefined && { approve }),
    ...(prune !== undefined && { prune }),
    json: values.json,
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
