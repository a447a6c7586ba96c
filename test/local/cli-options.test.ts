import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import { type Ending, exitStatus } from '../../local/cli/ending.ts';
import { refuseForgottenDashes } from '../../local/cli/forgotten-dashes.ts';
import { type Call, parseCall } from '../../local/cli/options.ts';
import { applyCommand, commandLine } from '../../local/cli/printed-command.ts';

const HASH = `sha256:${'0a'.repeat(32)}`;

const parsed = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Call => {
  const call = parseCall(argv, env);
  if (typeof call === 'string') throw new Error(`${call} was not asked for`);
  return call;
};

describe('options', () => {
  it.each([
    { given: ['--help'], is: 'help' },
    { given: ['--help', '--roster', 'x.csv'], is: 'help' },
    { given: ['--version'], is: 'version' },
  ])('$given → $is', ({ given, is }) => {
    expect(parseCall(given)).toBe(is);
  });

  it.each([
    { given: [], command: 'apply', target: { kind: 'simulated' }, isSample: true, account: 'roster' },
    {
      given: ['--account', 'demo'],
      command: 'apply',
      target: { kind: 'simulated' },
      isSample: true,
      account: 'demo',
    },
    {
      given: ['--roster', 'acme.csv'],
      command: 'plan',
      target: { kind: 'simulated' },
      isSample: false,
      account: 'acme',
    },
    {
      given: ['--roster', 'acme.csv', '--apply'],
      command: 'apply',
      target: { kind: 'simulated' },
      account: 'acme',
    },
    {
      given: ['--roster', 'a/b/acme.csv.gz', '--live'],
      command: 'plan',
      target: { kind: 'live' },
      account: 'acme',
    },
    {
      given: ['--roster', 'acme', '--live', '--apply'],
      command: 'apply',
      target: { kind: 'live' },
      account: 'acme',
    },
    { given: ['--roster', 'ACME.CSV', '--account', 'acme-2'], command: 'plan', account: 'acme-2' },
  ])('$given', ({ given, ...expected }) => {
    expect(parsed(given)).toMatchObject(expected);
  });

  it.each([
    { given: ['plan'], command: 'plan', account: 'roster' },
    { given: ['status'], command: 'status', account: undefined },
    {
      given: ['history', '--account', 'acme', '--limit', '3'],
      command: 'history',
      account: 'acme',
      limit: 3,
    },
    { given: ['status', '--live'], command: 'status', target: { kind: 'live' }, account: undefined },
    { given: ['explain', ' Ada@Example.com'], command: 'explain', addresses: ['ada@example.com'] },
    {
      given: ['--stage', 'prod', '--region', 'eu-west-1', '--account', 'acme'],
      command: 'plan',
      target: { kind: 'stage', stage: 'prod', region: 'eu-west-1' },
      rosterPath: undefined,
    },
    {
      given: ['apply', '--only', 'a@example.com,b@example.com', 'c@example.com'],
      addresses: ['c@example.com', 'a@example.com', 'b@example.com'],
    },
  ])('$given', ({ given, ...expected }) => {
    expect(parsed(given)).toMatchObject(expected);
  });

  it('F85 puts each target in a folder of its own, and takes paths from where the person is', () => {
    const env = { INIT_CWD: '/home/ada' };
    const at = (...argv: string[]) => parsed(argv, env);
    expect(at('--roster', 'acme.csv', '--state', 's')).toMatchObject({
      rosterPath: '/home/ada/acme.csv',
      stateDirectory: '/home/ada/s/simulated',
    });
    expect(at('--roster', '/a/acme.csv', '--live').stateDirectory).toBe(resolve('.sync/live'));
  });

  it.each([
    { given: ['plna'], says: 'There is no command "plna"; choose from plan, apply, status' },
    { given: ['status', 'acme'], says: '"acme" is not expected here' },
    { given: ['status', '--apply'], says: '--apply does not go with status' },
    { given: ['explain'], says: 'explain needs the address of a person' },
    { given: ['explain', 'a@example.com', 'b@example.com'], says: 'one address at a time' },
    { given: ['resend', 'ada'], says: 'The address "ada" has no @' },
    { given: ['plan', '--limit', '3'], says: '--limit belongs to history, not to plan' },
    { given: ['plan', '--approve', HASH], says: '--approve says what to carry out: it needs --apply' },
    { given: ['--live', '--stage', 'prod'], says: 'choose one' },
    { given: ['--region', 'eu-west-1'], says: 'it needs --stage NAME' },
    { given: ['--stage', 'prod', '--roster', 'a.csv'], says: '--account NAME instead of --roster' },
    { given: ['--stage', 'prod', '--state', 'x'], says: 'leave out --state' },
    { given: ['--live', 'dump'], says: 'dump needs --account NAME' },
  ])('$given: $says', ({ given, says }) => {
    expect(() => parsed(given)).toThrow(says);
  });

  it.each([
    { given: [], command: 'npm run sync' },
    {
      given: ['--stage', 'prod', '--account', 'acme'],
      command: 'npm run sync -- --account acme --stage prod --apply',
    },
    { given: ['--json'], command: 'npm run sync' },
    { given: ['--state', 'here'], command: 'npm run sync -- --state here' },
    { given: ['--roster', 'a.csv', '--live'], command: 'npm run sync -- --roster a.csv --live --apply' },
    {
      given: ['--roster', "it's b.csv", '--account', 'b', '--prune', 'none', '--apply', '--approve', HASH],
      command: "npm run sync -- --roster 'it'\\''s b.csv' --account b --prune none --apply",
    },
    {
      given: ['apply', '--roster', 'a.csv', '--only', 'a@example.com', 'b@example.com'],
      command: 'npm run sync -- --roster a.csv --only b@example.com --only a@example.com --apply',
    },
    {
      given: ['resend', 'a@example.com', 'b@example.com', '--roster', 'a.csv', '--approve', HASH],
      command: 'npm run sync -- resend a@example.com b@example.com --roster a.csv',
    },
  ])('$given is carried out with: $command', ({ given, command }) => {
    expect(applyCommand(parsed(given))).toBe(command);
  });

  it('names the limits of the environment in what it prints, but not for a stage, which has its own', () => {
    const env = {
      MAX_DELETES: '100',
      PROTECTED_EMAILS: '*@a.example, b@c.example',
      FASTLY_API_TOKEN: 'secret',
    };
    expect(commandLine(parsed(['--roster', 'a.csv'], env), 'status')).toBe(
      "PROTECTED_EMAILS='*@a.example, b@c.example' MAX_DELETES=100 npm run sync -- status --roster a.csv",
    );
    expect(commandLine(parsed(['--stage', 'prod'], env), 'status')).toBe(
      'npm run sync -- status --stage prod',
    );
  });
});

describe('options that npm kept because -- was forgotten', () => {
  it.each([
    { argv: [], env: { npm_config_live: 'true', npm_config_json: 'true' }, says: '-- --live --json' },
    { argv: ['acme.csv'], env: { npm_config_roster: 'true' }, says: '-- --roster acme.csv' },
    {
      argv: ['history', '5'],
      env: { npm_config_limit: 'true', npm_config_stage: 'prod' },
      says: '-- history --stage prod --limit 5',
    },
    {
      argv: ['acme.csv', 'eu'],
      env: { npm_config_roster: 'true', npm_config_region: 'true' },
      says: '-- --roster … --region …',
    },
  ])('$argv $env: npm run sync $says', ({ argv, env, says }) => {
    expect(() => refuseForgottenDashes(argv, env)).toThrow(`:\n  npm run sync ${says}`);
  });

  it.each([{}, { npm_config_json: 'true' }, { npm_config_live: '' }])('are none in %j', (env) => {
    expect(() => refuseForgottenDashes(['plan'], env)).not.toThrow();
  });
});

describe('exit status', () => {
  const result = (status: SyncResult['status'], more: Partial<SyncResult> = {}): Ending => ({
    result: bareResult('acme', 'run', status, more),
    drained: [],
  });
  const drained = (more: Partial<Ending['drained'][number]>): Ending => ({
    ...result('enqueued'),
    drained: [{ end: 'empty', deadLetters: 0, ...more }],
  });
  const held = { held: [{ action: 'delete', count: 80, reason: 'too many' }] } as const;
  const report = (outcome: string) =>
    ({ outcomes: [{ action: 'create', email: 'a@example.com', result: outcome }] }) as never;

  it.each([
    { name: 'planned', ending: result('planned'), status: 0 },
    { name: 'in sync', ending: result('in_sync'), status: 0 },
    { name: 'done', ending: drained({ report: report('created') }), status: 0 },
    { name: 'planned with holds', ending: result('planned', held), status: 2 },
    { name: 'held', ending: result('held', held), status: 2 },
    { name: 'a hash that no longer fits', ending: result('changed'), status: 2 },
    { name: 'blocked', ending: result('blocked'), status: 1 },
    { name: 'failed', ending: result('failed'), status: 1 },
    { name: 'interrupted', ending: drained({ end: 'stopped' }), status: 1 },
    { name: 'halted', ending: drained({ halted: '401' }), status: 1 },
    { name: 'a job rejected', ending: drained({ report: report('rejected') }), status: 1 },
    { name: 'a job failed', ending: drained({ report: report('failed') }), status: 1 },
  ])('$name: $status', ({ ending, status }) => {
    expect(exitStatus(ending)).toBe(status);
  });
});
