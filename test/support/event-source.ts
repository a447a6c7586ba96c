/** The SQS event source of Lambda, as little of it as the worker sees: receive, invoke, delete what was not handed back. */

import { DeleteMessageCommand, type Message } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import type { LambdaFunction } from './function.ts';
import type { Wire } from './wire.ts';

const recordOf = ({ MessageId, ReceiptHandle, Body, Attributes }: Message) => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes,
  messageAttributes: {},
  eventSource: 'aws:sqs',
});

/** One poll. Returns how many messages there were. */
export const poll = async (wire: Wire, worker: LambdaFunction): Promise<number> => {
  const messages = await wire.receive(wire.queueUrl);
  if (messages.length === 0) return 0;
  const answer = (await worker.invoke({ Records: messages.map(recordOf) })) as SQSBatchResponse;
  const back = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { MessageId = '', ReceiptHandle } of messages)
    if (!back.has(MessageId))
      await wire.clients.sqs.send(new DeleteMessageCommand({ QueueUrl: wire.queueUrl, ReceiptHandle }));
  return messages.length;
};
