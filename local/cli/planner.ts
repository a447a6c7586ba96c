/** The planner, wired to a roster file, the state folder and the screen. */

import type { SyncRequest } from '../../lib/plan/decide.ts';
import { planAccount } from '../../lib/planner/plan-account.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { planFiles } from '../../lib/report/plan-files.ts';
import { duration } from '../../lib/report/wording.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { Bench } from './context.ts';
import { notifyLog } from './log-file.ts';
import { applyCommand } from './options.ts';
import { renderPlan } from './render-plan.ts';

type Send = PlannerPorts['queue']['send'];

const depsOf = (bench: Bench, send: Send, onPlan: (record: PlanRecord) => void): PlannerPorts => {
  const { options, rules, store, target, screen, log, clock } = bench;
  return {
    store,
    queue: { send },
    connect: async () => ({ fastly: target.fastly }),
    renderPlan: (record) => {
      onPlan(record);
      return planFiles(record);
    },
    approveCommand: (_account, approval) => applyCommand(options, '--approve', approval),
    notify: notifyLog(log),
    log,
    metrics: { add: () => undefined },
    now: clock.now,
    // Only ever asked for after a take-over.
    sleep: async (ms) => {
      if (!target.outlivesProcess) return;
      screen.say(
        `Waiting ${duration(ms / 1000)}, so that a write of the interrupted run shows in Fastly's list`,
      );
      await clock.sleep(ms);
    },
    random: Math.random,
    rules,
    requestTimeoutMs: target.requestTimeoutMs,
    // The lock on the state folder proves that no other planner is alive.
    planningTimeoutMs: 0,
  };
};

/** Plans, and prints the plan. `send` is what becomes of the jobs. */
export const plan = async (
  bench: Bench,
  request: Omit<SyncRequest, 'account' | 'manual'>,
  send: Send,
): Promise<SyncResult> => {
  const { options, screen } = bench;
  let record: PlanRecord | undefined;
  const deps = depsOf(bench, send, (made) => {
    record = made;
  });
  const { prune } = options;
  const wish = { ...request, ...(prune !== undefined && { prune }) };
  const result = await planAccount({ ...wish, account: options.account, manual: true }, deps);
  if (record !== undefined) screen.print(['', ...renderPlan(record, options.rosterName, screen.paint)]);
  return result;
};
