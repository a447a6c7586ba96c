/** What `--json` prints after plan, apply and resend: docs/result.schema.json. */

import { needsAttention } from '../../lib/domain/outcome.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { runPrefix } from '../../lib/state/keys.ts';
import type { Ending } from './ending.ts';
import type { Target } from './target.ts';
import type { Drained } from './worker.ts';

/** Besides the answers of the planner: how a run ended that was carried out. */
type JsonStatus = SyncResult['status'] | 'finished' | 'halted' | 'interrupted' | 'draining';

const statusOf = (result: SyncResult, last: Drained | undefined): JsonStatus => {
  if (last?.halted !== undefined) return 'halted';
  if (last?.end === 'stopped') return 'interrupted';
  if (last?.end === 'goes_on') return 'draining';
  return last !== undefined && result.status === 'enqueued' ? 'finished' : result.status;
};

const summed = (drained: readonly Drained[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { report } of drained)
    for (const [name, count] of Object.entries(report?.counts ?? {}))
      counts[name] = (counts[name] ?? 0) + count;
  return counts;
};

export const jsonResult = ({ result, drained }: Ending, { address }: Pick<Target, 'address'>) => {
  const attention = drained.flatMap(({ report }) => report?.outcomes.filter(needsAttention) ?? []);
  const last = drained.at(-1);
  const reports = [
    ...(result.report === undefined ? [] : ['plan.json', 'plan.html'].map((name) => [result.runId, name])),
    ...(last?.report === undefined
      ? []
      : ['report.json', 'report.html'].map((name) => [last.report?.runId, name])),
  ];
  return {
    ...result,
    status: statusOf(result, last),
    /** How many jobs ended how; absent when nothing was carried out. */
    ...(last !== undefined && { outcomes: summed(drained) }),
    /** Why the run was halted. */
    ...(last?.halted !== undefined && { halted: last.halted }),
    /** Jobs that a person should look at, by how they ended. */
    rejected: attention.filter((outcome) => outcome.result === 'rejected'),
    failed: attention.filter((outcome) => outcome.result !== 'rejected'),
    /** Absolute paths, or addresses in the bucket, by file name. */
    reports: Object.fromEntries(
      reports.map(([runId = '', name = '']) => [name, address(`${runPrefix(result.account, runId)}${name}`)]),
    ),
  };
};

export type JsonResult = ReturnType<typeof jsonResult>;
