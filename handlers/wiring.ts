/** What both functions are made of. Runs once per process: a faulty environment stops the function at its start. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { createClients } from '../lib/aws/clients.ts';
import { createNotifier } from '../lib/aws/notifier.ts';
import { createS3Store } from '../lib/aws/object-store.ts';
import { createLog, createMetrics } from '../lib/aws/telemetry.ts';
import { createTokenSource } from '../lib/aws/token.ts';
import { parseConfig } from '../lib/domain/config.ts';
import { createFastlyClient, type FastlyClient } from '../lib/fastly/client.ts';

/** Fastly answers writes within a second or two; after this its answer counts as lost. */
export const REQUEST_TIMEOUT_MS = 10_000;

export const config = parseConfig(process.env);
export const clients = createClients(process.env);
export const log = createLog(new Logger({ serviceName: 'fastly-invitation-sync' }));
export const metrics = createMetrics(process.env.POWERTOOLS_METRICS_NAMESPACE || undefined);
export const store = createS3Store({ client: clients.s3, bucket: config.ROSTER_BUCKET });
export const notify = createNotifier({ client: clients.sns, topicArn: config.NOTIFICATION_TOPIC_ARN, log });
export const clock = {
  now: () => Date.now(),
  sleep: async (ms: number): Promise<void> => await sleep(ms),
  random: () => Math.random(),
};

const tokens = createTokenSource({
  token: config.FASTLY_API_TOKEN,
  prefix: config.TOKEN_PARAMETER_PREFIX,
  provider: new SSMProvider({ awsSdkV3Client: clients.ssm }),
});

/** One client per token, so that its connections are used again by the next invocation. */
const fastlyClients = new Map<string, FastlyClient>();

const clientFor = (token: string): FastlyClient => {
  const known = fastlyClients.get(token);
  if (known !== undefined) return known;
  const client = createFastlyClient({
    apiUrl: config.FASTLY_API_URL,
    token,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    environment: process.env,
    listConcurrency: config.LIST_CONCURRENCY,
    sleep: clock.sleep,
    random: clock.random,
  });
  fastlyClients.set(token, client);
  return client;
};

export const connect = async (account: string, { fresh }: { readonly fresh: boolean }) => {
  const answer = await (fresh ? tokens.refresh(account) : tokens.read(account));
  return 'problem' in answer ? answer : { fastly: clientFor(answer.token) };
};
