import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { bareResult } from '../../lib/planner/result.ts';
import { stackNameOf } from '../../scripts/smoke/stack.ts';
import { type Deployment, startDeployment } from './support.ts';
import { NOW, TOKEN } from './trial-support.ts';

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment();
});

afterEach(() => deployment.stop());

describe('a deployment that is fine', () => {
  it('is described line by line, changes nothing, and shows no token', async () => {
    deployment.fastly.seed({
      invitations: [{ email: 'ada@example.com' }],
      members: [{ login: 'grace@example.com' }],
    });
    const { passed, lines } = await deployment.look();
    expect(lines.map((line) => line.slice(0, 31).trim())).toEqual([
      'ok       stack',
      'ok       sync function',
      'ok       configuration',
      'ok       worker function',
      'ok       queue to worker',
      'ok       job queue',
      'ok       dead-letter queue',
      'ok       undelivered triggers',
      'ok       rosters',
      'ok       token acme',
      'ok       rights acme',
      'ok       listing acme',
      'ok       plan acme',
      'All 13 checks are fine.',
    ]);
    expect(passed).toBe(true);
    expect(deployment.aws.invocations).toEqual([{ account: 'acme', mode: 'plan' }]);
    expect(deployment.fastly.writes().size).toBe(0);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('shows what the plan would do, and what a guard would hold', async () => {
    const counts = { create: 2, delete: 80, replace: 0, keep: 40, member: 310 };
    const held = [{ action: 'delete' as const, count: 80, reason: '80 deletes exceed the limit of 50' }];
    deployment.aws.plan = () =>
      bareResult('acme', 'run1', 'planned', { counts, held, report: 'runs/acme/run1/plan.json' });
    expect((await deployment.look()).lines.at(-2)).toMatch(
      /planned: 2 create, 80 delete, .*held until approved: 80 deletes exceed .* report runs\/acme\/run1\/plan\.html/,
    );
  });

  it('has every account with a roster looked at, or the chosen one', async () => {
    await deployment.putRoster('rosters/initech.csv.gz');
    deployment.aws.parameters.set('/fastly-invitation-sync/prod/initech/token', {
      type: 'SecureString',
      value: TOKEN,
    });
    deployment.aws.plan = (event) => bareResult((event as { account: string }).account, 'run1', 'in_sync');
    expect((await deployment.look()).passed).toBe(true);
    expect((await deployment.look({ account: 'initech' })).passed).toBe(true);
    expect(deployment.aws.invocations.map((event) => (event as { account: string }).account)).toEqual([
      'acme',
      'initech',
      'initech',
    ]);
  });

  it('tells of a token that expires soon', async () => {
    await deployment.restartFastly({
      now: () => NOW,
      tokenExpiresAt: NOW + 7 * 24 * 3600 * 1000,
    });
    const { passed, lines } = await deployment.look();
    expect([passed, lines.at(-4)]).toEqual([true, expect.stringContaining('in 7 days: replace it')]);
  });
});

describe('an invitation', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a check failed',
      () => deployment.aws.variables.set('MODE', 'maybe'),
      /^skipped +invitation +nothing was sent, since a check failed/,
    ],
    [
      'nobody said to which account',
      async () => {
        await deployment.putRoster('rosters/initech.csv');
        deployment.aws.parameters.set('/fastly-invitation-sync/prod/initech/token', {
          type: 'SecureString',
          value: TOKEN,
        });
        deployment.aws.plan = (event) =>
          bareResult((event as { account: string }).account, 'run1', 'in_sync');
      },
      /^failed +invitation +nothing was sent: there are acme, initech\. Choose with --account/,
    ],
    [
      'its domain is not allowed',
      () => deployment.aws.variables.set('ALLOWED_DOMAINS', 'example.org'),
      /^failed +address +example\.com is not in ALLOWED_DOMAINS/,
    ],
  ])('is not sent when %s', async (_, spoil, expected) => {
    await spoil();
    const { passed, lines } = await deployment.look({ email: normalizeEmail('thelma@example.com') });
    expect([passed, lines.at(-2)]).toEqual([false, expect.stringMatching(expected)]);
    expect(deployment.fastly.writes().size).toBe(0);
  });
});

describe('the names', () => {
  const template = ['serverless.yml', ...readdirSync('stack').map((name) => `stack/${name}`)]
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');

  it('are those of the template', () => {
    expect(template).toContain(`service: ${stackNameOf('').replace(/-$/, '')}\n`);
    for (const name of ['sync', 'worker'])
      expect(template).toContain(`name: \${self:service}-\${sls:stage}-${name}\n`);
    for (const output of deployment.aws.outputs.keys())
      if (!output.startsWith('Serverless')) expect(template).toMatch(new RegExp(`^ {2}${output}:$`, 'm'));
    expect(template).toContain('runtime: nodejs24.x\n');
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
