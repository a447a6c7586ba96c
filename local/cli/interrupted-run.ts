/**
 * When an interrupted run continues, and when the account is planned again.
 *
 * A run was interrupted when its pointer says `draining`, because only one process can have the account. A run for the whole
 * roster continues with the jobs that are left, as they were planned, when all of this holds:
 *
 * 1. its jobs are in the queue;
 * 2. limits and options are those that it was planned under;
 * 3. the roster is still the one that it was planned from, and the call asks for nothing else: the planner finds that out,
 *    and answers `in_progress`;
 * 4. the token belongs to the customer that it was planned for.
 *
 * Without 1, 2 or 3 the account is planned again, and the jobs that are left are void. Without 4 the call fails and changes
 * nothing. An interruption before `draining` left nothing that could continue: the account is planned again.
 *
 * A run for some people is always planned again. A resend for the same people is then the same event as before, so that
 * nobody is mailed again whom it has mailed already.
 */

import { sha256 } from '../../lib/domain/digest.ts';
import type { Email } from '../../lib/domain/invitation.ts';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { duration } from '../../lib/report/wording.ts';
import { DamagedStateError } from '../../lib/state/damaged-state.ts';
import { readPointer, updatePointer } from '../../lib/state/pointer-store.ts';
import { readRecord } from '../../lib/state/read-run.ts';
import { openRuns, type RunPointer } from '../../lib/state/run-pointer.ts';
import type { Context } from './context.ts';
import type { Jobs } from './jobs.ts';

/** The newest run, if there is one. A damaged pointer is for the planner to report. */
export const newestRun = async ({ store, options }: Context): Promise<RunPointer | undefined> => {
  try {
    return (await readPointer(store, options.account))?.pointer;
  } catch (error) {
    if (error instanceof DamagedStateError) return undefined;
    throw error;
  }
};

/** Two plans of one roster and one listing are equal when this is. */
export const settingsDigest = ({ rules, options }: Context): string =>
  sha256([JSON.stringify(rules), options.prune ?? 'as configured']);

const reasonToPlanAgain = (context: Context, jobs: Jobs, run: RunPointer): string | undefined => {
  if (run.only) return 'it was for some people only';
  if (jobs.size() === 0) return 'its queue is empty';
  return jobs.settings() === settingsDigest(context) ? undefined : 'limits or options have changed';
};

/** The interrupted run, if conditions 1 and 2 hold. Any other is halted, so that the planner does not wait for it. */
export const findInterruptedRun = async (context: Context, jobs: Jobs): Promise<RunPointer | undefined> => {
  const { store, options, clock, screen } = context;
  const pointer = await newestRun(context);
  if (pointer?.status !== 'draining' && !(pointer?.status === 'planning' && pointer.only)) return undefined;
  const reason = reasonToPlanAgain(context, jobs, pointer);
  if (reason === undefined) return pointer;
  screen.say(`Run ${pointer.runId} was interrupted and can't continue, because ${reason}. Planning again`);
  await updatePointer(store, options.account, pointer, (current) => ({
    ...current,
    status: 'halted',
    updatedAt: new Date(clock.now()).toISOString(),
    reason: `interrupted, and ${reason}`,
  }));
  return undefined;
};

/** Whether a plan hash is that of this run's own plan: then it asks for nothing else than to continue. */
export const hasPlanHash = async (
  { store, options }: Context,
  { runId }: RunPointer,
  planHash: string,
): Promise<boolean> => (await readRecord(store, options.account, runId))?.planHash === planHash;

const inOrder = (addresses: readonly Email[]): string => [...new Set(addresses)].sort().join();

/** The event of a resend for the same people that never finished. */
export const unfinishedResend = async (context: Context): Promise<string | undefined> => {
  const { store, options } = context;
  for (const runId of openRuns(await newestRun(context)).toReversed()) {
    const { only, changes = [] } = (await readRecord(store, options.account, runId)) ?? {};
    if (only === undefined || inOrder(only) !== inOrder(options.addresses)) continue;
    const event = changes.flatMap((change) => ('resend' in change ? (change.resend ?? []) : []))[0];
    if (event !== undefined) return event;
  }
  return undefined;
};

/** Why condition 4 does not hold, if so. */
export const tokenProblem = async (
  { connection }: Context,
  { runId, customerId }: RunPointer,
): Promise<string | undefined> => {
  const answer = await connection.fastly.readToken();
  if (!answer.ok) return `run ${runId} can't continue: ${answer.failure.message}`;
  return answer.value.customerId === customerId
    ? undefined
    : `run ${runId} is about customer ${customerId}, but the token belongs to ${answer.value.customerId}`;
};

/** Waits so long for a write that the interrupted run had on its way: it then shows in Fastly's list, or never will. */
export const awaitWrites = async (
  { connection, screen, clock }: Pick<Context, 'connection' | 'screen' | 'clock'>,
  ms: number,
  stop?: AbortSignal,
): Promise<void> => {
  if (!connection.outlivesProcess) return;
  screen.say(
    `Waiting ${duration(ms / SECOND_MS)}, so that a write of the interrupted run shows in Fastly's list`,
  );
  await clock.sleep(ms, stop);
};
