/** The planner as a Lambda function: schedule, S3 uploads and people call it. */

import type { Context } from 'aws-lambda';
import { approveCommand } from '../lib/aws/approve-command.ts';
import { createJobQueue } from '../lib/aws/job-queue.ts';
import { handleTrigger, type SyncResponse } from '../lib/planner/handle-trigger.ts';
import type { PlannerPorts } from '../lib/planner/ports.ts';
import { parseTrigger } from '../lib/planner/trigger.ts';
import { planFiles } from '../lib/report/plan-files.ts';
import { PLANNING_TIMEOUT_MS } from '../lib/state/run-pointer.ts';
import {
  clients,
  clock,
  config,
  connect,
  log,
  metrics,
  notify,
  REQUEST_TIMEOUT_MS,
  store,
} from './wiring.ts';

const { AWS_LAMBDA_FUNCTION_NAME: functionName = 'sync', AWS_REGION: region = 'us-east-1' } = process.env;

const ports: PlannerPorts = {
  ...clock,
  store,
  queue: createJobQueue({ client: clients.sqs, queueUrl: config.QUEUE_URL, ...clock }),
  connect,
  renderPlan: planFiles,
  approveCommand: approveCommand({ functionName, region }),
  notify,
  log,
  metrics,
  rules: config,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  planningTimeoutMs: PLANNING_TIMEOUT_MS,
};

/** Lambda calls again with the same request id when an asynchronous invocation failed or was killed. */
export const handler = async (
  event: unknown,
  { awsRequestId }: Partial<Pick<Context, 'awsRequestId'>> = {},
): Promise<SyncResponse> => {
  try {
    return await handleTrigger(parseTrigger(event), ports, awsRequestId);
  } finally {
    metrics.flush();
  }
};
