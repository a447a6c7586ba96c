/** The environment (docs/contract.md, “Environment”): read once, every faulty variable named in one error. */

import * as v from 'valibot';
import { isWithin } from './edits.ts';
import { ROLES } from './invitation.ts';
import { mailboxFault, normalizeDomain } from './mailbox.ts';

/** `managed` cancels only what the ledger knows; `none` cancels nothing that merely left the roster. */
const PRUNE_MODES = ['all', 'managed', 'none'] as const;
export type PruneMode = (typeof PRUNE_MODES)[number];

const text = v.pipe(v.string(), v.trim());
const whole = (fallback: number, min: number, max: number) =>
  v.optional(
    v.pipe(
      text,
      v.regex(/^\d{1,15}$/, 'expected a whole number'),
      v.transform(Number),
      v.minValue(min, `expected at least ${min}`),
      v.maxValue(max, `expected at most ${max}`),
    ),
    String(fallback),
  );
const itemsOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');

/**
 * Items with commas between them. A list of nothing but separators is refused: it would protect nobody, or allow
 * everybody, while somebody believes that it holds.
 */
const list = (fallback: string, expected: string, isItem: (item: string) => boolean) =>
  v.optional(
    v.pipe(
      text,
      v.check((value) => value === '' || itemsOf(value).length > 0, expected),
      v.transform(itemsOf),
      v.array(v.pipe(v.string(), v.check(isItem, expected))),
    ),
    fallback,
  );

const isDomain = (item: string): boolean => mailboxFault(`a@${item}`) === undefined;

/** What a `*` can stand for, so that an address is made of a pattern if that is possible at all. */
const FILLINGS = ['a', '', 'a.aa', 'a@a.aa'];

/** Whether some address fits: one star may stand for more than the others. */
const isAddressPattern = (item: string): boolean => {
  const pieces = item.split('*');
  const filled = (star: number, filling: string, others: string): string =>
    pieces.reduce((sofar, piece, index) => sofar + (index === star ? filling : others) + piece);
  return FILLINGS.some((filling) =>
    FILLINGS.some((others) =>
      pieces.some((_, star) => mailboxFault(filled(star, filling, others)) === undefined),
    ),
  );
};
const queueUrl = v.pipe(text, v.url('expected the URL of a queue'));

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A token must never cross a network in clear. */
const isSafeUrl = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
};

const MiB = 1024 * 1024;
const MANY = 10_000_000;

const rulesSchema = {
  FASTLY_API_URL: v.optional(
    v.pipe(text, v.check(isSafeUrl, 'expected an https: URL (http: only for loopback hosts)')),
    'https://api.fastly.com',
  ),
  ALLOWED_ROLES: list(
    'user,billing,engineer,tls_viewer,tls_admin',
    `expected roles out of ${ROLES.join(', ')}, with commas between them`,
    (item) => ROLES.some((role) => role === item),
  ),
  ALLOWED_DOMAINS: v.pipe(
    list('', 'expected whole domains such as example.com, with commas between them', isDomain),
    v.transform((domains) => domains.map(normalizeDomain)),
  ),
  PROTECTED_EMAILS: list(
    '',
    'expected addresses such as ada@example.com or *@example.com, with commas between them; something in it can match no address',
    isAddressPattern,
  ),
  MODE: v.optional(v.pipe(text, v.picklist(['plan', 'apply'], 'expected plan or apply')), 'apply'),
  PRUNE: v.optional(v.pipe(text, v.picklist(PRUNE_MODES, 'expected all, managed or none')), 'all'),
  MAX_CREATES: whole(500, 0, MANY),
  MAX_DELETES: whole(50, 0, MANY),
  MAX_REPLACES: whole(50, 0, MANY),
  MAX_CHANGE_PERCENT: whole(25, 0, 100),
  PERCENT_FLOOR: whole(10, 0, MANY),
  MAX_ROSTER_BYTES: whole(256 * MiB, 1, 16 * 1024 * MiB),
  INVITATION_TTL_DAYS: whole(7, 1, 3650),
  MAX_INVITES_PER_EMAIL: whole(3, 1, 1000),
  REINVITE_AFTER_DAYS: whole(7, 0, 3650),
  RATE_LIMIT_PER_HOUR: whole(1000, 1, MANY),
  RATE_LIMIT_RESERVE: whole(50, 0, MANY),
  LIST_CONCURRENCY: whole(4, 1, 32),
  WRITE_CONCURRENCY: whole(4, 1, 32),
};

const deploymentSchema = {
  ROSTER_BUCKET: text,
  QUEUE_URL: queueUrl,
  DEAD_LETTER_QUEUE_URL: queueUrl,
  TOKEN_PARAMETER_PREFIX: v.exactOptional(
    v.pipe(
      text,
      v.regex(/^\/[\w./-]*[^/]$/, 'expected a parameter path such as /fastly-invitation-sync/prod'),
    ),
  ),
  FASTLY_API_TOKEN: v.exactOptional(text),
  NOTIFICATION_TOPIC_ARN: v.exactOptional(v.pipe(text, v.startsWith('arn:', 'expected the ARN of a topic'))),
};

/** What only a command line reads. Not a rule: the address is as secret as a token. */
const localSchema = {
  NOTIFICATION_WEBHOOK_URL: v.exactOptional(
    v.pipe(text, v.startsWith('https://', 'expected an https: URL'), v.url('expected an https: URL')),
  ),
};

const rulesObject = v.object(rulesSchema);
const configObject = v.object({ ...rulesSchema, ...deploymentSchema });

/** What concerns the plan, the guards and the quota; honoured everywhere. Named as in the environment. */
export type Rules = v.InferOutput<typeof rulesObject>;
/** Everything a deployed function needs. */
export type Config = v.InferOutput<typeof configObject>;

/** Every variable that is read here. */
export const ENVIRONMENT_VARIABLES: readonly string[] = [
  ...Object.keys(deploymentSchema),
  ...Object.keys(localSchema),
  ...Object.keys(rulesSchema),
];

/** Those that a call from a command line depends on. `MODE` says what schedule and upload do. */
export const RULE_VARIABLES: readonly string[] = Object.keys(rulesSchema).filter((name) => name !== 'MODE');

/** Shorter names, such as `MODE`, are one letter away from too many other words. */
const SHORTEST_MISSPELT = 6;

/**
 * Variables that are set and not read, but one letter away from one that is. What they were to change is as if they did
 * not exist.
 */
export const misspeltVariables = (env: Environment): { readonly given: string; readonly meant: string }[] =>
  Object.keys(withoutEmpty(env)).flatMap((given) => {
    if (given.length < SHORTEST_MISSPELT || ENVIRONMENT_VARIABLES.includes(given)) return [];
    const meant = ENVIRONMENT_VARIABLES.find((name) => isWithin(given.toUpperCase(), name, 1));
    return meant === undefined ? [] : [{ given, meant }];
  });

type Environment = Readonly<Record<string, string | undefined>>;

/** An empty string is unset. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));

/** Names every faulty variable and what was expected, never a value: it could be a token. */
export class ConfigError extends Error {
  override name = 'ConfigError' as const;
  constructor(faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const faultsOf = (issues: readonly v.BaseIssue<unknown>[]): string[] => {
  const faults = issues.map((issue) => {
    const path = v.getDotPath(issue);
    if (path === null) return issue.message;
    const variable = path.split('.')[0];
    return issue.input === undefined ? `${variable}: is required` : `${variable}: ${issue.message}`;
  });
  return [...new Set(faults)].sort();
};

/** Faults that lie in no single variable. */
const quotaFaults = (env: Environment): string[] => {
  const { output } = v.safeParse(rulesObject, env);
  const { RATE_LIMIT_PER_HOUR: perHour, RATE_LIMIT_RESERVE: reserve } = output as Partial<Rules>;
  return typeof perHour === 'number' && typeof reserve === 'number' && reserve >= perHour
    ? ['RATE_LIMIT_RESERVE: expected less than RATE_LIMIT_PER_HOUR, or nothing could ever be written']
    : [];
};

const tokenFaults = (env: Environment): string[] =>
  env.TOKEN_PARAMETER_PREFIX === undefined && env.FASTLY_API_TOKEN === undefined
    ? ['TOKEN_PARAMETER_PREFIX or FASTLY_API_TOKEN: one of the two is required']
    : [];

const parse = <S extends typeof rulesObject | typeof configObject>(
  schema: S,
  env: Environment,
  moreFaults: readonly string[],
): v.InferOutput<S> => {
  const parsed = v.safeParse(schema, env);
  const faults = [...(parsed.success ? [] : faultsOf(parsed.issues)), ...moreFaults];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.output;
};

/** Throws a {@link ConfigError}. */
export const parseConfig = (env: Environment): Config => {
  const given = withoutEmpty(env);
  return parse(configObject, given, [...quotaFaults(given), ...tokenFaults(given)]);
};

/** Only the rules, for a run without a deployment. Throws a {@link ConfigError}. */
export const parseRules = (env: Environment): Rules => {
  const given = withoutEmpty(env);
  return parse(rulesObject, given, quotaFaults(given));
};

/** Where a command line posts its notifications, if anywhere. Throws a {@link ConfigError}. */
export const parseWebhook = (env: Environment): string | undefined => {
  const parsed = v.safeParse(v.object(localSchema), withoutEmpty(env));
  if (!parsed.success) throw new ConfigError(faultsOf(parsed.issues));
  return parsed.output.NOTIFICATION_WEBHOOK_URL;
};
