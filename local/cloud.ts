/** An AWS account as an operator sees it: with their own credentials, found as the AWS CLI finds them. */

import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import * as v from 'valibot';
import { createClients } from '../lib/aws/clients.ts';
import { createS3Store } from '../lib/aws/object-store.ts';
import { createTokenSource } from '../lib/aws/token.ts';
import { SECOND_MS } from '../lib/domain/time.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';

export type Cloud = ReturnType<typeof createCloud>;

/** The planner may take a quarter of an hour. */
const INVOCATION_TIMEOUT_MS = 910 * SECOND_MS;
const MESSAGE_COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const CONNECTION_TIMEOUT_MS = 5 * SECOND_MS;

/** Of a stage; as `service` in serverless.yml, and the stage. */
export const stackName = (stage: string): string => `fastly-invitation-sync-${stage}`;

/** What `invoke` passes on of a function that threw. */
export const thrownMessage = (payload: string): string => {
  const thrown = v.safeParse(
    v.pipe(v.string(), v.parseJson(), v.object({ errorMessage: v.string() })),
    payload,
  );
  return thrown.success ? thrown.output.errorMessage : 'it failed without a readable reason';
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
  const cloudFormation = new CloudFormationClient({ ...place });
  const lambda = new LambdaClient({
    ...place,
    // The planner is called once: after a time-out of the SDK's own, a second call would plan everything again.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: INVOCATION_TIMEOUT_MS },
  });

  return {
    async describeStack(name: string): Promise<Partial<Stack>> {
      const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
      return Stacks?.[0] ?? {};
    },

    async functionEnvironment(name: string): Promise<Readonly<Record<string, string>>> {
      const command = new GetFunctionConfigurationCommand({ FunctionName: name });
      return (await lambda.send(command)).Environment?.Variables ?? {};
    },

    store: (bucket: string): ObjectStore => createS3Store({ client: s3, bucket }),

    /** Messages in a queue, visible or not. SQS counts approximately. */
    async messagesIn(queueUrl: string): Promise<number> {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...MESSAGE_COUNTS] }),
      );
      return MESSAGE_COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },

    /** The token as the functions read it. `problem` says what to do, too. */
    readToken: (prefix: string, account: string) =>
      createTokenSource({ prefix, provider: new SSMProvider({ awsSdkV3Client: ssm }) }).read(account),

    async isEncrypted(parameter: string): Promise<boolean> {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter }));
      return Parameter?.Type === 'SecureString';
    },

    /** Calls a function once and waits for it. `failed`: it threw, and `payload` says what. */
    async invoke(name: string, event: unknown): Promise<{ failed: boolean; payload: string }> {
      const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) });
      const { FunctionError, Payload } = await lambda.send(command);
      const payload = Buffer.from(Payload ?? []).toString('utf8');
      return { failed: FunctionError !== undefined, payload };
    },
  };
};
