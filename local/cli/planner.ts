/** The planner, wired to a roster file and the state folder. */

import { dumpAccount } from '../../lib/planner/dump-account.ts';
import { planAccount } from '../../lib/planner/plan-account.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { Context } from './context.ts';
import { awaitWrites } from './interrupted-run.ts';
import { applyCommand } from './printed-command.ts';
import type { PlannerRequest } from './target.ts';

type Send = PlannerPorts['queue']['send'];

const withRosterName = (record: PlanRecord, file: string): PlanRecord =>
  record.roster === undefined ? record : { ...record, roster: { ...record.roster, file } };

const plannerPorts = (context: Context, send: Send): PlannerPorts => {
  const { options, rules, store, connection, log, notify, clock } = context;
  return {
    store,
    queue: { send },
    connect: async () => ({ fastly: connection.fastly }),
    renderPlan: (record) => planFiles(withRosterName(record, options.rosterName)),
    approveCommand: (_account, approval) => applyCommand(options, '--approve', approval),
    notify,
    log,
    metrics: { add: () => undefined },
    now: clock.now,
    // The planner only sleeps when it takes over from an interrupted run.
    sleep: (ms) => awaitWrites(context, ms),
    random: Math.random,
    rules,
    requestTimeoutMs: connection.requestTimeoutMs,
    // Only one process can have the account: a planner that was planning it is gone.
    planningTimeoutMs: 0,
  };
};

/** Plans one account, or lists it as a roster. `send` takes the jobs. */
export const plan = (
  context: Context,
  { mode, ...request }: PlannerRequest,
  send: Send,
): Promise<SyncResult> => {
  const wanted = { ...request, account: context.options.account, manual: true };
  const ports = plannerPorts(context, send);
  return mode === 'dump'
    ? dumpAccount({ ...wanted, mode: 'plan' }, ports)
    : planAccount({ ...wanted, mode }, ports);
};
