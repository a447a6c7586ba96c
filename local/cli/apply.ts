/** Plans the account and carries the jobs out; or first those that an interrupted run has left. */

import type { PlannerPorts } from '../../lib/planner/ports.ts';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import { quantity } from '../../lib/report/wording.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { Context } from './context.ts';
import type { Ending } from './ending.ts';
import {
  awaitWrites,
  findInterruptedRun,
  hasPlanHash,
  settingsDigest,
  tokenProblem,
  unfinishedResend,
} from './interrupted-run.ts';
import type { Jobs } from './jobs.ts';
import { plan } from './planner.ts';
import { applyCommand } from './printed-command.ts';
import { showPlan } from './show-plan.ts';
import type { PlannerRequest } from './target.ts';
import { carryOutJobs, jobsLeft } from './worker.ts';

/** With these answers the planner has voided every job that is still in the queue. */
const VOIDS_OLDER_JOBS: ReadonlySet<SyncResult['status']> = new Set([
  'in_sync',
  'changed',
  'held',
  'enqueued',
]);

const show = ({ store, options, screen }: Context, result: SyncResult): Promise<void> =>
  showPlan(store, result, options, screen);

const planAndEnqueue = async (context: Context, jobs: Jobs, request: PlannerRequest): Promise<SyncResult> => {
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
  const result = await plan(context, request, send);
  await show(context, result);
  if (VOIDS_OLDER_JOBS.has(result.status)) restart();
  return result;
};

const applyNewPlan = async (context: Context, jobs: Jobs, request: PlannerRequest): Promise<Ending> => {
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
  wanted: PlannerRequest,
  inProgress: SyncResult,
): Promise<Ending> => {
  const error = await tokenProblem(context, run);
  if (error !== undefined) return { result: { ...inProgress, status: 'failed', error }, drained: [] };
  // A job whose POST is still in the air would look as if nothing was sent, and mail the person again.
  await awaitWrites(context, context.connection.requestTimeoutMs, context.stop);
  const left = jobsLeft(jobs);
  context.screen.say(`Continuing run ${run.runId}: ${quantity(left, 'job')} left`);
  const drained = await carryOutJobs(context, jobs, Math.max(left, run.jobs));
  if (drained.end === 'stopped' || drained.halted !== undefined)
    return { result: inProgress, drained: [drained] };
  const { planHash, prune } = wanted;
  const again = prune === undefined ? {} : { prune };
  // A plan hash says that somebody has reviewed that plan; nobody has reviewed the next one.
  if (planHash === undefined) {
    const next = await applyNewPlan(context, jobs, { ...again, mode: 'apply' });
    return { ...next, drained: [drained, ...next.drained] };
  }
  const result = await planOnly(context, { ...again, mode: 'plan' });
  await show(context, result);
  return { result, drained: [drained] };
};

/** Jobs of a run for the whole roster would be void if a run for some people took over. */
const applyToSome = async (
  context: Context,
  jobs: Jobs,
  wanted: PlannerRequest,
  interrupted: RunPointer | undefined,
): Promise<Ending> => {
  const { options } = context;
  if (interrupted !== undefined) {
    const command = applyCommand({ ...options, command: 'apply', addresses: [] });
    const error = `nothing was done for these people, as run ${interrupted.runId} was interrupted. Continue it first, with:\n  ${command}`;
    return { result: bareResult(options.account, '', 'failed', { error }), drained: [] };
  }
  const event = wanted.resend ? await unfinishedResend(context) : undefined;
  return await applyNewPlan(context, jobs, event === undefined ? wanted : { ...wanted, triggerId: event });
};

export const apply = async (context: Context, jobs: Jobs, wanted: PlannerRequest): Promise<Ending> => {
  const interrupted = await findInterruptedRun(context, jobs);
  if (wanted.only !== undefined) return await applyToSome(context, jobs, wanted, interrupted);
  const { planHash, ...others } = wanted;
  const isItsHash =
    interrupted !== undefined &&
    planHash !== undefined &&
    (await hasPlanHash(context, interrupted, planHash));
  const request = planHash === undefined || isItsHash ? others : wanted;
  const ending = await applyNewPlan(context, jobs, request);
  return ending.result.status === 'in_progress' && interrupted !== undefined
    ? await continueRun(context, jobs, interrupted, wanted, ending.result)
    : ending;
};

/** Changes nothing. */
export const planOnly = (context: Context, request: PlannerRequest): Promise<SyncResult> =>
  plan(context, request, () => Promise.reject(new Error('a plan enqueues nothing')));
