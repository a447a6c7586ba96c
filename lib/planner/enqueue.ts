/** Released changes into the queue, `finish` last. */

import type { Change } from '../domain/change.ts';
import { changeMessage, finishMessage } from '../domain/job.ts';
import { updatePointer } from '../state/pointer-store.ts';
import type { RunPointer } from '../state/run-pointer.ts';
import type { PlanningRun } from './planning-run.ts';

/** Messages between two looks at the pointer: 50 batches of 10. */
const CHUNK = 500;

/** The run, and its pointer's words for where this planner began. */
export type EnqueuedRun = Pick<RunPointer, 'generation' | 'customerId' | 'startedAt' | 'jobs'>;

/** Notes in the pointer that the queue has the first `jobs` jobs, if this planner may still enqueue. */
const noteProgress = async (
  { ports, request, runId }: PlanningRun,
  { generation, startedAt }: EnqueuedRun,
  jobs: number,
): Promise<'ours' | 'superseded' | 'halted'> => {
  const updatedAt = new Date(ports.now()).toISOString();
  const found = await updatePointer(ports.store, request.account, { generation, runId }, (pointer) =>
    pointer.status === 'planning' && pointer.startedAt === startedAt
      ? { ...pointer, jobs, updatedAt }
      : undefined,
  );
  if (found === 'superseded' || found.pointer.startedAt !== startedAt) return 'superseded';
  return found.pointer.status === 'halted' ? 'halted' : 'ours';
};

/**
 * Enqueues the changes that the queue does not have yet. After a killed planner, the pointer says how many it has for
 * certain; it may have the next ones too, so these say that they may be in the queue twice. The queue itself recognises
 * a second one for five minutes only.
 *
 * `superseded`: another planner took over; `halted`: the worker met a refused token. Throws when the queue does not take
 * a job.
 */
export const enqueue = async (
  run: PlanningRun,
  begun: EnqueuedRun,
  changes: readonly Change[],
): Promise<'enqueued' | 'superseded' | 'halted'> => {
  const { ports, request, runId } = run;
  const { generation, customerId } = begun;
  const runOfJobs = { account: request.account, runId, generation, customerId };
  for (let start = begun.jobs; start < changes.length; start += CHUNK) {
    const chunk = changes.slice(start, start + CHUNK);
    const resent = begun.jobs > 0 && start === begun.jobs ? true : undefined;
    await ports.queue.send(chunk.map((change) => changeMessage(runOfJobs, change, resent)));
    const standing = await noteProgress(run, begun, start + chunk.length);
    if (standing !== 'ours') return standing;
  }
  await ports.queue.send([finishMessage(runOfJobs)]);
  return 'enqueued';
};
