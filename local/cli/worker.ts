/** The worker, wired to the queue in the state folder and the screen. */

import { runFiles } from '../../lib/report/run-files.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { handleBatch } from '../../lib/worker/handle-batch.ts';
import type { WorkerPorts } from '../../lib/worker/ports.ts';
import type { Bench } from './context.ts';
import { drain } from './drain.ts';
import type { Jobs } from './jobs.ts';
import { newestRun } from './interrupted-run.ts';
import { notifyLog, saying } from './log-file.ts';
import { renderOutcomes } from './render-outcome.ts';

export type Worked = {
  readonly end: 'empty' | 'stopped';
  /** Of the run that was finished. */
  readonly report?: RunReport;
  /** Why the run was stopped for good. */
  readonly halted?: string;
  /** Messages that went to the dead-letter queue. */
  readonly buried: number;
};

const PUT_OFF = 'put off earlier';
const FAILED_TRY = 'a try failed';
const QUOTA_USED_UP = 'quota used up';

const depsOf = (
  { rules, store, target, log, clock, screen }: Bench,
  jobs: Jobs,
  onQuotaWait: () => void,
  onReport: (report: RunReport) => void,
): WorkerPorts => ({
  store,
  connect: async () => ({ fastly: target.fastly }),
  deadLetters: jobs.deadLetters,
  setVisibility: jobs.setVisibility,
  renderReport: (report) => {
    onReport(report);
    return runFiles(report);
  },
  quotas: new Map(),
  notify: notifyLog(log),
  log: saying(log, screen.say),
  metrics: {
    add: (_account, name) => {
      if (name === 'QuotaWaitSeconds') onQuotaWait();
    },
  },
  now: clock.now,
  sleep: (ms) => clock.sleep(ms),
  random: Math.random,
  rules,
});

/** Messages without `finish`. */
export const jobsLeft = (jobs: Jobs): number => Math.max(0, jobs.size() - 1);

/** Carries the queued jobs out, and prints what became of them. `total`: the jobs of the whole run. */
export const workOff = async (bench: Bench, jobs: Jobs, total: number): Promise<Worked> => {
  const { screen, clock, stop } = bench;
  const buriedBefore = jobs.deadLetters.count();
  let because = PUT_OFF;
  let report: RunReport | undefined;
  const deps = depsOf(
    bench,
    jobs,
    () => {
      because = QUOTA_USED_UP;
    },
    (made) => {
      report = made;
    },
  );
  const done = (): number => total - jobsLeft(jobs);
  const progress = screen.startProgress(total, done());
  const end = await drain(
    jobs,
    {
      work: (messages, remainingMs) => {
        because = FAILED_TRY;
        return handleBatch(messages, deps, remainingMs);
      },
      onProgress: (until) => progress.update(done(), until === undefined ? undefined : { because, until }),
    },
    clock,
    stop,
  ).finally(progress.stop);
  const pointer = await newestRun(bench);
  const halted = pointer?.status === 'halted' ? (pointer.reason ?? 'the reason was not noted') : undefined;
  if (report !== undefined) screen.print(renderOutcomes(report, screen.paint));
  return {
    end,
    ...(report !== undefined && { report }),
    ...(halted !== undefined && { halted }),
    buried: jobs.deadLetters.count() - buriedBefore,
  };
};
