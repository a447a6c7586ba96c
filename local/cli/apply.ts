/** Plans the account and carries the jobs out; or first those that an interrupted run has left. */

import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { quantity } from '../../lib/report/wording.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { Context } from './context.ts';
import { findInterruptedRun, hasPlanHash, settingsDigest, tokenProblem } from './interrupted-run.ts';
import type { Jobs } from './jobs.ts';
import { plan } from './planner.ts';
import { carryOutJobs, type Drained, jobsLeft } from './worker.ts';

/** How a call ended: the last answer of the planner, and the queues that were drained, oldest first. */
export type Ending = { readonly result: SyncResult; readonly drained: readonly Drained[] };

type ApplyRequest = { readonly planHash?: string; readonly approve?: string };

/** With these answers the planner has voided every job that is still in the queue. */
const VOIDS_OLDER_JOBS: ReadonlySet<SyncResult['status']> = new Set([
  'in_sync',
  'changed',
  'held',
  'enqueued',
]);

const planAndEnqueue = async (context: Context, jobs: Jobs, request: ApplyRequest): Promise<SyncResult> => {
  let isRestarted = false;
  // A void job that is not visible yet would keep the new ones waiting, which come after it in their group.
  const restart = (): void => {
    if (!isRestarted) jobs.restart(settingsDigest(context));
    isRestarted = true;
  };
  const send: PlannerPorts['queue']['send'] = async (messages) => {
    restart();
    await jobs.send(messages);
  };
  const result = await plan(context, { ...request, mode: 'apply' }, send);
  if (VOIDS_OLDER_JOBS.has(result.status)) restart();
  return result;
};

const applyNewPlan = async (context: Context, jobs: Jobs, request: ApplyRequest): Promise<Ending> => {
  const result = await planAndEnqueue(context, jobs, request);
  const enqueued = result.status === 'enqueued' || result.status === 'held';
  if (!enqueued || jobs.size() === 0) return { result, drained: [] };
  return { result, drained: [await carryOutJobs(context, jobs, jobsLeft(jobs))] };
};

/** Carries out what the interrupted run has left, then plans the account again. `inProgress`: what the planner answered. */
const continueRun = async (
  context: Context,
  jobs: Jobs,
  run: RunPointer,
  inProgress: SyncResult,
): Promise<Ending> => {
  const error = await tokenProblem(context, run);
  if (error !== undefined) return { result: { ...inProgress, status: 'failed', error }, drained: [] };
  const left = jobsLeft(jobs);
  context.screen.say(`Continuing run ${run.runId}: ${quantity(left, 'job')} left`);
  const drained = await carryOutJobs(context, jobs, Math.max(left, run.jobs));
  if (drained.end === 'stopped' || drained.halted !== undefined)
    return { result: inProgress, drained: [drained] };
  // A plan hash says that somebody has reviewed that plan; nobody has reviewed the next one.
  const next =
    context.options.planHash === undefined
      ? await applyNewPlan(context, jobs, {})
      : { result: await planOnly(context), drained: [] };
  return { ...next, drained: [drained, ...next.drained] };
};

export const apply = async (context: Context, jobs: Jobs): Promise<Ending> => {
  const { planHash, approve } = context.options;
  const interrupted = await findInterruptedRun(context, jobs);
  const isItsHash =
    interrupted !== undefined &&
    planHash !== undefined &&
    (await hasPlanHash(context, interrupted, planHash));
  const request: ApplyRequest = {
    ...(planHash !== undefined && !isItsHash && { planHash }),
    ...(approve !== undefined && { approve }),
  };
  const ending = await applyNewPlan(context, jobs, request);
  return ending.result.status === 'in_progress' && interrupted !== undefined
    ? await continueRun(context, jobs, interrupted, ending.result)
    : ending;
};

/** Changes nothing. */
export const planOnly = (context: Context): Promise<SyncResult> =>
  plan(context, { mode: 'plan' }, () => Promise.reject(new Error('a plan enqueues nothing')));
