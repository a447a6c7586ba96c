import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bareResult } from '../../lib/planner/result.ts';
import { TOKEN_PARAMETER } from '../support/aws-account.ts';
import { type Deployment, startDeployment } from './support.ts';
import { TOKEN } from './trial-support.ts';

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment();
});

afterEach(() => deployment.stop());

describe('an account that is not fine fails, with what to do', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a misnamed roster',
      () => deployment.putRoster('rosters/Acme Ltd.csv'),
      /rosters +1 files in \S+ are not named <account>\.csv/,
    ],
    [
      'no token',
      () => deployment.aws.parameters.clear(),
      /token acme +there is no parameter \S+acme\/token .*aws ssm put-parameter/,
    ],
    [
      'a token in clear',
      () => deployment.aws.parameters.set(TOKEN_PARAMETER, { type: 'String', value: TOKEN }),
      /token acme +\S+ is stored in clear\. .*SecureString/,
    ],
    [
      'a token that Fastly refuses',
      () => deployment.fastly.revokeToken(),
      /rights acme +GET \/tokens\/self: 401.* Store another one/,
    ],
    [
      'a token that can only read',
      () => deployment.restartFastly({ scopes: ['global:read'] }),
      /rights acme +scope "global:read" can plan but not apply\. Create/,
    ],
    [
      'a list that is never whole',
      () => {
        const body = JSON.stringify({ data: [], meta: { current_page: 1, record_count: 7, total_pages: 1 } });
        deployment.fastly.fault({ url: '/invitations', times: 9, answer: { status: 200, body } });
      },
      /listing acme +GET \/invitations: the listing is not whole/,
    ],
    [
      'users that can’t be read',
      () =>
        deployment.fastly.fault({ url: '/customer', answer: { status: 403, body: '{"msg":"Forbidden"}' } }),
      /listing acme +GET \/customer\/\w+\/users: 403/,
    ],
    [
      'a faulty roster',
      () => {
        const issues = [2, 3, 4, 5].map((line) => ({
          code: 'x',
          line,
          column: 'role',
          message: 'no such role',
        }));
        deployment.aws.plan = () => bareResult('acme', 'run1', 'blocked', { issues });
      },
      /plan acme +blocked: line 2, role: no such role; line 3.*; and 1 more\. See docs\/runbook\.md#run-blocked/,
    ],
    [
      'a plan that fails',
      () => {
        deployment.aws.plan = () => bareResult('acme', 'run1', 'failed', { error: 'S3 is away' });
      },
      /plan acme +failed: S3 is away\. See/,
    ],
    [
      'a planner that throws',
      () => {
        deployment.aws.plan = () => {
          throw new Error('the environment is not usable');
        };
      },
      /plan acme +\S+-sync: the environment is not usable\. See/,
    ],
    [
      'a planner that applies',
      () => {
        deployment.aws.plan = () => bareResult('acme', 'run1', 'enqueued');
      },
      /a plan was asked for, and "enqueued" came/,
    ],
    [
      'a planner of another account',
      () => {
        deployment.aws.plan = () => bareResult('initech', 'run1', 'in_sync');
      },
      /something else than a result for acme/,
    ],
  ])('%s', async (_, spoil, expected) => {
    await spoil();
    const { passed, failures, lines } = await deployment.look();
    expect([passed, failures]).toEqual([false, [expect.stringMatching(expected)]]);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('an account without a roster, and a deployment without any', async () => {
    expect((await deployment.look({ account: 'initech' })).failures[0]).toMatch(
      /rosters +there is no \S+initech\.csv\. Upload it/,
    );
    deployment.aws.outputs.set('RosterBucketName', 'empty-bucket');
    deployment.aws.variables.set('ROSTER_BUCKET', 'empty-bucket');
    expect((await deployment.look()).failures[0]).toMatch(/rosters +could not list s3:\/\/empty-bucket/);
  });
});
