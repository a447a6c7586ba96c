/** The AWS account as the checks see it, with the operator's own credentials. */

import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { createClients } from '../../lib/aws/clients.ts';
import { createS3Store } from '../../lib/aws/object-store.ts';
import { errorName } from '../../lib/aws/sdk-errors.ts';
import { createTokenSource } from '../../lib/aws/token.ts';
import { ROSTER_PREFIX } from '../../lib/state/keys.ts';
import type { TokenReader } from './account.ts';
import type { EventSource, FunctionReader, FunctionSettings } from './functions.ts';
import type { Invoker } from './plan.ts';
import type { QueueReader } from './queues.ts';
import type { RosterReader } from './rosters.ts';
import type { StackReader } from './stack.ts';

export type Cloud = StackReader & FunctionReader & QueueReader & RosterReader & TokenReader & Invoker;

type Environment = Readonly<Record<string, string | undefined>>;

const SECOND_MS = 1000;
/** The planner may take a quarter of an hour. */
const INVOCATION_TIMEOUT_MS = 910 * SECOND_MS;
const CONNECTION_TIMEOUT_MS = 5 * SECOND_MS;

const settingsOf = (found: FunctionConfiguration): FunctionSettings => ({
  state: found.State ?? 'unknown',
  lastUpdate: found.LastUpdateStatus ?? 'unknown',
  reason: found.StateReason ?? found.LastUpdateStatusReason,
  runtime: found.Runtime ?? 'unknown',
  timeoutSeconds: found.Timeout ?? 0,
  environment: found.Environment?.Variables ?? {},
});

const eventSourceOf = (found: EventSourceMappingConfiguration): EventSource => ({
  state: found.State ?? 'unknown',
  batchSize: found.BatchSize,
  maximumConcurrency: found.ScalingConfig?.MaximumConcurrency,
  reportsItemFailures: found.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
});

/** `isMissing` tells the error that stands for "there is none". */
const orUndefined = async <T>(
  asked: Promise<T>,
  isMissing: (error: unknown) => boolean,
): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** CloudFormation has one code for everything that is wrong with a request. */
const isMissingStack = (error: unknown): boolean =>
  errorName(error) === 'ValidationError' && error instanceof Error && /does not exist/.test(error.message);

const isMissingFunction = (error: unknown): boolean => errorName(error) === 'ResourceNotFoundException';

/** As `createClients` does it: an empty string is unset. */
const endpointIn = (environment: Environment, service: string): { readonly endpoint?: string } => {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL;
  return endpoint ? { endpoint } : {};
};

/** Nothing is connected before the first call. Credentials, endpoints and profiles are found as by the AWS CLI. */
export const createCloud = (environment: Environment, region: string): Cloud => {
  const { s3, sqs, ssm } = createClients({ ...environment, AWS_REGION: region });
  // The same identity for all of them.
  const { credentials } = ssm.config;
  const cloudFormation = new CloudFormationClient({
    region,
    credentials,
    ...endpointIn(environment, 'CLOUDFORMATION'),
  });
  const lambda = new LambdaClient({
    region,
    credentials,
    ...endpointIn(environment, 'LAMBDA'),
    // Asked once: an impatient client would have everything planned again.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: INVOCATION_TIMEOUT_MS },
  });

  return {
    async describeStack(name) {
      const asked = cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
      const stack = (await orUndefined(asked, isMissingStack))?.Stacks?.[0];
      if (stack === undefined) return undefined;
      const outputs = stack.Outputs?.map(
        ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
      );
      return { status: stack.StackStatus ?? 'unknown', outputs: new Map(outputs) };
    },

    async functionSettings(name) {
      const asked = lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      const found = await orUndefined(asked, isMissingFunction);
      return found && settingsOf(found);
    },

    async eventSources(functionName) {
      const asked = lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName }));
      const found = await orUndefined(asked, isMissingFunction);
      return found?.EventSourceMappings?.map(eventSourceOf) ?? [];
    },

    async queueAttributes(url) {
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
      return (await sqs.send(command)).Attributes ?? {};
    },

    rosterKeys: (bucket) => Array.fromAsync(createS3Store({ client: s3, bucket }).list(ROSTER_PREFIX)),

    async readToken(prefix, account) {
      const provider = new SSMProvider({ awsSdkV3Client: ssm });
      const stored = await createTokenSource({ prefix, provider }).read(account);
      if ('problem' in stored) return stored;
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `${prefix}/${account}/token` }));
      return { token: stored.token, secure: Parameter?.Type === 'SecureString' };
    },

    async invoke(functionName, event) {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
      const { FunctionError, Payload } = await lambda.send(command);
      return {
        failed: FunctionError !== undefined,
        payload: Buffer.from(Payload ?? []).toString('utf8'),
      };
    },
  };
};
