/** `npm run smoke -- --stage NAME`: looks at a deployment in a real AWS account. `--help` lists the options. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNT_NAME } from '../lib/domain/invitation.ts';
import { SECOND_MS } from '../lib/domain/time.ts';
import { createFastlyClient } from '../lib/fastly/client.ts';
import { createCloud, stackName } from '../local/cloud.ts';
import { readOptions } from '../local/parse-options.ts';

import {
  checkEnvironment,
  checkListing,
  checkPlan,
  checkRights,
  checkRosters,
  checkStack,
  checkToken,
  type DeployedConfig,
} from './smoke/checks.ts';
import { createReport } from './smoke/report.ts';

const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;

const { values } = readOptions({
  about: `Looks at a deployment: is everything there, and does it answer?

  npm run smoke -- --stage NAME`,
  options: {
    stage: { type: 'text', value: 'NAME', default: 'prod', help: 'what was deployed' },
    region: {
      type: 'text',
      value: 'NAME',
      default: AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1',
      help: 'where it was deployed',
    },
    account: {
      type: 'text',
      value: 'NAME',
      only: { pattern: ACCOUNT_NAME, called: 'lower-case letters, digits and hyphens' },
      help: 'only this account; default: every one that has a roster',
    },
  },
  notes: `Your own AWS credentials are used, as the AWS CLI would find them. Nothing is changed; the plan leaves a report in
the bucket, like every plan.

Exit status: 0 everything is fine; 1 something is not.`,
});

const stack = stackName(values.stage);
const cloud = createCloud(process.env, values.region);
const report = createReport((line) => console.log(line));

const connect = (token: string, { FASTLY_API_URL, LIST_CONCURRENCY }: DeployedConfig) =>
  createFastlyClient({
    apiUrl: FASTLY_API_URL,
    token,
    requestTimeoutMs: 10 * SECOND_MS,
    environment: process.env,
    listConcurrency: LIST_CONCURRENCY,
    sleep: async (ms) => await sleep(ms),
    random: Math.random,
  });

const checkAccount = async (account: string, config: DeployedConfig): Promise<void> => {
  const token = await report.check(`token ${account}`, () =>
    checkToken(cloud, config.TOKEN_PARAMETER_PREFIX, account),
  );
  if (token === undefined) return;
  const client = connect(token, config);
  const customerId = await report.check(`rights ${account}`, () => checkRights(client));
  if (customerId === undefined) return;
  await report.check(`listing ${account}`, () => checkListing(client, customerId));
  await report.check(`plan ${account}`, () => checkPlan(cloud, `${stack}-sync`, account));
};

const checkDeployment = async (): Promise<void> => {
  const outputs = await report.check('stack', () => checkStack(cloud, stack));
  if (outputs === undefined) return;
  const config = await report.check('sync environment', () =>
    checkEnvironment(cloud, `${stack}-sync`, outputs),
  );
  await report.check('worker environment', () => checkEnvironment(cloud, `${stack}-worker`, outputs));
  if (config === undefined) return;
  const accounts = await report.check('rosters', () =>
    checkRosters(cloud, config.ROSTER_BUCKET, values.account),
  );
  for (const account of accounts ?? []) await checkAccount(account, config);
};

await checkDeployment();
process.exitCode = report.close() ? 0 : 1;
