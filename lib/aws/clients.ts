/** The AWS clients, made once per process. */

import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Milliseconds. By default the SDK waits for ever. These services need a fraction of a second, and this limit leaves the
 * SDK's own retries enough of the time that the worker keeps in reserve.
 */
const REQUEST_HANDLER = { connectionTimeout: 5000, socketTimeout: 5000 };

/** An empty variable counts as one that is not set. */
const given = (value: string | undefined): string | undefined => value || undefined;

/** The endpoint of a service, found as the SDK finds it. It is needed here because two more options depend on it. */
const endpointOf = (environment: Environment, service: string): string | undefined =>
  given(environment[`AWS_ENDPOINT_URL_${service}`]) ?? given(environment.AWS_ENDPOINT_URL);

/**
 * The credentials in the environment, where Lambda puts those of the function's role. Without them the SDK's default
 * provider chain looks everywhere else: profiles, containers, the instance.
 */
const credentialsOf = (environment: Environment) => {
  const accessKeyId = given(environment.AWS_ACCESS_KEY_ID);
  const secretAccessKey = given(environment.AWS_SECRET_ACCESS_KEY);
  const sessionToken = given(environment.AWS_SESSION_TOKEN);
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  };
};

/**
 * Reads region, credentials and endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`, …) from the environment.
 * No connection is made before the first request.
 */
export const createClients = (environment: Environment) => {
  const region = given(environment.AWS_REGION);
  const common = {
    ...credentialsOf(environment),
    ...(region !== undefined && { region }),
    requestHandler: REQUEST_HANDLER,
  };
  const optionsOf = (service: string) => {
    const endpoint = endpointOf(environment, service);
    // Without an explicit endpoint the SQS client sends its requests to the host in the queue's URL.
    return endpoint === undefined ? common : { ...common, endpoint };
  };
  return {
    // S3 has a host name per bucket, which other servers rarely have.
    s3: new S3Client({ ...optionsOf('S3'), forcePathStyle: endpointOf(environment, 'S3') !== undefined }),
    sqs: new SQSClient(optionsOf('SQS')),
    ssm: new SSMClient(optionsOf('SSM')),
    sns: new SNSClient(optionsOf('SNS')),
  };
};

export type Clients = ReturnType<typeof createClients>;
