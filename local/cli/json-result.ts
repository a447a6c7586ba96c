/** What `--json` prints after plan, apply and resend: docs/result.schema.json. */

import { needsAttention } from '../../lib/domain/outcome.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { runPrefix } from '../../lib/state/keys.ts';
import type { ReportedOutcome } from '../../lib/state/run-report.ts';
import type { Ending } from './ending.ts';
import type { Target } from './target.ts';
import type { Drained } from './worker.ts';

/** Besides the answers of the planner: how a run ended that was carried out. */
type JsonStatus = SyncResult['status'] | 'finished' | 'halted' | 'interrupted' | 'draining';

export type JsonResult = Omit<SyncResult, 'status'> & {
  readonly status: JsonStatus;
  /** How many jobs ended how; absent when nothing was carried out. */
  readonly outcomes?: Readonly<Record<string, number>>;
  /** Why the run was halted. */
  readonly halted?: string;
  /** Jobs that a person should look at, by how they ended. */
  readonly rejected: readonly ReportedOutcome[];
  readonly failed: readonly ReportedOutcome[];
  /** Absolute paths, or addresses in the bucket, by file name. */
  readonly reports: Readonly<Record<string, string>>;
};

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

export const jsonResult = ({ result, drained }: Ending, { address }: Pick<Target, 'address'>): JsonResult => {
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
    ...(last !== undefined && { outcomes: summed(drained) }),
    ...(last?.halted !== undefined && { halted: last.halted }),
    rejected: attention.filter((outcome) => outcome.result === 'rejected'),
    failed: attention.filter((outcome) => outcome.result !== 'rejected'),
    reports: Object.fromEntries(
      reports.map(([runId = '', name = '']) => [name, address(`${runPrefix(result.account, runId)}${name}`)]),
    ),
  };
};
