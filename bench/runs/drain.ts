/** The worker carries out what the planner put into the in-process queue, and writes the reports of the run. */

import { parseRules } from '../../lib/domain/config.ts';
import { planAccount } from '../../lib/planner/plan-account.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { finishedPlanFile, planFiles } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import { rosterKeys } from '../../lib/state/keys.ts';
import { handleBatch } from '../../lib/worker/handle-batch.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import { FifoQueue } from '../../local/fifo-queue.ts';
import { workMessageOf } from '../../local/work-message.ts';
import { measured } from './measured.ts';
import { createMemoryStore } from './memory-store.ts';
import { connect, quiet, runtime } from './runtime.ts';

export type DrainOptions = {
  /** An account with nobody in it. */
  readonly url: string;
  /** Another empty account, drained first to warm up. */
  readonly warmUpUrl: string;
  readonly warmUpEmails: readonly string[];
  readonly emails: readonly string[];
};

const ACCOUNT = 'acme';
const BATCH = 10;
const VISIBILITY_MS = 720_000;
const TIMEOUT_MS = 120_000;

type Prepared = { readonly queue: FifoQueue; readonly ports: WorkerPorts };

const withRoster = async (emails: readonly string[]): Promise<ObjectStore> => {
  const store = createMemoryStore();
  const roster = ['email,role', ...emails.map((email) => `${email},user`)].join('\n');
  await store.write(rosterKeys(ACCOUNT)[0] ?? '', roster);
  return store;
};

const plan = async (url: string, emails: readonly string[]): Promise<Prepared> => {
  const queue = new FifoQueue();
  const shared = {
    ...runtime,
    ...quiet,
    store: await withRoster(emails),
    connect: async () => ({ fastly: connect(url) }),
    rules: parseRules({ MAX_CREATES: String(emails.length) }),
  };
  const { status, error } = await planAccount(
    { account: ACCOUNT, mode: 'apply', manual: true },
    {
      ...shared,
      queue: {
        send: async (messages) => {
          for (const message of messages) queue.send(message, Date.now());
        },
      },
      renderPlan: planFiles,
      approveCommand: () => '',
      requestTimeoutMs: 0,
      planningTimeoutMs: 900_000,
    },
  );
  if (status !== 'enqueued' || queue.size !== emails.length + 1) throw new Error(`${status}: ${error}`);
  const { fastly } = await shared.connect();
  return {
    queue,
    ports: {
      ...shared,
      connect: async () => ({ fastly }),
      deadLetters: { copy: async () => {} },
      setVisibility: async () => {},
      renderReport: runFiles,
      renderFinishedPlan: finishedPlanFile,
    },
  };
};

const drain = async ({ queue, ports }: Prepared): Promise<void> => {
  while (queue.size > 0) {
    const messages = queue.receive(BATCH, Date.now(), VISIBILITY_MS).map(workMessageOf);
    const returned = await handleBatch(messages, ports, () => TIMEOUT_MS);
    if (messages.length === 0 || returned.length > 0) throw new Error('jobs were handed back');
    for (const { receiptHandle } of messages) queue.remove(receiptHandle, Date.now());
  }
};

let prepared: Prepared;
await measured<DrainOptions>(
  () => drain(prepared),
  async ({ url, emails, warmUpUrl, warmUpEmails }) => {
    await drain(await plan(warmUpUrl, warmUpEmails));
    prepared = await plan(url, emails);
  },
);
