/** Plan, enqueue, work off; or go on where an interrupted run was. */

import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { quantity } from '../../lib/report/wording.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { Bench } from './context.ts';
import type { Jobs } from './jobs.ts';
import { findLeftover, isPlanOf, settingsDigest, tokenProblem } from './interrupted-run.ts';
import { plan } from './planner.ts';
import { jobsLeft, type Worked, workOff } from './worker.ts';

/** How a call ended: what the planner said last, and the queues that were worked off. */
export type Ending = { readonly result: SyncResult; readonly worked: readonly Worked[] };

type Wish = { readonly planHash?: string; readonly approve?: string };

/** Results that void whatever an older run has left in the queue. */
const VOIDS_OLDER: ReadonlySet<SyncResult['status']> = new Set(['in_sync', 'changed', 'held', 'enqueued']);

const planAndEnqueue = async (bench: Bench, jobs: Jobs, wish: Wish): Promise<SyncResult> => {
  let sent = false;
  const send: PlannerPorts['queue']['send'] = async (messages) => {
    // Otherwise an old job that is not visible yet would keep the new ones waiting.
    if (!sent) jobs.restart(settingsDigest(bench));
    sent = true;
    await jobs.send(messages);
  };
  const result = await plan(bench, { ...wish, mode: 'apply' }, send);
  if (!sent && VOIDS_OLDER.has(result.status)) jobs.restart(settingsDigest(bench));
  return result;
};

const applyOnce = async (bench: Bench, jobs: Jobs, wish: Wish): Promise<Ending> => {
  const result = await planAndEnqueue(bench, jobs, wish);
  const enqueued = result.status === 'enqueued' || result.status === 'held';
  if (!enqueued || jobs.size() === 0) return { result, worked: [] };
  return { result, worked: [await workOff(bench, jobs, jobsLeft(jobs))] };
};

/** The rest of the interrupted run first, then whatever is still missing. */
const goOn = async (bench: Bench, jobs: Jobs, leftover: RunPointer, busy: SyncResult): Promise<Ending> => {
  const error = await tokenProblem(bench, leftover);
  if (error !== undefined) return { result: { ...busy, status: 'failed', error }, worked: [] };
  const left = jobsLeft(jobs);
  bench.screen.say(`Going on with run ${leftover.runId}: ${quantity(left, 'job')} left`);
  const worked = await workOff(bench, jobs, Math.max(left, leftover.jobs));
  if (worked.end === 'stopped' || worked.halted !== undefined) return { result: busy, worked: [worked] };
  // Nobody has reviewed a plan that comes after the one that was.
  const ending =
    bench.options.planHash === undefined
      ? await applyOnce(bench, jobs, {})
      : { result: await planOnly(bench), worked: [] };
  return { ...ending, worked: [worked, ...ending.worked] };
};

export const apply = async (bench: Bench, jobs: Jobs): Promise<Ending> => {
  const { planHash, approve } = bench.options;
  const leftover = await findLeftover(bench, jobs);
  const begun =
    leftover !== undefined && planHash !== undefined && (await isPlanOf(bench, leftover, planHash));
  const wish: Wish = {
    ...(planHash !== undefined && !begun && { planHash }),
    ...(approve !== undefined && { approve }),
  };
  const ending = await applyOnce(bench, jobs, wish);
  return ending.result.status === 'in_progress' && leftover !== undefined
    ? await goOn(bench, jobs, leftover, ending.result)
    : ending;
};

/** Changes nothing. */
export const planOnly = (bench: Bench): Promise<SyncResult> =>
  plan(bench, { mode: 'plan' }, () => Promise.reject(new Error('a plan enqueues nothing')));
