/** The two functions, wired to the simulated world as `handlers/` wires them to AWS. */

import { type ChangeJob, decodeJob } from '../../lib/domain/job.ts';
import { createClientOver, type FastlyClient } from '../../lib/fastly/client.ts';
import { handleTrigger, type SyncResponse } from '../../lib/planner/handle-trigger.ts';
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
import type { Book } from './invariants/book.ts';
import { watchedLog, watchedMetrics, watchNotification } from './invariants/privacy.ts';
import type { Invocation } from './invocation.ts';
import type { Process } from './processes.ts';
import { deadLettersFor, senderFor, visibilityFor } from './queue-port.ts';
import type { Clocks } from './settings.ts';
import type { World } from './world.ts';

/** A deliberate mistake, to see whether the simulation finds it. */
export type Mutation = {
  readonly sync?: (call: typeof handleTrigger) => typeof handleTrigger;
  readonly work?: (call: typeof handleBatch) => typeof handleBatch;
  /** Nearer to Fastly than the functions can see. */
  readonly client?: (client: FastlyClient) => FastlyClient;
};

const onlyJson = (name: string, value: unknown): readonly ReportFile[] => [
  { name, content: [JSON.stringify(value)] },
];

const shared = (
  world: World,
  clock: keyof Clocks,
  invocation: Invocation,
  notified: (notification: Notification) => void,
) => {
  const { random, settings } = world;
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
    now: () => world.timeBy(clock),
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
  { invocation, mutation }: Pick<WorkerCall, 'invocation' | 'mutation'>,
  { account, token }: { readonly account: string; readonly token: number },
  writes: Pick<TransportDeps, 'watch' | 'failsAgain'>,
): FastlyClient => {
  const { random, strikes, settings, witness } = world;
  const send = sendFor({
    fastly: world.account(account).openedBy(token),
    token,
    invocation,
    random,
    strikes,
    read: ({ path, query }) => {
      if (path[0] === 'tokens') world.approached(account);
      if (path[0] !== 'invitations') return;
      if (query?.['page[number]'] === '1') witness.listed(account, invocation);
      world.pageMade(account);
    },
    ...writes,
  });
  const listConcurrency = settings.rules.LIST_CONCURRENCY;
  const sleep = (ms: number): Promise<void> => invocation.sleep(ms);
  const made = createClientOver(send, {
    token: TOKEN,
    sleep,
    random: () => random.next(),
    listConcurrency,
  });
  const client = mutation.client?.(made) ?? made;
  return {
    ...client,
    listInvitations: async () => {
      const heard = witness.listing(world.account(account).openedBy(token));
      const listed = await client.listInvitations();
      if (listed.ok) heard(listed.value);
      return listed;
    },
  };
};

const mayNotWrite = (): never => {
  throw new Error('a planner does not write to Fastly');
};
const NO_WRITES = { watch: mayNotWrite, failsAgain: mayNotWrite };

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
  triggerId: string,
): Promise<SyncResponse> => {
  const deps: PlannerPorts = {
    ...shared(world, 'planner', invocation, notified),
    queue: senderFor(world.queueDeps, invocation),
    connect: async (account, { fresh }) => {
      const token = await process.token(world, invocation, account, fresh);
      return { fastly: clientFor(world, { invocation, mutation }, { account, token }, NO_WRITES) };
    },
    renderPlan: (record) => onlyJson('plan.json', record),
    approveCommand: (account, approval) => `approve ${account} ${approval}`,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    planningTimeoutMs: PLANNING_TIMEOUT_MS,
  };
  return (mutation.sync?.(handleTrigger) ?? handleTrigger)(trigger, deps, triggerId);
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
    ...shared(world, 'worker', invocation, () => undefined),
    connect: async (account, { fresh }) => {
      const token = await process.token(world, invocation, account, fresh);
      const writes = writesOf({ world, invocation }, { account, token }, batch);
      return { fastly: clientFor(world, { invocation, mutation }, { account, token }, writes) };
    },
    deadLetters: deadLettersFor(world.queueDeps, invocation),
    setVisibility: visibilityFor(world.queueDeps, invocation),
    renderReport: (report) => onlyJson('report.json', report),
    renderFinishedPlan: (record) => ({ name: 'plan.html', content: [JSON.stringify(record.runId)] }),
  };
  return (mutation.work?.(handleBatch) ?? handleBatch)(batch.map(workMessageOf), deps, () =>
    invocation.remainingMs(),
  );
};

type JobOfBatch = { readonly job: ChangeJob; readonly receiveCount: number };

const jobsIn = ({ claims }: Book, batch: readonly ReceivedMessage[], account: string): JobOfBatch[] => {
  const orderOf = ({ job }: JobOfBatch): number => claims.get(job.runId)?.order ?? 0;
  return (
    batch
      .map(({ body, receiveCount }) => ({ decoded: decodeJob(body), receiveCount }))
      .flatMap(({ decoded, receiveCount }) =>
        'job' in decoded && decoded.job.action !== 'finish' ? [{ job: decoded.job, receiveCount }] : [],
      )
      .filter(({ job }) => job.account === account)
      // Of two jobs for one person the newer one may be carried out.
      .sort((a, b) => orderOf(b) - orderOf(a))
  );
};

const isFor = (job: ChangeJob, write: Write): boolean =>
  write.method === 'POST'
    ? job.action !== 'delete' && job.email === write.email
    : job.action !== 'create' && job.invitationIds.includes(write.id);

/** From this delivery on a job was handed back four times. */
const FIFTH = 5;

/** Tells the witness which job a write belongs to. */
const writesOf = (
  { world, invocation }: Pick<WorkerCall, 'world' | 'invocation'>,
  { account, token }: { readonly account: string; readonly token: number },
  batch: readonly ReceivedMessage[],
): Pick<TransportDeps, 'watch' | 'failsAgain'> => {
  const jobs = jobsIn(world.witness.book, batch, account);
  const find = (write: Write): JobOfBatch | undefined => jobs.find(({ job }) => isFor(job, write));
  const fastly = world.account(account);
  return {
    failsAgain: (write) => (find(write)?.receiveCount ?? 0) >= FIFTH && world.strikes('failsAfterHandBacks'),
    watch: (write) => {
      const job = find(write)?.job;
      if (job === undefined) {
        world.violate(`${account}: ${write.method} that no job of the batch asks for`);
        return { tookEffect: () => undefined, answered: () => undefined };
      }
      const { method } = write;
      const startedAt = world.scheduler.now;
      const { customerId } = fastly.openedBy(token);
      const ofJob = { account, customerId, invocation, method, job, startedAt };
      return world.witness.write('id' in write ? { ...ofJob, id: write.id } : ofJob, fastly);
    },
  };
};
