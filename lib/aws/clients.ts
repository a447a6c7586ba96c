/** The AWS clients, made once per process. */

import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

type Environment = Readonly<Record<string, string | undefined>>;

export type Clients = {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly sns: SNSClient;
};

/**
 * The SDK waits for ever by default. Each of these services answers within a fraction of a second, so a silent one is
 * given up early enough for the SDK's own retries to fit into the time that the worker keeps in reserve.
 */
const REQUEST_HANDLER = { connectionTimeout: 5000, socketTimeout: 5000 };

/** An empty string is unset. */
const given = (value: string | undefined): string | undefined => value || undefined;

/** As the SDK would find it; known here because it decides more than the address. */
const endpointOf = (environment: Environment, service: string): string | undefined =>
  given(environment[`AWS_ENDPOINT_URL_${service}`]) ?? given(environment.AWS_ENDPOINT_URL);

/** Lambda puts the role's credentials into the environment; elsewhere the SDK looks for them where it always does. */
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
 * Nothing is connected before the first request.
 */
export const createClients = (environment: Environment): Clients => {
  const region = given(environment.AWS_REGION);
  const common = {
    ...credentialsOf(environment),
    ...(region !== undefined && { region }),
    requestHandler: REQUEST_HANDLER,
  };
  const optionsOf = (service: string) => {
    const endpoint = endpointOf(environment, service);
    // An explicit endpoint also keeps the SQS client from going to the host of the queue's URL instead.
    return endpoint === undefined ? common : { ...common, endpoint };
  };
  return {
    // Other servers than S3 itself rarely have a host name per bucket.
    s3: new S3Client({ ...optionsOf('S3'), forcePathStyle: endpointOf(environment, 'S3') !== undefined }),
    sqs: new SQSClient(optionsOf('SQS')),
    ssm: new SSMClient(optionsOf('SSM')),
    sns: new SNSClient(optionsOf('SNS')),
  };
};
