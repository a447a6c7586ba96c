/** What the planner answers for each account (docs/contract.md, “Triggers”). */

import type { Issue } from '../domain/issue.ts';
import type { PlanCounts, PlanStatus, QuotaEstimate } from '../plan/decide.ts';
import type { Hold } from '../plan/guards.ts';
import type { PlanRecord } from '../state/plan-record.ts';

/** `in_progress`: another run does what was asked. `superseded`: a newer run took over. `failed`: see `error`.
 * `dumped`: the account as a roster is in `report`. */
export type SyncStatus = PlanStatus | 'in_progress' | 'superseded' | 'failed' | 'dumped';

export type SyncResult = {
  readonly account: string;
  readonly runId: string;
  readonly status: SyncStatus;
  readonly planHash?: string;
  /** Of the whole plan, held changes included. */
  readonly counts: PlanCounts;
  readonly held: readonly Hold[];
  readonly approval?: string;
  readonly issues: readonly Issue[];
  readonly warnings: readonly string[];
  readonly quota?: QuotaEstimate;
  /** Key of the plan report, when there is one. */
  readonly report?: string;
  /** Why the run failed, or which run is in progress. */
  readonly error?: string;
  /** Only with `failed`: the same request may succeed later. */
  readonly mayPass?: true;
};

export const NO_COUNTS: PlanCounts = { create: 0, delete: 0, replace: 0, keep: 0, member: 0, waiting: 0 };

/** The result of a run without a plan. */
export const bareResult = (
  account: string,
  runId: string,
  status: SyncStatus,
  more: Partial<SyncResult> = {},
): SyncResult => ({
  account,
  runId,
  status,
  counts: NO_COUNTS,
  held: [],
  issues: [],
  warnings: [],
  ...more,
});

export const resultOf = (record: PlanRecord, report: string): SyncResult => ({
  account: record.account,
  runId: record.runId,
  status: record.status,
  ...(record.planHash !== undefined && { planHash: record.planHash }),
  counts: record.counts,
  held: record.held,
  ...(record.approval !== undefined && { approval: record.approval }),
  issues: record.issues,
  warnings: record.warnings,
  quota: record.quota,
  report,
});
