/** What deliberate mistakes are made of: functions with something between them and their outside world. */

import { decodeJob } from '../../lib/domain/job.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { FastlyReader, FastlyWriter } from '../../lib/ports/fastly.ts';
import type { ObjectStore, StoredObject } from '../../lib/ports/object-store.ts';
import { pointerKey } from '../../lib/state/keys.ts';
import type { WorkerPorts, WorkMessage } from '../../lib/worker/ports.ts';
import type { Mutation } from './functions.ts';

export const inPlanner = (change: (deps: PlannerPorts) => Partial<PlannerPorts>): Mutation => ({
  sync: (call) => (trigger, deps) => call(trigger, { ...deps, ...change(deps) }),
});

export const inWorker = (
  change: (deps: WorkerPorts, messages: readonly WorkMessage[]) => Partial<WorkerPorts>,
): Mutation => ({
  work: (call) => (messages, deps, remainingMs) =>
    call(messages, { ...deps, ...change(deps, messages) }, remainingMs),
});

/** `answer` stands in for what comes back of the keys that `matches`. */
export const readingOtherwise = (
  store: ObjectStore,
  matches: (key: string) => boolean,
  answer: (read: () => Promise<StoredObject | undefined>) => Promise<StoredObject | undefined>,
): ObjectStore => ({
  ...store,
  read: (key) => (matches(key) ? answer(() => store.read(key)) : store.read(key)),
});

export const writingOtherwise = (
  store: ObjectStore,
  matches: (key: string) => boolean,
  write: ObjectStore['write'],
): ObjectStore => ({
  ...store,
  write: (key, content, condition) =>
    matches(key) ? write(key, content, condition) : store.write(key, content, condition),
});

export const NO_HEADERS = { remaining: undefined, reset: undefined, date: undefined };

export const isOutcomes = (key: string): boolean => key.includes('/outcomes/');
export const isLedger = (key: string): boolean => key.endsWith('/ledger.json');
export const isPointer = (key: string): boolean => key.endsWith('/run.json');
export const isQuota = (key: string): boolean => key.endsWith('/quota.json');
export const isPlan = (key: string): boolean => key.endsWith('/plan.json');
export const isFinish = ({ body }: { readonly body: string }): boolean => body.includes('"action":"finish"');

export const withReader = (change: (fastly: FastlyReader) => Partial<FastlyReader>): Mutation =>
  inPlanner(({ connect }) => ({
    connect: async (account, options) => {
      const connected = await connect(account, options);
      if ('problem' in connected) return connected;
      return { fastly: { ...connected.fastly, ...change(connected.fastly) } };
    },
  }));

export const withWriter = (
  change: (fastly: FastlyWriter, deps: WorkerPorts) => Partial<FastlyWriter>,
): Mutation =>
  inWorker((deps) => ({
    connect: async (account, options) => {
      const connected = await deps.connect(account, options);
      if ('problem' in connected) return connected;
      return { fastly: { ...connected.fastly, ...change(connected.fastly, deps) } };
    },
  }));

export const textOf = async (stored: StoredObject): Promise<string> =>
  Buffer.concat(await Array.fromAsync(stored.body)).toString();

export async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** The pointer as if the oldest job of the batch belonged to the newest run. */
export const pointerFor = async (
  store: ObjectStore,
  messages: readonly WorkMessage[],
  key: string,
): Promise<StoredObject | undefined> => {
  const stored = await store.read(key);
  const jobs = messages
    .filter(({ account }) => pointerKey(account) === key)
    .map(({ body }) => decodeJob(body))
    .flatMap((decoded) => ('job' in decoded ? [decoded.job] : []));
  const [job] = jobs.toSorted((one, other) => one.generation - other.generation);
  if (stored === undefined || job === undefined) return stored;
  const { generation, runId } = job;
  const pointer = { ...JSON.parse(await textOf(stored)), generation, runId, status: 'draining' };
  return { ...stored, body: bodyOf(JSON.stringify(pointer)) };
};
