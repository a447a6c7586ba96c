/**
 * A deployment in an AWS account, over HTTP, with contents that tests can change. S3 is the wire server; CloudFormation,
 * Lambda and the Parameter Store answer only the requests of the smoke test.
 */

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import { type Script, startHttpServer } from './http-server.ts';
import { startWire, type Wire } from './wire.ts';

export const REGION = 'eu-west-1';
export const STACK = 'fastly-invitation-sync-prod';
export const TOKEN_PARAMETER = '/fastly-invitation-sync/prod/acme/token';

export type AwsAccount = {
  readonly wire: Wire;
  /** For whatever runs against it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What CloudFormation calls StackStatus; undefined: there is no stack. */
  stackStatus: string | undefined;
  readonly outputs: Map<string, string>;
  /** The variables of both functions, and those that only the worker has. */
  readonly variables: Map<string, string>;
  readonly workerVariables: Map<string, string>;
  readonly parameters: Map<string, { type: string; value: string }>;
  /** What the planner makes of an event; may throw. */
  plan: (event: unknown) => SyncResult | Promise<SyncResult>;
  /** Events that the planner was called with. */
  readonly invocations: unknown[];
  stop(): Promise<void>;
};

type Answer = NonNullable<ReturnType<Script>>;

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const XML = { 'content-type': 'text/xml' };

const stackAnswer = ({ stackStatus, outputs }: AwsAccount): Answer => {
  if (stackStatus === undefined)
    return {
      status: 400,
      headers: XML,
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${STACK} does not exist</Message></Error></ErrorResponse>`,
    };
  const members = [...outputs].map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('&', '&amp;')}</OutputValue></member>`,
  );
  return {
    status: 200,
    headers: XML,
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${STACK}</StackName><StackStatus>${stackStatus}</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
};

const parameterAnswer = ({ parameters }: AwsAccount, body: string): Answer => {
  const { Name, WithDecryption } = JSON.parse(body);
  const found = parameters.get(Name);
  if (found === undefined) return json({ __type: 'ParameterNotFound' }, 400);
  const hidden = found.type === 'SecureString' && WithDecryption !== true;
  return json({ Parameter: { Name, Type: found.type, Value: hidden ? 'cipher' : found.value } });
};

const configurationAnswer = ({ variables, workerVariables }: AwsAccount, name: string): Answer => {
  const given = name === `${STACK}-worker` ? [...variables, ...workerVariables] : variables;
  return json({ FunctionName: name, Environment: { Variables: Object.fromEntries(given) } });
};

const invocationAnswer = async (account: AwsAccount, body: string): Promise<Answer> => {
  const event: unknown = JSON.parse(body);
  account.invocations.push(event);
  try {
    return json({ results: [await account.plan(event)] });
  } catch (error) {
    return json({ errorMessage: (error as Error).message, errorType: 'Error', trace: [] }, 200, {
      'x-amz-function-error': 'Unhandled',
    });
  }
};

/** The planner takes time, so its answer is written when it is there and not returned. */
const answerTo =
  (account: AwsAccount): Script =>
  ({ url, headers, body }, response) => {
    if (headers['x-amz-target'] !== undefined) return parameterAnswer(account, body);
    const name = /functions\/([^/]+)/.exec(url)?.[1];
    if (name === undefined) return stackAnswer(account);
    if (!url.includes('/invocations')) return configurationAnswer(account, name);
    void invocationAnswer(account, body).then((answer) =>
      response.writeHead(answer.status, answer.headers).end(answer.body),
    );
    return undefined;
  };

/** Everything as `npm run deploy` leaves it, with a roster and a token of the account acme. */
export const startAwsAccount = async (fastly: {
  readonly url: string;
  readonly token: string;
}): Promise<AwsAccount> => {
  const wire = await startWire();
  await wire.clients.s3.send(
    new PutObjectCommand({ Bucket: wire.bucket, Key: 'rosters/acme.csv', Body: 'email,role\n' }),
  );
  const account: AwsAccount = {
    wire,
    environment: {},
    stackStatus: 'UPDATE_COMPLETE',
    outputs: new Map([
      ['RosterBucketName', wire.bucket],
      ['JobQueueUrl', wire.queueUrl],
      ['DeadLetterQueueUrl', wire.deadLetterQueueUrl],
      ['UndeliveredTriggerQueueUrl', `${wire.endpoint}/undelivered-triggers`],
      ['NotificationTopicArn', wire.topicArn],
    ]),
    variables: new Map([
      ...Object.entries(wire.environment).filter(([name]) => !name.startsWith('AWS_')),
      ['TOKEN_PARAMETER_PREFIX', '/fastly-invitation-sync/prod'],
      ['FASTLY_API_URL', fastly.url],
    ]),
    workerVariables: new Map(),
    parameters: new Map([[TOKEN_PARAMETER, { type: 'SecureString', value: fastly.token }]]),
    plan: () => bareResult('acme', 'run1', 'in_sync', { report: 'runs/acme/run1/plan.json' }),
    invocations: [],
    stop: async () => {
      await server.close();
      await wire.stop();
    },
  };
  const server = await startHttpServer(answerTo(account));
  const ours = ['CLOUDFORMATION', 'LAMBDA', 'SSM'].map((name) => [`AWS_ENDPOINT_URL_${name}`, server.url]);
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = wire.environment;
  Object.assign(account.environment, {
    AWS_ENDPOINT_URL,
    AWS_REGION,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    ...Object.fromEntries(ours),
  });
  return account;
};
