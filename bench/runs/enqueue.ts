/** Jobs over the SQS wire, in one of three ways, all with the same SDK client. */

import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createClients } from '../../lib/aws/clients.ts';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { changeMessage, type OutgoingMessage } from '../../lib/domain/job.ts';
import { changesOf } from '../../test/support/report-records.ts';
import { measured } from './measured.ts';
import { runtime } from './runtime.ts';

export type EnqueueOptions = {
  readonly way: 'adapter' | 'sequential' | 'parallel';
  readonly url: string;
  readonly jobs: number;
};

const BATCH = 10;
const CONCURRENCY = 8;
const WARM_UP_JOBS = 500;
const RUN = {
  account: 'acme',
  runId: '2026-11-23T09-12-40Z-4f1c',
  generation: 42,
  customerId: 'exampleCustomer0000001',
};

type Target = { readonly client: SQSClient; readonly queueUrl: string };

/** Sends everything, `concurrency` batches at a time, without a look at what SQS answers. */
const sendBare = async (
  { client, queueUrl }: Target,
  messages: readonly OutgoingMessage[],
  concurrency: number,
): Promise<void> => {
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < messages.length) {
      const batch = messages.slice(next, next + BATCH);
      next += BATCH;
      const Entries = batch.map(({ body, groupId, deduplicationId }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageGroupId: groupId,
        MessageDeduplicationId: deduplicationId,
      }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendOn));
};

const WAYS = {
  adapter: (target: Target, messages: readonly OutgoingMessage[]) =>
    createJobQueue({ ...target, ...runtime }).send(messages),
  sequential: (target: Target, messages: readonly OutgoingMessage[]) => sendBare(target, messages, 1),
  parallel: (target: Target, messages: readonly OutgoingMessage[]) => sendBare(target, messages, CONCURRENCY),
};

let target: Target;
let messages: readonly OutgoingMessage[];
await measured<EnqueueOptions>(
  ({ way }) => WAYS[way](target, messages),
  async ({ way, url, jobs }) => {
    const { sqs: client } = createClients({
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'example',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL: url,
    });
    target = { client, queueUrl: `${url}/123456789012/jobs.fifo` };
    messages = changesOf(jobs).map((change) => changeMessage(RUN, change));
    await WAYS[way](target, messages.slice(0, WARM_UP_JOBS));
  },
);
