/** The two functions, wired to the simulated world as `handlers/` wires them to AWS. */

import type { ChangeJob } from '../../lib/domain/job.ts';
import { decodeJob } from '../../lib/domain/job.ts';
import { createClientOver, type FastlyClient } from '../../lib/fastly/client.ts';
import type { SyncResponse } from '../../lib/planner/handle-trigger.ts';
import { handleTrigger } from '../../lib/planner/handle-trigger.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { Trigger } from '../../lib/planner/trigger.ts';
import type { ReportFile } from '../../lib/ports/object-store.ts';
import type { Notification } from '../../lib/ports/telemetry.ts';
import { PLANNING_TIMEOUT_MS } from '../../lib/state/run-pointer.ts';
import { handleBatch } from '../../lib/worker/handle-batch.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import type { ReceivedMessage } from '../../local/fifo-queue.ts';
import { workMessageOf } from '../../local/work-message.ts';
import { storeFor } from './bucket.ts';
import { REQUEST_TIMEOUT_MS, sendFor, type TransportDeps, type Write } from './fastly-transport.ts';
import { watchedLog, watchedMetrics, watchNotification } from './invariants/privacy.ts';
import type { Invocation } from './invocation.ts';
import type { Process } from './processes.ts';
import { deadLettersFor, senderFor, visibilityFor } from './queue-port.ts';
import type { World } from './world.ts';

/** A deliberate mistake, to see whether the simulation finds it. */
export type Mutation = {
  readonly sync?: (call: typeof handleTrigger) => typeof handleTrigger;
  readonly work?: (call: typeof handleBatch) => typeof handleBatch;
};

const onlyJson = (name: string, value: unknown): readonly ReportFile[] => [
  { name, content: [JSON.stringify(value)] },
];

const shared = (world: World, invocation: Invocation, notified: (notification: Notification) => void) => {
  const { scheduler, random, settings } = world;
  const violate = world.violate.bind(world);
  return {
    store: storeFor(world.storeDeps, invocation),
    notify: async (notification: Notification) => {
      watchNotification(violate, notification);
      world.note(() => `notification: ${notification.subject}`);
      notified(notification);
    },
    log: watchedLog(violate, (text) => world.note(() => `${invocation.name} ${text()}`)),
    metrics: watchedMetrics(violate),
    now: () => scheduler.now + settings.clockSkewMs,
    sleep: (ms: number) => invocation.sleep(ms),
    random: () => random.next(),
    rules: settings.rules,
  };
};

/** What the client has as its token. The account tells by itself which one a request is sent with. */
const TOKEN = 'the-token';

/** Fastly as one invocation sees it. */
const clientFor = (
  world: World,
  { invocation, account, token }: { invocation: Invocation; account: string; token: number },
  watch: TransportDeps['watch'],
): FastlyClient => {
  const { random, strikes, settings, witness } = world;
  const send = sendFor({
    fastly: world.account(account),
    token,
    invocation,
    random,
    strikes,
    read: ({ path, query }) => {
      if (path[0] === 'tokens') world.approached(account);
      if (query?.['page[number]'] === '1') witness.listed(account, invocation);
    },
    watch,
  });
  const listConcurrency = settings.rules.LIST_CONCURRENCY;
  const sleep = (ms: number): Promise<void> => invocation.sleep(ms);
  return createClientOver(send, { token: TOKEN, sleep, random: () => random.next(), listConcurrency });
};

const neverWrites = (): never => {
  throw new Error('a planner does not write to Fastly');
};

export type PlannerCall = {
  readonly world: World;
  readonly invocation: Invocation;
  readonly process: Process;
  readonly notified: (notification: Notification) => void;
  readonly mutation: Mutation;
};

export const callPlanner = (
  { world, invocation, process, notified, mutation }: PlannerCall,
  trigger: Trigger,
): Promise<SyncResponse> => {
  const deps: PlannerPorts = {
    ...shared(world, invocation, notified),
    queue: senderFor(world.queueDeps, invocation),
    connect: async (account, { fresh }) => {
      const token = await process.token(world, invocation, account, fresh);
      return { fastly: clientFor(world, { invocation, account, token }, neverWrites) };
    },
    renderPlan: (record) => onlyJson('plan.json', record),
    approveCommand: (account, approval) => `approve ${account} ${approval}`,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    planningTimeoutMs: PLANNING_TIMEOUT_MS,
  };
  return (mutation.sync?.(handleTrigger) ?? handleTrigger)(trigger, deps);
};

export type WorkerCall = {
  readonly world: World;
  readonly invocation: Invocation;
  readonly process: Process;
  readonly mutation: Mutation;
};

export const callWorker = (
  { world, invocation, process, mutation }: WorkerCall,
  batch: readonly ReceivedMessage[],
): Promise<readonly string[]> => {
  const deps: WorkerPorts = {
    ...shared(world, invocation, () => undefined),
    connect: async (account, { fresh }) => {
      const token = await process.token(world, invocation, account, fresh);
      const watch = watchFor({ world, invocation, process, mutation }, account, batch);
      return { fastly: clientFor(world, { invocation, account, token }, watch) };
    },
    deadLetters: deadLettersFor(world.queueDeps, invocation),
    setVisibility: visibilityFor(world.queueDeps, invocation),
    renderReport: (report) => onlyJson('report.json', report),
    quotas: process.quotas,
  };
  return (mutation.work?.(handleBatch) ?? handleBatch)(batch.map(workMessageOf), deps, () =>
    invocation.remainingMs(),
  );
};

const jobsIn = (batch: readonly ReceivedMessage[], account: string): ChangeJob[] =>
  batch
    .map(({ body }) => decodeJob(body))
    .flatMap((decoded) => ('job' in decoded && decoded.job.action !== 'finish' ? [decoded.job] : []))
    .filter((job) => job.account === account)
    // Of two jobs for one person the newer one may be carried out.
    .sort((a, b) => b.generation - a.generation);

const isFor = (job: ChangeJob, write: Write): boolean =>
  write.method === 'POST'
    ? job.action !== 'delete' && job.email === write.email
    : job.action !== 'create' && job.invitationIds.includes(write.id);

/** Tells the witness which job a write belongs to. */
const watchFor = (
  { world, invocation, process }: WorkerCall,
  account: string,
  batch: readonly ReceivedMessage[],
): TransportDeps['watch'] => {
  const jobs = jobsIn(batch, account);
  return (write) => {
    const job = jobs.find((candidate) => isFor(candidate, write));
    if (job === undefined) {
      world.violate(`${account}: ${write.method} that no job of the batch asks for`);
      return { tookEffect: () => undefined, answered: () => undefined };
    }
    const { method } = write;
    const startedAt = world.scheduler.now;
    const ofJob = { account, invocation, container: process, method, job, startedAt };
    return world.witness.write('id' in write ? { ...ofJob, id: write.id } : ofJob, world.account(account));
  };
};
