/** What a command line comes to. */

import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { RULE_VARIABLES } from '../../lib/domain/config.ts';
import { ACCOUNT_NAME, type Email, normalizeEmail, parseEmail } from '../../lib/domain/invitation.ts';
import { enumeration } from '../../lib/report/wording.ts';
import { parseOptions, UsageError } from '../parse-options.ts';
import {
  COMMAND,
  COMMAND_NAMES,
  type CommandName,
  DEFAULT_LIMIT,
  DEFAULT_STATE,
  type TargetChoice,
  type Values,
} from './command-line.ts';
import { quote } from './printed-command.ts';
import { refuseContradictions } from './refuse-contradictions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SAMPLE_ROSTER = resolve(import.meta.dirname, '../../events/roster.csv');

export type Call = {
  readonly command: CommandName;
  /** Of `explain` and `resend`, and of `--only`. */
  readonly addresses: readonly Email[];
  readonly target: TargetChoice;
  /** Absolute; undefined where the roster lies in the bucket, or is not needed. */
  readonly rosterPath: string | undefined;
  /** Absolute; the file need not be there, unless the person named it. */
  readonly mappingPath: string | undefined;
  /** The mapping as the person would name it. */
  readonly mappingName?: string;
  /** The roster as the person would name it. */
  readonly rosterName: string;
  /** The roster that comes with the project, for a simulated account that does too. */
  readonly isSample: boolean;
  /** Undefined: to be found out, or all of them. */
  readonly account: string | undefined;
  /** Absolute: the folder of this target. */
  readonly stateDirectory: string;
  readonly planHash?: string;
  readonly approve?: string;
  readonly prune?: 'managed' | 'none';
  readonly limit: number;
  /** Absolute */
  readonly to?: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly detailedExitcode: boolean;
  /** What has to be typed again for the same roster, account and place. */
  readonly place: readonly string[];
  /** What has to stand in front of it, for example `MAX_DELETES=100`. */
  readonly settings: readonly string[];
};

/** A call whose account is known. */
export type Options = Call & { readonly account: string };

/** `teams/acme.csv.gz` → `acme` */
const stemOf = (roster: string): string => basename(roster).replace(/(\.[^.]*?)?(\.gz)?$/i, '');

const checkAccount = (origin: string, name: string, wayOut = ''): string => {
  if (ACCOUNT_NAME.test(name)) return name;
  throw new UsageError(
    `${origin}, ${JSON.stringify(name)}, is not usable: an account name has lower-case letters, digits and hyphens, 63 at most${wayOut}`,
  );
};

const accountOf = ({ account }: Values, roster: string | undefined): string | undefined => {
  if (account !== undefined) return checkAccount('--account', account);
  if (roster === undefined) return undefined;
  const wayOut = ': choose one with --account NAME';
  return checkAccount('the account name taken from the file name', stemOf(roster), wayOut);
};

const targetOf = ({ live, stage, region }: Values): TargetChoice => {
  if (stage === undefined) {
    if (region !== undefined) throw new UsageError('--region says where a stage is: it needs --stage NAME');
    return { kind: live ? 'live' : 'simulated' };
  }
  if (live) throw new UsageError('--live and --stage name two targets: choose one');
  return { kind: 'stage', stage, region };
};

const commandOf = (values: Values, words: readonly string[], target: TargetChoice): CommandName => {
  const [word] = words;
  if (word !== undefined) {
    const named = COMMAND_NAMES.find((name) => name === word);
    if (named === undefined)
      throw new UsageError(
        `There is no command ${JSON.stringify(word)}; choose from ${enumeration(COMMAND_NAMES)}, before the options`,
      );
    if (values.apply && named !== 'apply')
      throw new UsageError(`--apply does not go with ${named}: say apply`);
    return named;
  }
  const isTrial = values.roster === undefined && target.kind === 'simulated';
  return isTrial || values.apply ? 'apply' : 'plan';
};

const addressesOf = (command: CommandName, values: Values, words: readonly string[]): readonly Email[] => {
  const given = [...words.slice(1), ...values.only.flatMap((list) => list.split(','))];
  const wanted = command === 'explain' || command === 'resend' ? command : undefined;
  if (wanted !== undefined && given.length === 0)
    throw new UsageError(`${wanted} needs the address of a person: ${wanted} ADDRESS`);
  if (command === 'explain' && given.length > 1) throw new UsageError('explain takes one address at a time');
  if (wanted === undefined && words.length > 1 && values.only.length === 0)
    throw new UsageError(`${JSON.stringify(words[1])} is not expected here; --help lists the options`);
  if (command === 'explain') return given.map(normalizeEmail);
  return given.map((text) => {
    const parsed = parseEmail(text);
    if ('email' in parsed) return parsed.email;
    throw new UsageError(`The address ${JSON.stringify(text)} ${parsed.problem.split('. ')[0]}`);
  });
};

/** Short for what lies below the directory where the person is. */
const shortPath = (path: string): string => {
  const short = relative('', path);
  return short === '' || short.startsWith('..') ? path : short;
};

/** Options that say which roster, account and place are meant. */
const PLACE = ['roster', 'mapping', 'account', 'state', 'live', 'stage', 'region'] as const;

const placeOf = (values: Values): readonly string[] =>
  PLACE.flatMap((name) => {
    const value = values[name];
    if (value === true) return [`--${name}`];
    return value ? [`--${name}`, value] : [];
  });

const settingsOf = (target: TargetChoice, env: Environment): readonly string[] =>
  target.kind === 'stage'
    ? []
    : RULE_VARIABLES.flatMap((name) => (env[name] ? [`${name}=${quote(env[name] ?? '')}`] : []));

type Here = (path: string) => string;

const mappingOf = ({ mapping }: Values, rosterPath: string | undefined, here: Here) => {
  if (mapping !== undefined) return { mappingPath: here(mapping), mappingName: mapping };
  if (rosterPath === undefined) return { mappingPath: undefined };
  return { mappingPath: join(dirname(rosterPath), `${stemOf(rosterPath)}.mapping.json`) };
};

const rosterOf = (values: Values, command: CommandName, target: TargetChoice, here: Here) => {
  const sample = target.kind === 'simulated' ? SAMPLE_ROSTER : undefined;
  const rosterPath = values.roster === undefined ? sample : here(values.roster);
  const isOfAll = values.roster === undefined && (command === 'status' || command === 'history');
  const account = accountOf(values, isOfAll ? undefined : rosterPath);
  return {
    rosterPath,
    ...mappingOf(values, rosterPath, here),
    rosterName: rosterPath === undefined ? `rosters/${account}.csv` : shortPath(rosterPath),
    isSample: rosterPath === SAMPLE_ROSTER,
    account,
  };
};

/**
 * `env`: limits in it belong to every command that is printed, and npm says in `INIT_CWD` where the person is.
 *
 * @throws a {@link UsageError}
 */
export const parseCall = (argv: readonly string[], env: Environment = {}): Call | 'help' | 'version' => {
  const parsed = parseOptions(COMMAND, argv);
  if (typeof parsed === 'string') return parsed;
  const { values, words } = parsed;
  const target = targetOf(values);
  const command = commandOf(values, words, target);
  refuseContradictions(values, command, target);
  const here: Here = (path) => resolve(env.INIT_CWD ?? '', path);
  const { 'plan-hash': planHash, approve, prune, to } = values;
  return {
    command,
    addresses: addressesOf(command, values, words),
    target,
    ...rosterOf(values, command, target, here),
    stateDirectory: join(
      values.state === undefined ? resolve(DEFAULT_STATE) : here(values.state),
      target.kind,
    ),
    ...(planHash !== undefined && { planHash }),
    ...(approve !== undefined && { approve }),
    ...(prune !== undefined && { prune }),
    ...(to !== undefined && { to: here(to) }),
    limit: values.limit ?? DEFAULT_LIMIT,
    json: values.json,
    markdown: values.markdown,
    detailedExitcode: values['detailed-exitcode'],
    place: placeOf(values),
    settings: settingsOf(target, env),
  };
};

/** Where the account's queue is kept. */
export const jobsDirectory = (stateDirectory: string, account: string): string =>
  join(stateDirectory, 'queue', account);

/** A file or folder in the state folder, as the person would name it. */
export const statePath = ({ stateDirectory }: Pick<Call, 'stateDirectory'>, key: string): string =>
  shortPath(isAbsolute(key) ? key : join(stateDirectory, key));
