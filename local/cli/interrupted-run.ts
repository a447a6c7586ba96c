/** What an interrupted run left in the state folder: whether it simply goes on, or has to be planned anew. */

import { sha256 } from '../../lib/domain/digest.ts';
import { DamagedStateError, readPointer, updatePointer } from '../../lib/state/pointer-store.ts';
import { readRecord } from '../../lib/state/read-run.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { Bench } from './context.ts';
import type { Jobs } from './jobs.ts';

/** The newest run, if there is one. A damaged pointer is for the planner to report. */
export const newestRun = async ({ store, options }: Bench): Promise<RunPointer | undefined> => {
  try {
    return (await readPointer(store, options.account))?.pointer;
  } catch (error) {
    if (error instanceof DamagedStateError) return undefined;
    throw error;
  }
};

/** Stands for everything but the roster that the plan depends on. */
export const settingsDigest = ({ rules, options }: Bench): string =>
  sha256([JSON.stringify(rules), options.prune ?? 'as configured']);

const reasonToPlanAnew = (bench: Bench, jobs: Jobs): string | undefined => {
  if (jobs.size() === 0) return 'its queue is gone';
  return jobs.settings() === settingsDigest(bench) ? undefined : 'options or limits are others now';
};

/**
 * The run that was being worked off, if it is to go on as it was planned. One that can't, or that was planned under other
 * options or limits, is declared void.
 */
export const findLeftover = async (bench: Bench, jobs: Jobs): Promise<RunPointer | undefined> => {
  const { store, options, clock, screen } = bench;
  const pointer = await newestRun(bench);
  if (pointer?.status !== 'draining') return undefined;
  const reason = reasonToPlanAnew(bench, jobs);
  if (reason === undefined) return pointer;
  screen.say(`Run ${pointer.runId} was interrupted, and ${reason}: planning anew`);
  await updatePointer(store, options.account, pointer.generation, (current) => ({
    ...current,
    status: 'halted',
    updatedAt: new Date(clock.now()).toISOString(),
    reason: `interrupted, and ${reason}`,
  }));
  return undefined;
};

/** Whether this very plan was already begun: then `--plan-hash` has done its duty. */
export const isPlanOf = async (
  { store, options }: Bench,
  { runId }: RunPointer,
  planHash: string,
): Promise<boolean> => (await readRecord(store, options.account, runId))?.planHash === planHash;

/** Why the jobs of this run must not be carried out with the token at hand, if so. */
export const tokenProblem = async (
  { target }: Bench,
  { runId, customerId }: RunPointer,
): Promise<string | undefined> => {
  const answer = await target.fastly.readToken();
  if (!answer.ok) return `run ${runId} can't go on: ${answer.failure.message}`;
  return answer.value.customerId === customerId
    ? undefined
    : `run ${runId} is about customer ${customerId}, but the token belongs to ${answer.value.customerId}`;
};
