/** What only the deployed stack can tell: whether it is whole, knows what it needs, and can read its Fastly accounts. */

import { type Config, ConfigError, parseConfig } from '../../lib/domain/config.ts';
import type { FastlyClient } from '../../lib/fastly/client.ts';
import { readFastlyState } from '../../lib/ports/fastly.ts';
import { accountOfRosterKey, ROSTER_PREFIX } from '../../lib/state/keys.ts';
import type { Cloud } from '../../local/cloud.ts';
import type { Verdict } from './report.ts';

/** The outputs of the files in stack/. The functions get the same values in the variable named beside. */
const OUTPUTS = {
  RosterBucketName: 'ROSTER_BUCKET',
  JobQueueUrl: 'QUEUE_URL',
  DeadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  UndeliveredTriggerQueueUrl: undefined,
  NotificationTopicArn: 'NOTIFICATION_TOPIC_ARN',
} as const satisfies Readonly<Record<string, keyof Config | undefined>>;

type Outputs = Readonly<Record<string, string | undefined>>;

const COMPLETE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

export const checkStack = async (cloud: Cloud, name: string): Promise<Verdict<Outputs>> => {
  const { status, outputs } = await cloud.describeStack(name);
  if (!COMPLETE.has(status))
    return {
      found: `${name} is ${status}`,
      remedy: status.endsWith('_IN_PROGRESS')
        ? 'Wait until CloudFormation is done'
        : 'The last deployment did not succeed: its events in CloudFormation say why. Then deploy again',
    };
  const missing = Object.keys(OUTPUTS).filter((output) => !outputs[output]);
  return missing.length > 0
    ? { found: `${name} has no ${missing.join(', ')}`, remedy: 'Deploy the current version' }
    : { found: `${name}, ${status}, all ${Object.keys(OUTPUTS).length} outputs`, value: outputs };
};

/** A deployed function always finds its tokens in the Parameter Store. */
export type DeployedConfig = Config & { readonly TOKEN_PARAMETER_PREFIX: string };

const PARAMETERS = 'Correct the parameters at the top of serverless.yml and deploy again';

/** The environment of a function as the function itself reads it when it starts. */
export const checkEnvironment = async (
  cloud: Cloud,
  functionName: string,
  outputs: Outputs,
): Promise<Verdict<DeployedConfig>> => {
  const environment = await cloud.functionEnvironment(functionName);
  let config: Config;
  try {
    config = parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return { found: error.message, remedy: PARAMETERS };
    throw error;
  }
  const { TOKEN_PARAMETER_PREFIX, MODE, PRUNE, FASTLY_API_URL } = config;
  if (TOKEN_PARAMETER_PREFIX === undefined)
    return { found: 'TOKEN_PARAMETER_PREFIX is not set', remedy: PARAMETERS };
  const foreign = Object.entries(OUTPUTS).flatMap(([output, variable]) =>
    variable === undefined || config[variable] === outputs[output] ? [] : [variable],
  );
  if (foreign.length > 0)
    return { found: `${foreign.join(', ')}: not what this stack put out`, remedy: 'Deploy again' };
  return {
    found: `MODE ${MODE}, PRUNE ${PRUNE}, Fastly at ${FASTLY_API_URL}`,
    value: { ...config, TOKEN_PARAMETER_PREFIX },
  };
};

/** The accounts that have a roster, or the chosen one. */
export const checkRosters = async (
  cloud: Cloud,
  bucket: string,
  chosen: string | undefined,
): Promise<Verdict<readonly string[]>> => {
  const accounts = (await Array.fromAsync(cloud.store(bucket).list(ROSTER_PREFIX))).flatMap(
    (key) => accountOfRosterKey(key) ?? [],
  );
  const found = [...new Set(accounts)].sort();
  const place = `s3://${bucket}/${ROSTER_PREFIX}`;
  if (chosen !== undefined && !found.includes(chosen))
    return { found: `there is no ${place}${chosen}.csv`, remedy: 'Upload it', value: [chosen] };
  return found.length === 0
    ? { found: `there is no roster in ${place}`, remedy: `Upload one as ${place}<account>.csv` }
    : { found: `${place}: ${found.join(', ')}`, value: chosen === undefined ? found : [chosen] };
};

const ROTATE = 'docs/runbook.md#rotate-a-token';

/** The value is the token; the sentence never contains it. */
export const checkToken = async (cloud: Cloud, prefix: string, account: string): Promise<Verdict<string>> => {
  const stored = await cloud.readToken(prefix, account);
  if ('problem' in stored) return { found: stored.problem, remedy: ROTATE };
  const name = `${prefix}/${account}/token`;
  return (await cloud.isEncrypted(name))
    ? { found: `${name} is a SecureString`, value: stored.token }
    : {
        found: `${name} is stored in clear`,
        remedy: `Store it again with --type SecureString: ${ROTATE}`,
        value: stored.token,
      };
};

/** The value is the customer whose token it is. */
export const checkRights = async (client: FastlyClient): Promise<Verdict<string>> => {
  const result = await client.readToken();
  if (!result.ok) return { found: result.failure.message, remedy: `Store another token: ${ROTATE}` };
  const { scopes, customerId } = result.value;
  const found = `scope "${scopes.join(' ')}", customer ${customerId}`;
  return scopes.includes('global')
    ? { found, value: customerId }
    : {
        found: `${found}: it can plan but not apply`,
        remedy: 'Create a token with the scope "global": docs/runbook.md#first-deployment',
        value: customerId,
      };
};

export const checkListing = async (client: FastlyClient, customerId: string): Promise<Verdict> => {
  const result = await readFastlyState(client, customerId);
  if (!result.ok)
    return {
      found: result.failure.message,
      remedy: 'Look again in a minute; if it stays so, ask Fastly with this sentence',
    };
  const { invitations, members } = result.value;
  return { found: `whole: ${invitations.length} invitations, ${members.length} users` };
};

/** By status. */
const REMEDIES: Readonly<Record<string, string>> = {
  blocked: 'docs/runbook.md#run-blocked',
  failed: 'docs/runbook.md#run-failed',
};

/** A plan by the deployed planner. Plan mode: nothing is changed but for a report in the bucket. */
export const checkPlan = async (cloud: Cloud, functionName: string, account: string): Promise<Verdict> => {
  const answer = await cloud.askPlanner(functionName, { account, mode: 'plan' });
  if (answer === 'no_result')
    return { found: `${functionName} gave no result for ${account}`, remedy: 'Deploy this version' };
  if ('thrown' in answer)
    return { found: `${functionName}: ${answer.thrown}`, remedy: 'docs/runbook.md#sync-errors' };
  const { status, counts, held, issues, warnings, error } = answer.result;
  const notes = [
    ...held.map(({ reason }) => `held: ${reason}`),
    ...issues.map(({ message }) => message),
    ...warnings,
    ...(error === undefined ? [] : [error]),
  ];
  const changes = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const found = [`${status}: ${changes.join(', ')}`, ...notes].join('; ');
  if (status === 'planned' || status === 'in_sync') return { found };
  return {
    found,
    remedy: REMEDIES[status] ?? 'That is no answer to a request for a plan. Deploy this version',
  };
};
