import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import { type AwsAccount, REGION, STACK, startAwsAccount, TOKEN_PARAMETER } from '../support/aws-account.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

// Each test starts one process or two.
jest.setTimeout(60_000);

const TOKEN = 'example-token-of-the-bot';

let fastly: Simulator;
let aws: AwsAccount;

beforeEach(async () => {
  fastly = await startSimulator({ token: TOKEN });
  aws = await startAwsAccount(fastly);
});

afterEach(async () => {
  await aws.stop();
  await fastly.close();
});

type Smoke = {
  readonly status: number;
  readonly lines: readonly string[];
  /** Only those lines that say so. */
  readonly failures: readonly string[];
};

/** `npm run smoke` without npm. */
const smoke = async (...args: readonly string[]): Promise<Smoke> => {
  const child = spawn(process.execPath, ['scripts/smoke.ts', ...args], {
    env: { PATH: process.env.PATH ?? '', ...aws.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  const lines = (output + errors).trim().split('\n');
  expect(lines.join()).not.toContain(TOKEN);
  return { status, lines, failures: lines.filter((line) => line.startsWith('failed')) };
};

const accountIn = (event: unknown): string => (event as { readonly account: string }).account;

const parameterOf = (account: string): string => TOKEN_PARAMETER.replace('acme', account);

/** With a token as `npm run deploy` wants it. */
const addAccount = async (account: string): Promise<void> => {
  const roster = { Bucket: aws.wire.bucket, Key: `rosters/${account}.csv.gz`, Body: 'email,role\n' };
  await aws.wire.clients.s3.send(new PutObjectCommand(roster));
  aws.parameters.set(parameterOf(account), { type: 'SecureString', value: TOKEN });
};

const restartFastly = async (options: Parameters<typeof startSimulator>[0]): Promise<void> => {
  await fastly.close();
  fastly = await startSimulator({ token: TOKEN, ...options });
  aws.variables.set('FASTLY_API_URL', fastly.url);
};

describe('a deployment that is fine', () => {
  it('is described line by line, and changes nothing', async () => {
    fastly.seed({ invitations: [{ email: 'ada@example.com' }], members: [{ login: 'grace@example.com' }] });
    const { status, lines } = await smoke();
    expect(lines).toEqual([
      `ok      stack                 ${STACK}, UPDATE_COMPLETE, all 5 outputs`,
      `ok      sync environment      MODE apply, PRUNE all, Fastly at ${fastly.url}`,
      `ok      worker environment    MODE apply, PRUNE all, Fastly at ${fastly.url}`,
      `ok      rosters               s3://${aws.wire.bucket}/rosters/: acme`,
      `ok      token acme            ${TOKEN_PARAMETER} is a SecureString`,
      `ok      rights acme           scope "global", customer ${fastly.customerId}`,
      'ok      listing acme          whole: 1 invitations, 1 users',
      'ok      plan acme             in_sync: 0 create, 0 delete, 0 replace, 0 keep, 0 member, 0 waiting',
      'All 8 checks are fine.',
    ]);
    expect(status).toBe(0);
    expect(aws.invocations).toEqual([{ account: 'acme', mode: 'plan' }]);
    expect(fastly.writes().size).toBe(0);
  });

  it('shows what the plan would do, what a guard would hold, and warnings', async () => {
    aws.plan = () =>
      bareResult('acme', 'run1', 'planned', {
        counts: { create: 2, delete: 80, replace: 0, keep: 40, member: 310, waiting: 0 },
        held: [{ action: 'delete', count: 80, reason: '80 deletes exceed the limit of 50' }],
        warnings: ['the token expires in 7 days'],
      });
    expect((await smoke()).lines.at(-2)).toMatch(
      /planned: 2 create, 80 delete, .*held: 80 deletes exceed .*; the token expires in 7 days/,
    );
  });

  it('has every account with a roster looked at, or the chosen one', async () => {
    await addAccount('initech');
    aws.plan = (event) => bareResult(accountIn(event), 'run1', 'in_sync');
    expect((await smoke()).status).toBe(0);
    expect((await smoke('--account', 'initech')).status).toBe(0);
    expect(aws.invocations.map(accountIn)).toEqual(['acme', 'initech', 'initech']);
  });
});

describe('what is not fine fails, with what to do', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'no stack',
      () => {
        aws.stackStatus = undefined;
      },
      /stack +ValidationError: Stack with id \S+-prod does not exist\. Are you .* the right AWS account and region/,
    ],
    [
      'a stack under way',
      () => {
        aws.stackStatus = 'UPDATE_IN_PROGRESS';
      },
      /stack .*UPDATE_IN_PROGRESS\. Wait/,
    ],
    [
      'a stack rolled back',
      () => {
        aws.stackStatus = 'UPDATE_ROLLBACK_COMPLETE';
      },
      /did not succeed: its events/,
    ],
    ['an output missing', () => aws.outputs.delete('JobQueueUrl'), /has no JobQueueUrl\. Deploy the current/],
    [
      'a faulty variable of the worker',
      () => aws.workerVariables.set('MAX_DELETES', 'many'),
      /worker environment +.*MAX_DELETES: expected a whole number/,
    ],
    [
      'no place for tokens',
      () => {
        aws.workerVariables.set('TOKEN_PARAMETER_PREFIX', '');
        aws.workerVariables.set('FASTLY_API_TOKEN', TOKEN);
      },
      /worker environment +TOKEN_PARAMETER_PREFIX is not set/,
    ],
    [
      'a bucket of another stack',
      () => aws.workerVariables.set('ROSTER_BUCKET', 'elsewhere'),
      /worker environment +ROSTER_BUCKET: not what this stack put out/,
    ],
    [
      'a token that can only read',
      () => restartFastly({ scopes: ['global:read'] }),
      /rights acme +scope "global:read", customer \S+: it can plan but not apply\. Create/,
    ],
    [
      'invitations that can’t be listed',
      () => fastly.fault({ url: '/invitations', answer: { status: 403, body: '{"msg":"Forbidden"}' } }),
      /listing acme +GET \/invitations: 403.*\. Look again in a minute/,
    ],
    [
      'users that can’t be read',
      () => fastly.fault({ url: '/customer', answer: { status: 403, body: '{"msg":"Forbidden"}' } }),
      /listing acme +GET \/customer\/\w+\/users: 403/,
    ],
  ])('%s', async (_, spoil, expected) => {
    await spoil();
    const { status, failures } = await smoke('--stage', 'prod', '--region', REGION);
    expect([status, failures]).toEqual([1, [expect.stringMatching(expected)]]);
  });

  it('an account without a roster', async () => {
    expect((await smoke('--account', 'initech')).failures[0]).toMatch(
      /rosters +there is no \S+initech\.csv\. Upload it/,
    );
  });

  it('each account by itself, and the others are looked at', async () => {
    const PLANS: Readonly<Record<string, () => SyncResult>> = {
      blocked: () =>
        bareResult('blocked', 'run1', 'blocked', {
          issues: [{ code: 'x', line: 2, message: 'no such role' }],
        }),
      broken: () => bareResult('broken', 'run1', 'failed', { error: 'S3 is away' }),
      throwing: () => {
        throw new Error('the environment is not usable');
      },
      applying: () => bareResult('applying', 'run1', 'enqueued'),
      stranger: () => bareResult('initech', 'run1', 'in_sync'),
    };
    for (const account of ['without-token', 'in-clear', 'refused', ...Object.keys(PLANS)])
      await addAccount(account);
    aws.parameters.delete(parameterOf('without-token'));
    aws.parameters.set(parameterOf('in-clear'), { type: 'String', value: TOKEN });
    aws.parameters.set(parameterOf('refused'), { type: 'SecureString', value: 'a-revoked-token' });
    aws.plan = (event) => PLANS[accountIn(event)]?.() ?? bareResult(accountIn(event), 'run1', 'in_sync');

    const { status, lines, failures } = await smoke();
    expect(failures).toEqual(
      [
        /plan applying +enqueued: .* no answer to a request for a plan\. Deploy this version/,
        /plan blocked +blocked: .*; no such role\. docs\/runbook\.md#run-blocked/,
        /plan broken +failed: .*S3 is away\. docs\/runbook\.md#run-failed/,
        /token in-clear +\S+ is stored in clear\. .*SecureString/,
        /rights refused +GET \/tokens\/self: 401.* Store another token/,
        /plan stranger +\S+-sync gave no result for stranger\. Deploy this version/,
        /plan throwing +\S+-sync: the environment is not usable\. docs\/runbook\.md#sync-errors/,
        /token without-token +there is no parameter \S+without-token\/token .*aws ssm put-parameter/,
      ].map((line) => expect.stringMatching(line)),
    );
    for (const account of ['acme', 'in-clear'])
      expect(lines.join('\n')).toMatch(new RegExp(`^ok +plan ${account} `, 'm'));
    expect([status, lines.at(-1)]).toEqual([1, expect.stringMatching(/^8 of \d+ checks failed/)]);
  });

  it('an option that does not exist, before anything is looked at', async () => {
    const { status, lines } = await smoke('--apply');
    expect([status, lines]).toEqual([1, ['There is no option --apply; --help lists them']]);
  });
});

describe('the names', () => {
  const files = ['serverless.yml', ...readdirSync('stack').map((name) => `stack/${name}`)];
  const template = files.map((name) => readFileSync(name, 'utf8')).join('\n');

  it('are those of the template', () => {
    expect(STACK).toBe('fastly-invitation-sync-prod');
    expect(template).toContain('service: fastly-invitation-sync\n');
    for (const name of ['sync', 'worker'])
      expect(template).toContain(`name: \${self:service}-\${sls:stage}-${name}\n`);
    for (const output of aws.outputs.keys()) expect(template).toMatch(new RegExp(`^ {2}${output}:$`, 'm'));
  });

  it('of the sections of the runbook are its own', () => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const sections = new Set(
      [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')),
    );
    const sources = readdirSync('scripts/smoke').map((name) => readFileSync(`scripts/smoke/${name}`, 'utf8'));
    const named = [...sources.join('\n').matchAll(/docs\/runbook\.md#([\w-]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !sections.has(name))).toEqual([]);
  });
});
