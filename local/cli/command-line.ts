/** The table of what may be typed after `npm run sync --`. */

import type { Command, Parsed } from '../parse-options.ts';

export const COMMAND_NAMES = [
  'plan',
  'apply',
  'status',
  'explain',
  'history',
  'dump',
  'resend',
  'offboard',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** As the bucket of the deployed stack lies below `rosters/`, the state of a target lies below this folder. */
export const DEFAULT_STATE = '.sync';
export const DEFAULT_LIMIT = 20;

const HASH = {
  type: 'text',
  value: 'HASH',
  only: {
    pattern: /^sha256:[0-9a-f]{64}$/,
    called: 'a hash as a plan prints it ("sha256:" and 64 hexadecimal digits)',
  },
} as const;

const NAME = { pattern: /^[a-z][a-z0-9-]*$/i, called: 'a name of letters, digits and hyphens' } as const;

export const COMMAND = {
  about: `Makes the invitations of a Fastly account equal to a roster.

  npm run sync                                        try it: a sample roster and a simulated account
  npm run sync -- --roster FILE                       plan against a simulated account, change nothing
  npm run sync -- --roster FILE --apply               carry the plan out there
  npm run sync -- --roster FILE --live                plan against the real Fastly, change nothing
  npm run sync -- --roster FILE --live --apply        carry the plan out
  npm run sync -- --stage prod --account NAME         plan with the deployed stack, change nothing

Commands, before the options:

  plan, apply        the same as the options above
  status             where the newest run stands, for one account or all of them
  explain ADDRESS    what happened to this person, and why
  history            the runs, newest first
  dump               the account as it is, as a roster
  resend ADDRESS…    send these people's invitation again now, once
  offboard           members without a roster row or with another role`,
  options: {
    roster: { type: 'text', value: 'FILE', help: 'who shall be invited: a CSV file, gzipped or not' },
    mapping: {
      type: 'text',
      value: 'FILE',
      help: 'how to read a roster that is an export of another system;\ndefault: NAME.mapping.json beside the roster NAME.csv',
    },
    account: {
      type: 'text',
      value: 'NAME',
      help: "a name for the account; default: the roster's without .csv",
    },
    state: {
      type: 'text',
      value: 'DIR',
      help: `where state, queue and reports are kept; default: ${DEFAULT_STATE}`,
    },
    live: { type: 'flag', help: 'use the real Fastly, with the token in FASTLY_API_TOKEN' },
    stage: {
      type: 'text',
      value: 'NAME',
      only: NAME,
      help: 'use the deployed stack, with its roster and state',
    },
    region: { type: 'text', value: 'NAME', only: NAME, help: 'where the stack is; default: AWS_REGION' },
    apply: { type: 'flag', help: 'carry the plan out instead of only showing it' },
    only: {
      type: 'text',
      value: 'ADDRESS',
      multiple: true,
      help: 'nothing but these people; may be repeated',
    },
    'plan-hash': { ...HASH, help: 'only if the plan is still the one with this hash' },
    approve: { ...HASH, help: 'also carry out the held changes, if they still have this hash' },
    prune: {
      type: 'choice',
      value: 'MODE',
      choices: ['managed', 'none'],
      help: 'what may be cancelled for not being in the roster: managed\n(only what this tool sent) or none; never more than PRUNE',
    },
    limit: {
      type: 'number',
      value: 'N',
      min: 1,
      max: 10_000,
      help: `of history: how many runs; default: ${DEFAULT_LIMIT}`,
    },
    to: { type: 'text', value: 'FILE', help: 'of dump and offboard: write the CSV there' },
    markdown: { type: 'flag', help: 'of plan: print it as Markdown, for a pull request' },
    'detailed-exitcode': {
      type: 'flag',
      help: 'of plan: exit status 3 if there are changes and none is held',
    },
    json: { type: 'flag', help: 'print the result as JSON on standard output, and nothing else' },
  },
  words: { name: 'address' },
  notes: `Limits are set by environment variables, for example MAX_DELETES=100; the README
lists them. The hourly quota of a simulated account is RATE_LIMIT_PER_HOUR. A stage
has limits of its own.

Exit status: 0 done, in sync, or planned; 2 something is held, or a given hash no
longer fits; 1 blocked, failed or interrupted; 3 with --detailed-exitcode: a plan
with changes.`,
} as const satisfies Command;

export type Values = Parsed<typeof COMMAND.options>['values'];

/** Where a command works. */
export type TargetChoice =
  | { readonly kind: 'simulated' }
  | { readonly kind: 'live' }
  | { readonly kind: 'stage'; readonly stage: string; readonly region: string | undefined };

/** Options that only some commands take. */
export const BELONGS_TO: Readonly<Partial<Record<keyof typeof COMMAND.options, readonly CommandName[]>>> = {
  mapping: ['plan', 'apply', 'explain', 'resend', 'offboard'],
  only: ['plan', 'apply'],
  'plan-hash': ['apply'],
  approve: ['apply', 'resend'],
  prune: ['plan', 'apply'],
  markdown: ['plan'],
  'detailed-exitcode': ['plan'],
  limit: ['history'],
  to: ['dump', 'offboard'],
};
