/**
 * S3, SQS and SNS over HTTP on this machine: fauxqs, with a bucket, the two queues and a topic. What it does otherwise
 * than AWS, as of 2.4.1:
 * - one receive returns at most one message per FIFO group (SQS: up to ten);
 * - objects are at most 11 MiB, and there are no versions;
 * - conditional writes are ignored: added here, because a pointer that anybody can overwrite proves nothing;
 * - there is no SSM: give `FASTLY_API_TOKEN` to what runs against it.
 */

import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { type Clients, createClients } from '../../lib/aws/clients.ts';

type App = ReturnType<typeof buildApp>;

export type Wire = {
  readonly endpoint: string;
  readonly clients: Clients;
  readonly bucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly topicArn: string;
  /** All that a function needs to find this server, but for the token. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is visible in a queue now, at most ten, one per FIFO group. */
  receive(queueUrl: string): Promise<Message[]>;
  stop(): Promise<void>;
};

const S3_ERRORS = {
  NoSuchKey: { status: 404, message: 'The specified key does not exist.' },
  PreconditionFailed: {
    status: 412,
    message: 'At least one of the pre-conditions you specified did not hold',
  },
};

/**
 * `If-Match` and `If-None-Match: *` for PUT. Both hooks and the handler between them run in one turn of the event
 * loop, so the comparison and the write are one step, as they are at S3.
 */
const addConditionalWrites = (app: App): void => {
  const etags = new Map<string, string>();
  app.addHook('preHandler', (request, reply, done) => {
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
    const etag = etags.get(new URL(request.url, 'http://localhost').pathname);
    const refuse = (code: keyof typeof S3_ERRORS): void => {
      const { status, message } = S3_ERRORS[code];
      void reply
        .code(status)
        .type('application/xml')
        .send(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    };
    if (request.method !== 'PUT') done();
    else if (ifNoneMatch === '*' && etag !== undefined) refuse('PreconditionFailed');
    else if (ifMatch !== undefined && etag === undefined) refuse('NoSuchKey');
    else if (ifMatch !== undefined && ifMatch !== etag) refuse('PreconditionFailed');
    else done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const etag = reply.getHeader('etag');
    if (request.method === 'PUT' && reply.statusCode === 200 && typeof etag === 'string')
      etags.set(path, etag);
    if (request.method === 'DELETE') etags.delete(path);
    done(null, payload);
  });
};

const BUCKET = 'rosters-and-reports';

const createFifoQueue = async (
  { sqs }: Clients,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { QueueUrl: queueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: 'true', ...attributes } }),
  );
  if (queueUrl === undefined) throw new Error(`the queue ${name} was not created`);
  return queueUrl;
};

const queueArn = async ({ sqs }: Clients, queueUrl: string): Promise<string | undefined> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn;
};

/** A server of its own on a free port. `visibilityTimeoutSeconds` of the job queue; the template's by default. */
export const startWire = async ({ visibilityTimeoutSeconds = 720 } = {}): Promise<Wire> => {
  const app = buildApp({ logger: false });
  addConditionalWrites(app);
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const aws = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'example',
    AWS_SECRET_ACCESS_KEY: 'example',
  };
  const clients = createClients(aws);
  await clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const deadLetterQueueUrl = await createFifoQueue(clients, 'dead-letters.fifo');
  const queueUrl = await createFifoQueue(clients, 'jobs.fifo', {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: await queueArn(clients, deadLetterQueueUrl),
      maxReceiveCount: 200,
    }),
  });
  const { TopicArn: topicArn = '' } = await clients.sns.send(
    new CreateTopicCommand({ Name: 'notifications' }),
  );
  return {
    endpoint,
    clients,
    bucket: BUCKET,
    queueUrl,
    deadLetterQueueUrl,
    topicArn,
    environment: {
      ...aws,
      ROSTER_BUCKET: BUCKET,
      QUEUE_URL: queueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
      NOTIFICATION_TOPIC_ARN: topicArn,
    },
    async receive(url) {
      const { Messages } = await clients.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages ?? [];
    },
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await app.close();
    },
  };
};
