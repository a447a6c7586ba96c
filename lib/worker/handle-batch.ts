/** The worker: a batch of messages in, the ids to hand back out. Accounts in a batch are independent of each other. */

import { decodeJob, type FinishJob } from '../domain/job.ts';
import { errorText } from '../ports/telemetry.ts';
import { AccountSession } from './account-session.ts';
import { executeAll } from './execute-batch.ts';
import { conclude, settleAll } from './final-or-retry.ts';
import { finishRun } from './finish-run.ts';
import { bury, type Delivered, later, type Returned } from './hand-back.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';
import { storeOutcomes } from './store-outcomes.ts';

/**
 * Carries a batch out and returns the ids of the messages that are to be delivered again. Never throws for what it
 * understands. `remainingMs`: what is left of the function's time.
 */
export const handleBatch = async (
  messages: readonly WorkMessage[],
  deps: WorkerPorts,
  remainingMs: () => number,
): Promise<readonly string[]> => {
  const byAccount = Map.groupBy(messages, ({ account }) => account);
  const returned = await Promise.all(
    [...byAccount].map(async ([account, own]) => {
      const back = await workAccount(account, own, deps, remainingMs).catch((error: unknown) => {
        deps.log.error('the batch is handed back', { account, error: errorText(error) });
        return own.map((message) => later(message, deps));
      });
      await handBack(account, back, deps);
      return back;
    }),
  );
  return returned.flat().map(({ message }) => message.id);
};

/** The last act: one time-out for all messages of the account, as the first of them gates the group. */
const handBack = async (account: string, returned: readonly Returned[], deps: WorkerPorts): Promise<void> => {
  if (returned.length === 0) return;
  const seconds = Math.max(...returned.map((back) => back.seconds));
  deps.log.info('handed back', { account, messages: returned.length, seconds });
  await deps.setVisibility(
    returned.map(({ message }) => message.receiptHandle),
    seconds,
  );
};

type Sorted = {
  readonly changes: Delivered[];
  readonly finishes: { readonly message: WorkMessage; readonly job: FinishJob }[];
  readonly malformed: { readonly message: WorkMessage; readonly problem: string }[];
};

const sort = (messages: readonly WorkMessage[]): Sorted => {
  const sorted: Sorted = { changes: [], finishes: [], malformed: [] };
  for (const message of messages) {
    const decoded = decodeJob(message.body);
    if ('problem' in decoded) sorted.malformed.push({ message, problem: decoded.problem });
    else if (decoded.job.account !== message.account)
      sorted.malformed.push({ message, problem: 'the account is not the message group' });
    else if (decoded.job.action === 'finish') sorted.finishes.push({ message, job: decoded.job });
    else sorted.changes.push({ message, job: decoded.job });
  }
  return sorted;
};

const workAccount = async (
  account: string,
  messages: readonly WorkMessage[],
  deps: WorkerPorts,
  remainingMs: () => number,
): Promise<readonly Returned[]> => {
  const { changes, finishes, malformed } = sort(messages);
  const session = new AccountSession(account, deps);
  const ended = await executeAll(session, changes, remainingMs);
  deps.quotas.set(account, session.gate.quota());
  const settled = await settleAll(session, ended, remainingMs);
  const { final, returned } = await conclude(session, settled);
  const back = [
    ...(await buryAll(malformed, deps)),
    ...returned,
    ...(await storeOutcomes(account, final, deps)),
  ];
  // `finish` speaks for everything before it.
  return back.length > 0
    ? [...back, ...finishes.map(({ message }) => later(message, deps))]
    : await finishAll(finishes, deps);
};

/** Copies what nobody can read to the dead-letter queue; what could not be copied goes back. */
const buryAll = async (malformed: Sorted['malformed'], deps: WorkerPorts): Promise<Returned[]> => {
  const returned: Returned[] = [];
  for (const { message, problem } of malformed)
    if (await bury(message, `malformed: ${problem}`, deps))
      deps.metrics.add(message.account, 'JobsFailed', 1);
    else returned.push(later(message, deps));
  return returned;
};

const finishAll = async (finishes: Sorted['finishes'], deps: WorkerPorts): Promise<Returned[]> => {
  const returned: Returned[] = [];
  for (const { message, job } of finishes) {
    try {
      await finishRun(job, deps);
    } catch (error) {
      deps.log.error('finish goes back', { account: job.account, runId: job.runId, error: errorText(error) });
      returned.push(later(message, deps));
    }
  }
  return returned;
};
