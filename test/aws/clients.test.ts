import { GetObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createClients } from '../../lib/aws/clients.ts';

const CREDENTIALS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo';

type Request = { readonly hostname: string; readonly port?: number; readonly path: string };

/** Where the requests of these clients go; none is sent. */
const destinations = async (environment: Readonly<Record<string, string>>) => {
  const { s3, sqs } = createClients({ ...CREDENTIALS, ...environment });
  const seen: string[] = [];
  for (const client of [s3, sqs]) {
    client.config.requestHandler.handle = async (request: Request) => {
      seen.push(`${request.hostname}${request.port ? `:${request.port}` : ''}${request.path}`);
      throw Object.assign(new Error('seen'), { name: 'Seen' });
    };
  }
  await s3.send(new GetObjectCommand({ Bucket: 'rosters', Key: 'a.csv' })).catch(() => undefined);
  const message = { QueueUrl: QUEUE_URL, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  await sqs.send(new SendMessageCommand(message)).catch(() => undefined);
  return seen;
};

describe('the clients', () => {
  it('go to AWS by default', async () => {
    expect(await destinations({ AWS_ENDPOINT_URL: '' })).toEqual([
      'rosters.s3.eu-west-1.amazonaws.com/a.csv',
      'sqs.eu-west-1.amazonaws.com/',
    ]);
  });

  it('go to a given endpoint, with the bucket in the path, and not to the host of the queue', async () => {
    expect(await destinations({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toEqual([
      '127.0.0.1:4566/rosters/a.csv',
      '127.0.0.1:4566/',
    ]);
  });

  it('honour the endpoint of one service over that of all', async () => {
    const environment = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:2',
    };
    expect(await destinations(environment)).toEqual(['127.0.0.1:1/rosters/a.csv', '127.0.0.1:2/']);
  });

  it('take the credentials of the environment', async () => {
    const { ssm } = createClients({ ...CREDENTIALS, AWS_SESSION_TOKEN: 'session' });
    expect(await ssm.config.credentials()).toMatchObject({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
    const { sns } = createClients(CREDENTIALS);
    expect(await sns.config.credentials()).not.toHaveProperty('sessionToken');
    expect(await sns.config.region()).toBe('eu-west-1');
  });
});
