/** The worker as a Lambda function: its queue calls it with batches. */

import type { Context, SQSBatchResponse } from 'aws-lambda';
import { createDeadLetterQueue } from '../lib/aws/dead-letter-queue.ts';
import { parseSqsEvent } from '../lib/aws/sqs-event.ts';
import { createVisibility } from '../lib/aws/visibility.ts';
import { finishedPlanFile } from '../lib/report/plan-files.ts';
import { runFiles } from '../lib/report/run-files.ts';
import { handleBatch } from '../lib/worker/handle-batch.ts';
import type { WorkerPorts } from '../lib/worker/ports.ts';
import { clients, clock, config, connect, log, metrics, notify, store } from './wiring.ts';

const ports: WorkerPorts = {
  ...clock,
  store,
  connect,
  deadLetters: createDeadLetterQueue({ client: clients.sqs, queueUrl: config.DEAD_LETTER_QUEUE_URL }),
  setVisibility: createVisibility({ client: clients.sqs, queueUrl: config.QUEUE_URL, log }),
  renderReport: runFiles,
  renderFinishedPlan: finishedPlanFile,
  notify,
  log,
  metrics,
  rules: config,
};

export const handler = async (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> => {
  try {
    const ids = await handleBatch(parseSqsEvent(event), ports, () => context.getRemainingTimeInMillis());
    return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    metrics.flush();
  }
};
