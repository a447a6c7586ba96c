/** The planner, wired to a roster file, the state folder and the screen. */

import type { SyncRequest } from '../../lib/plan/decide.ts';
import { planAccount } from '../../lib/planner/plan-account.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { planFiles } from '../../lib/report/plan-files.ts';
import { duration } from '../../lib/report/wording.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { Context } from './context.ts';
import { notifyLog } from './log-file.ts';
import { applyCommand } from './options.ts';
import { renderPlan } from './render-plan.ts';

type Send = PlannerPorts['queue']['send'];

const plannerPorts = (context: Context, send: Send, onPlan: (record: PlanRecord) => void): PlannerPorts => {
  const { options, rules, store, target, screen, log, clock } = context;
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
    // The planner only sleeps when it takes over from an interrupted run.
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
    // Only one process can have the account: a planner that was planning it is gone.
    planningTimeoutMs: 0,
  };
};

/** Plans, and prints the plan. `send` takes the jobs. */
export const plan = async (
  context: Context,
  request: Omit<SyncRequest, 'account' | 'manual'>,
  send: Send,
): Promise<SyncResult> => {
  const { options, screen } = context;
  let record: PlanRecord | undefined;
  const ports = plannerPorts(context, send, (made) => {
    record = made;
  });
  const { prune } = options;
  const wish = { ...request, ...(prune !== undefined && { prune }) };
  const result = await planAccount({ ...wish, account: options.account, manual: true }, ports);
  if (record !== undefined) screen.print(['', ...renderPlan(record, options.rosterName, screen.paint)]);
  return result;
};
