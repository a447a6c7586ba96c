/** The worker: a batch of messages in, the ids to hand back out. Accounts in a batch are independent of each other. */

import { decodeJob, type FinishJob } from '../domain/job.ts';
import { errorText } from '../ports/telemetry.ts';
import { AccountSession } from './account-session.ts';
import { executeBatch } from './execute-batch.ts';
import { mostWritesOf } from './execute-job.ts';
import { finalOrRetry } from './final-or-retry.ts';
import { finishRun } from './finish-run.ts';
import { type Delivered, deadLetter, handBack, type Returned, retryLater } from './hand-back.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';
import { resolveUnknown } from './resolve-unknown.ts';
import { storeOutcomes } from './store-outcomes.ts';

/**
 * Carries a batch out and returns the ids of the messages that are to be delivered again. Never throws for what it
 * understands. `remainingMs`: what is left of the function's time.
 */
export const handleBatch = async (
  messages: readonly WorkMessage[],
  ports: WorkerPorts,
  remainingMs: () => number,
): Promise<readonly string[]> => {
  const byAccount = Map.groupBy(messages, ({ account }) => account);
  const returned = await Promise.all(
    [...byAccount].map(async ([account, own]) => {
      const back = await handleAccount(account, own, ports, remainingMs).catch((error: unknown) => {
        ports.log.error('the batch is handed back', { account, error: errorText(error) });
        return own.map((message) => retryLater(message, 'batch_interrupted', ports));
      });
      await handBack(account, back, ports);
      return back;
    }),
  );
  return returned.flat().map(({ message }) => message.id);
};

type Decoded = {
  readonly changes: Delivered[];
  readonly finishes: { readonly message: WorkMessage; readonly job: FinishJob }[];
  readonly malformed: { readonly message: WorkMessage; readonly problem: string }[];
};

const decodeMessages = (messages: readonly WorkMessage[]): Decoded => {
  const result: Decoded = { changes: [], finishes: [], malformed: [] };
  for (const message of messages) {
    const decoded = decodeJob(message.body);
    if ('problem' in decoded) result.malformed.push({ message, problem: decoded.problem });
    else if (decoded.job.account !== message.account)
      result.malformed.push({ message, problem: 'the account is not the message group' });
    else if (decoded.job.action === 'finish') result.finishes.push({ message, job: decoded.job });
    else result.changes.push({ message, job: decoded.job });
  }
  return result;
};

const handleAccount = async (
  account: string,
  messages: readonly WorkMessage[],
  ports: WorkerPorts,
  remainingMs: () => number,
): Promise<readonly Returned[]> => {
  const { changes, finishes, malformed } = decodeMessages(messages);
  const mostWrites = changes.reduce((sum, { job }) => sum + mostWritesOf(job), 0);
  const session = new AccountSession(account, ports, mostWrites, remainingMs);
  const attempted = await executeBatch(session, changes);
  await session.gate.close();
  const ended = await resolveUnknown(session, attempted);
  const { final, returned } = await finalOrRetry(session, ended);
  const back = [
    ...(await deadLetterMalformed(malformed, ports)),
    ...returned,
    ...(await storeOutcomes(account, final, ports)),
  ];
  // A run is finished only when every job before its `finish` has an outcome.
  return back.length > 0
    ? [...back, ...finishes.map(({ message }) => retryLater(message, 'jobs_before_finish', ports))]
    : await finishAll(finishes, ports);
};

/** Copies messages that carry no job to the dead-letter queue. Returns those that could not be copied. */
const deadLetterMalformed = async (
  malformed: Decoded['malformed'],
  ports: WorkerPorts,
): Promise<Returned[]> => {
  const returned: Returned[] = [];
  for (const { message, problem } of malformed)
    if (await deadLetter(message, `malformed: ${problem}`, ports))
      ports.metrics.add(message.account, 'JobsFailed', 1);
    else returned.push(retryLater(message, 'not_copied', ports));
  return returned;
};

const finishAll = async (finishes: Decoded['finishes'], ports: WorkerPorts): Promise<Returned[]> => {
  const returned: Returned[] = [];
  for (const { message, job } of finishes) {
    try {
      await finishRun(job, ports);
    } catch (error) {
      ports.log.error('finish goes back', {
        account: job.account,
        runId: job.runId,
        error: errorText(error),
      });
      returned.push(retryLater(message, 'finish_interrupted', ports));
    }
  }
  return returned;
};
