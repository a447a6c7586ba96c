/** Sets when messages that were handed back are delivered again. */

import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Log } from '../ports/telemetry.ts';
import { describeError } from './sdk-errors.ts';

const MAX_BATCH_ENTRIES = 10;

type VisibilityOptions = { readonly client: SQSClient; readonly queueUrl: string; readonly log: Log };

/** Resolves to the problem when some of these messages keep the visibility time-out of the queue. */
const changeBatch = async (
  { client, queueUrl }: VisibilityOptions,
  receiptHandles: readonly string[],
  seconds: number,
): Promise<string | undefined> => {
  const Entries = receiptHandles.map((ReceiptHandle, index) => ({
    Id: String(index),
    ReceiptHandle,
    VisibilityTimeout: seconds,
  }));
  try {
    const { Failed } = await client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }),
    );
    return Failed?.[0] && `${Failed.length} refused, the first with ${Failed[0].Code}`;
  } catch (error) {
    return describeError(error);
  }
};

/**
 * Sets one visibility time-out for messages of one account. `seconds` are rounded up; SQS allows at most 12 hours since the
 * message was received. Does not throw: a message whose time-out could not be set comes back after that of the queue.
 */
export const createVisibility =
  (options: VisibilityOptions) =>
  async (receiptHandles: readonly string[], seconds: number): Promise<void> => {
    const wholeSeconds = Math.max(0, Math.ceil(seconds));
    const batches = Array.from({ length: Math.ceil(receiptHandles.length / MAX_BATCH_ENTRIES) }, (_, index) =>
      receiptHandles.slice(index * MAX_BATCH_ENTRIES, (index + 1) * MAX_BATCH_ENTRIES),
    );
    const problems = await Promise.all(batches.map((batch) => changeBatch(options, batch, wholeSeconds)));
    for (const problem of problems)
      if (problem !== undefined)
        options.log.warn('could not change the visibility of all messages that are handed back', {
          problem,
          seconds: wholeSeconds,
        });
  };
