/** The worker, wired to the queue in the state folder and the screen. */

import { estimateFinish } from '../../lib/domain/quota.ts';
import { finishedPlanFile } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import { runPrefix } from '../../lib/state/keys.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { handleBatch } from '../../lib/worker/handle-batch.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import type { Context } from './context.ts';
import { drain } from './drain.ts';
import { newestRun } from './interrupted-run.ts';
import type { Jobs } from './jobs.ts';
import { echoErrors } from './log-file.ts';
import { waitingNote } from './progress.ts';
import { renderOutcomes } from './render-outcome.ts';
import { reportSoFar } from './report-so-far.ts';

/** What became of a queue. */
export type Drained = {
  /** `goes_on`: nobody watches the run any more, but the deployed worker carries it out. */
  readonly end: 'empty' | 'stopped' | 'goes_on';
  /** Of the run; of one that was halted or stopped, about the jobs that have ended. */
  readonly report?: RunReport;
  /** Why the run was stopped for good. */
  readonly halted?: string;
  /** Messages that went to the dead-letter queue. */
  readonly deadLetters: number;
};

const HANDED_BACK_EARLIER = 'waiting';
const FAILED_ATTEMPT = 'a retry waits';
const QUOTA_USED_UP = 'quota used up';

/** What is seen of the worker while it works: why nothing is visible in the queue, and the report of the run. */
type Seen = { because: string; report?: RunReport };

const workerPorts = (
  { rules, store, connection, log, notify, clock, screen }: Context,
  jobs: Jobs,
  seen: Seen,
): WorkerPorts => ({
  store,
  connect: async () => ({ fastly: connection.fastly }),
  deadLetters: jobs.deadLetters,
  setVisibility: jobs.setVisibility,
  renderReport: (report) => {
    seen.report = report;
    return runFiles(report);
  },
  renderFinishedPlan: finishedPlanFile,
  notify,
  log: echoErrors(log, screen.say),
  metrics: {
    add: (_account, name) => {
      if (name === 'QuotaWaitSeconds') seen.because = QUOTA_USED_UP;
    },
  },
  now: clock.now,
  sleep: (ms) => clock.sleep(ms),
  random: Math.random,
  rules,
});

/** The report of a run that did not come to its end. When it does, `finish` writes the report anew. */
const storeReportSoFar = async (
  { store, options, clock }: Context,
  pointer: RunPointer | undefined,
): Promise<RunReport | undefined> => {
  const made = pointer && (await reportSoFar(store, options.account, pointer, clock.now()));
  if (made === undefined) return undefined;
  const prefix = runPrefix(options.account, made.runId);
  for (const { name, content } of runFiles(made)) await store.write(`${prefix}${name}`, content);
  return made;
};

/** Messages without `finish`. */
export const jobsLeft = (jobs: Jobs): number => Math.max(0, jobs.size() - 1);

/** Carries the queued jobs out, and prints what became of them. `total`: the jobs of the whole run. */
export const carryOutJobs = async (context: Context, jobs: Jobs, total: number): Promise<Drained> => {
  const { screen, clock, stop } = context;
  const deadLettersBefore = jobs.deadLetters.count();
  const seen: Seen = { because: HANDED_BACK_EARLIER };
  const ports = workerPorts(context, jobs, seen);
  const done = (): number => total - jobsLeft(jobs);
  const { RATE_LIMIT_PER_HOUR: perHour, RATE_LIMIT_RESERVE: reserve } = context.rules;
  const finishOf = (from: number): number => estimateFinish(jobsLeft(jobs), { perHour, reserve }, from);
  const progress = screen.startProgress(total, done());
  const end = await drain(
    jobs,
    {
      work: (messages, remainingMs) => {
        seen.because = FAILED_ATTEMPT;
        return handleBatch(messages, ports, remainingMs);
      },
      onProgress: (until) =>
        progress.update(
          done(),
          until === undefined ? undefined : waitingNote(seen.because, until, finishOf(until)),
        ),
    },
    clock,
    stop,
  ).finally(progress.stop);
  const pointer = await newestRun(context);
  const halted = pointer?.status === 'halted' ? (pointer.reason ?? 'the reason was not noted') : undefined;
  const report = seen.report ?? (await storeReportSoFar(context, pointer));
  if (report !== undefined) screen.print(renderOutcomes(report, total, screen.paint));
  return {
    end,
    ...(report !== undefined && { report }),
    ...(halted !== undefined && { halted }),
    deadLetters: jobs.deadLetters.count() - deadLettersBefore,
  };
};
