/**
 * Sends jobs to the queue. SQS accepts or refuses each message of a batch on its own, and only refused ones are sent again.
 * When a response is lost, its messages are sent again too; SQS then recognises them by their deduplication ids.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */

import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { withJitter } from '../domain/jitter.ts';
import type { OutgoingMessage } from '../domain/job.ts';
import { maskAddresses } from '../domain/mask-addresses.ts';
import { describeError, isTransient } from './sdk-errors.ts';

type JobQueueOptions = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** At least 0, below 1 */
  readonly random: () => number;
};

/** Of all bodies in one request. SQS accepts 1 MiB since 2025, 256 KiB before; ten jobs take a few KiB. */
const MAX_BATCH_BYTES = 256 * 1024;
const MAX_BATCH_ENTRIES = 10;
/** Requests at the same time. Each takes 10 to 30 ms, and a FIFO queue allows 300 per second. */
const CONCURRENCY = 8;
/** How often a message is sent in all. Within each attempt, the SDK repeats a failed request twice. */
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

type Batch = readonly OutgoingMessage[];
type Refusal = { readonly message: OutgoingMessage; readonly reason: string };

/** Thrown when SQS says that the sender is at fault: the same message would be refused again. */
class RefusedError extends Error {
  override name = 'RefusedError' as const;
}

const batchesOf = (messages: readonly OutgoingMessage[]): Batch[] => {
  const batches: OutgoingMessage[][] = [];
  let batch: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    if (batch.length === MAX_BATCH_ENTRIES || (batch.length > 0 && bytes + size > MAX_BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
};

const reasonOf = (failed: BatchResultErrorEntry | undefined): string =>
  failed === undefined
    ? 'not mentioned in the answer'
    : maskAddresses(`${failed.Code}${failed.Message ? `: ${failed.Message}` : ''}`);

const isHopeless = ({ SenderFault: fault, Code: code }: BatchResultErrorEntry): boolean =>
  fault === true && !/throttl/i.test(code ?? '');

/** The messages that have to be sent again. Throws a {@link RefusedError} when that would be pointless. */
const sendBatch = async ({ client, queueUrl }: JobQueueOptions, batch: Batch): Promise<Refusal[]> => {
  const Entries = batch.map(({ body, groupId, deduplicationId }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  }));
  let response: SendMessageBatchCommandOutput;
  try {
    response = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  } catch (error) {
    const reason = describeError(error);
    if (!isTransient(error)) throw new RefusedError(reason, { cause: error });
    return batch.map((message) => ({ message, reason }));
  }
  const hopeless = response.Failed?.find(isHopeless);
  if (hopeless !== undefined) throw new RefusedError(reasonOf(hopeless));
  const accepted = new Set(response.Successful?.map(({ Id }) => Id));
  const failed = new Map(response.Failed?.map((entry) => [entry.Id, entry]));
  return batch.flatMap((message, index) => {
    const id = String(index);
    return accepted.has(id) ? [] : [{ message, reason: reasonOf(failed.get(id)) }];
  });
};

/** Sends every message once, in several batches at a time. Resolves to the messages that have to be sent again. */
const offer = async (options: JobQueueOptions, messages: readonly OutgoingMessage[]): Promise<Refusal[]> => {
  const limit = pLimit(CONCURRENCY);
  const refusals = await limit.map(batchesOf(messages), (batch) =>
    sendBatch(options, batch).catch((error: unknown) => {
      // The reason holds for the other batches too, which are not sent any more.
      limit.clearQueue();
      throw error;
    }),
  );
  return refusals.flat();
};

/** Throws when messages were not accepted in all attempts. The error says how many, and why. */
const sendAll = async (options: JobQueueOptions, messages: readonly OutgoingMessage[]): Promise<void> => {
  let refused: readonly Refusal[] = [];
  let pending = messages;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && pending.length > 0; attempt += 1) {
    if (attempt > 1) await options.sleep(withJitter(FIRST_PAUSE_MS * 2 ** (attempt - 2), options.random));
    refused = await offer(options, pending);
    pending = refused.map(({ message }) => message);
  }
  const [first] = refused;
  if (first === undefined) return;
  const reasons = [...new Set(refused.map(({ reason }) => reason))].slice(0, 3).join('; ');
  throw new Error(
    `${options.queueUrl} did not accept ${refused.length} of ${messages.length} jobs in ${MAX_ATTEMPTS} attempts (${reasons}). The next run plans them again`,
  );
};

export const createJobQueue = (options: JobQueueOptions) => ({
  /** Resolves when SQS has accepted every message, in any order. Throws when it has not accepted one of them. */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    try {
      await sendAll(options, messages);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      throw new Error(
        `${options.queueUrl} refuses jobs: ${error.message}. Check that QUEUE_URL is a FIFO queue in this region and that the role may sqs:SendMessage to it`,
        { cause: error },
      );
    }
  },
});
