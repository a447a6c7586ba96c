/** The AWS account as the checks see it: with the operator's own credentials, found as the AWS CLI finds them. */

import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { createClients } from '../../lib/aws/clients.ts';
import { createS3Store } from '../../lib/aws/object-store.ts';
import { createTokenSource } from '../../lib/aws/token.ts';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { ROSTER_PREFIX } from '../../lib/state/keys.ts';

export type Cloud = ReturnType<typeof createCloud>;

/** The planner may take a quarter of an hour. */
const INVOCATION_TIMEOUT_MS = 910 * SECOND_MS;
const CONNECTION_TIMEOUT_MS = 5 * SECOND_MS;

/** Nothing is connected before the first call. Every call throws what the AWS SDK throws. */
export const createCloud = (region: string) => {
  const { s3, ssm } = createClients({ ...process.env, AWS_REGION: region });
  const cloudFormation = new CloudFormationClient({ region });
  const lambda = new LambdaClient({
    region,
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

    rosterKeys: (bucket: string): Promise<string[]> =>
      Array.fromAsync(createS3Store({ client: s3, bucket }).list(ROSTER_PREFIX)),

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
