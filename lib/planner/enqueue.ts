/** Released changes into the queue, `finish` last. */

import type { Change } from '../domain/change.ts';
import { changeMessage, finishMessage } from '../domain/job.ts';
import { readPointer } from '../state/pointer-store.ts';
import type { PlanningRun } from './planning-run.ts';

/** Messages between two looks at the pointer: 50 batches of 10. */
const CHUNK = 500;

type EnqueuedRun = { readonly generation: number; readonly customerId: string };

/** Whether this run may still enqueue. */
const standingOf = async (
  { ports, request }: PlanningRun,
  generation: number,
): Promise<'ours' | 'superseded' | 'halted'> => {
  const found = await readPointer(ports.store, request.account);
  if (found?.pointer.generation !== generation) return 'superseded';
  return found.pointer.status === 'halted' ? 'halted' : 'ours';
};

/**
 * `superseded`: another run took over; `halted`: the worker met a refused token. What was sent so far is void then.
 * Throws when the queue does not take a job.
 */
export const enqueue = async (
  run: PlanningRun,
  { generation, customerId }: EnqueuedRun,
  changes: readonly Change[],
): Promise<'enqueued' | 'superseded' | 'halted'> => {
  const { ports, request, runId } = run;
  const runOfJobs = { account: request.account, runId, generation, customerId };
  for (let start = 0; start < changes.length; start += CHUNK) {
    const chunk = changes.slice(start, start + CHUNK);
    await ports.queue.send(chunk.map((change) => changeMessage(runOfJobs, change)));
    const now = await standingOf(run, generation);
    if (now !== 'ours') return now;
  }
  await ports.queue.send([finishMessage(runOfJobs)]);
  return 'enqueued';
};
