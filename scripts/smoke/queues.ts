/** The queues: made as the worker needs them, and nothing put aside. */

import { failed, ok, type Verdict } from './report.ts';
import type { Outputs } from './stack.ts';

type Attributes = Readonly<Record<string, string>>;

export type QueueReader = {
  /** All attributes, by SQS's names. */
  queueAttributes(url: string): Promise<Attributes>;
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

const numberOf = (attributes: Attributes, name: string): number => Number(attributes[name] ?? 0);

const messagesIn = (attributes: Attributes): number =>
  numberOf(attributes, 'ApproximateNumberOfMessages') +
  numberOf(attributes, 'ApproximateNumberOfMessagesNotVisible') +
  numberOf(attributes, 'ApproximateNumberOfMessagesDelayed');

const deadLetterTargetOf = ({ RedrivePolicy = '{}' }: Attributes): unknown => {
  try {
    return JSON.parse(RedrivePolicy).deadLetterTargetArn;
  } catch {
    return undefined;
  }
};

export const checkJobQueue = async (
  reader: QueueReader,
  outputs: Pick<Outputs, 'JobQueueUrl' | 'DeadLetterQueueUrl'>,
  workerTimeoutSeconds: number,
): Promise<Verdict> => {
  const jobs = await reader.queueAttributes(outputs.JobQueueUrl);
  const deadLetters = await reader.queueAttributes(outputs.DeadLetterQueueUrl);
  const visibility = numberOf(jobs, 'VisibilityTimeout');
  const needed = VISIBILITY_PER_TIMEOUT * workerTimeoutSeconds;
  const faults: string[] = [];
  if (jobs.FifoQueue !== 'true') faults.push('it is not FIFO');
  if (visibility < needed)
    faults.push(
      `its visibility time-out of ${visibility} s is less than ${VISIBILITY_PER_TIMEOUT} times the worker's, ${needed} s, so two could work on one job`,
    );
  if (deadLetterTargetOf(jobs) !== deadLetters.QueueArn)
    faults.push("what can't be done does not go to the dead-letter queue");
  return faults.length === 0
    ? ok(`FIFO, visibility time-out ${visibility} s, about ${messagesIn(jobs)} jobs in it`)
    : failed(faults.join('; '), 'Deploy again');
};

const emptiness = (attributes: Attributes, section: string): Verdict => {
  const messages = messagesIn(attributes);
  return messages === 0
    ? ok('empty')
    : failed(`about ${messages} messages in it`, `Find out why: docs/runbook.md#${section}`);
};

export const checkDeadLetters = async (
  reader: QueueReader,
  { DeadLetterQueueUrl: url }: Pick<Outputs, 'DeadLetterQueueUrl'>,
): Promise<Verdict> => {
  const attributes = await reader.queueAttributes(url);
  return attributes.FifoQueue === 'true'
    ? emptiness(attributes, 'dead-letter-queue-not-empty')
    : failed('it is not FIFO, and takes no dead letters of a FIFO queue', 'Deploy again');
};

export const checkUndelivered = async (
  reader: QueueReader,
  { UndeliveredTriggerQueueUrl: url }: Pick<Outputs, 'UndeliveredTriggerQueueUrl'>,
): Promise<Verdict> => emptiness(await reader.queueAttributes(url), 'undelivered-trigger');
