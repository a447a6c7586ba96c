/** An AWS account as an operator sees it: with their own credentials, found as the AWS CLI finds them. */

import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as v from 'valibot';
import { createClients } from '../lib/aws/clients.ts';
import { createS3Store } from '../lib/aws/object-store.ts';
import { createTokenSource } from '../lib/aws/token.ts';
import { SECOND_MS } from '../lib/domain/time.ts';
import type { SyncResult } from '../lib/planner/result.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';

export type Cloud = ReturnType<typeof createCloud>;

const CONNECTION_TIMEOUT_MS = 5 * SECOND_MS;
/** The planner may take a quarter of an hour. */
const INVOCATION_TIMEOUT_MS = 910 * SECOND_MS;
const MESSAGE_COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** What every result has; a deployed function of another version may add to it. */
const resultSchema = v.looseObject({
  account: v.string(),
  runId: v.string(),
  status: v.string(),
  counts: v.record(v.string(), v.number()),
  held: v.array(v.looseObject({ reason: v.string() })),
  issues: v.array(v.looseObject({ message: v.string() })),
  warnings: v.array(v.string()),
  error: v.optional(v.string()),
});
const json = v.pipe(v.string(), v.parseJson());
const answerSchema = v.pipe(json, v.object({ results: v.tuple([resultSchema]) }));
const thrownSchema = v.pipe(json, v.object({ errorMessage: v.string() }));

/** Of a stage; as `service` in serverless.yml, and the stage. */
export const stackName = (stage: string): string => `fastly-invitation-sync-${stage}`;

/** CloudFormation's status of a stack, and its outputs by name. */
const describeStack = async (client: CloudFormationClient, name: string) => {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
  const { StackStatus: status = 'unknown', Outputs = [] } = Stacks?.[0] ?? {};
  const outputs: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  return { status, outputs };
};

type PlannerEvent = { readonly account: string; readonly mode: string };
/** What the planner says of one account, called once; or the message of what it threw. */
type PlannerAnswer = { readonly result: SyncResult } | { readonly thrown: string } | 'no_result';

const askPlanner = async (
  client: LambdaClient,
  name: string,
  event: PlannerEvent,
): Promise<PlannerAnswer> => {
  const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) });
  const { FunctionError, Payload } = await client.send(command);
  const payload = Buffer.from(Payload ?? []).toString('utf8');
  if (FunctionError !== undefined) {
    const thrown = v.safeParse(thrownSchema, payload);
    return { thrown: thrown.success ? thrown.output.errorMessage : 'it failed without a readable reason' };
  }
  const answer = v.safeParse(answerSchema, payload);
  if (!answer.success || answer.output.results[0].account !== event.account) return 'no_result';
  return { result: answer.output.results[0] as unknown as SyncResult };
};

const functionEnvironment = async (
  client: LambdaClient,
  name: string,
): Promise<Readonly<Record<string, string>>> => {
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  return (await client.send(command)).Environment?.Variables ?? {};
};

/** Messages in a queue, visible or not. SQS counts approximately. */
const messagesIn = async (client: SQSClient, queueUrl: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...MESSAGE_COUNTS] }),
  );
  return MESSAGE_COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
};

const isEncrypted = async (client: SSMClient, parameter: string): Promise<boolean> => {
  const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter }));
  return Parameter?.Type === 'SecureString';
};

/**
 * Nothing is connected before the first call. Every call throws what the AWS SDK throws. Without a region the SDK looks
 * for one itself.
 */
export const createCloud = (
  environment: Readonly<Record<string, string | undefined>>,
  region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION,
) => {
  const { s3, sqs, ssm } = createClients({ ...environment, AWS_REGION: region });
  const place = region === undefined ? {} : { region };
  const cloudFormation = new CloudFormationClient(place);
  const lambda = new LambdaClient({
    ...place,
    // The planner is called once: after a time-out of the SDK's own, a second call would plan everything again.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: INVOCATION_TIMEOUT_MS },
  });
  return {
    store: (bucket: string): ObjectStore => createS3Store({ client: s3, bucket }),
    describeStack: (name: string) => describeStack(cloudFormation, name),
    askPlanner: (name: string, event: PlannerEvent) => askPlanner(lambda, name, event),
    functionEnvironment: (name: string) => functionEnvironment(lambda, name),
    messagesIn: (queueUrl: string) => messagesIn(sqs, queueUrl),
    isEncrypted: (parameter: string) => isEncrypted(ssm, parameter),
    /** The token as the functions read it. `problem` says what to do, too. */
    readToken: (prefix: string, account: string) =>
      createTokenSource({ prefix, provider: new SSMProvider({ awsSdkV3Client: ssm }) }).read(account),
  };
};
