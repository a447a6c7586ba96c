/**
 * The metrics (docs/contract.md, “Logs, metrics and privacy”). Each is emitted under two sets of dimensions: `account`, which the dashboard draws, and none
 * at all, which the alarms watch, because an alarm can't add up over accounts.
 */

export const METRIC_NAMESPACE = 'FastlyInvitationSync';

/** Name and unit, in CloudWatch's words. */
export const METRIC_UNITS = {
  /** Rows of the roster that are not blank. */
  RosterRows: 'Count',
  /** What is wrong with the roster; more than zero blocks it. */
  RosterIssues: 'Count',
  /** 1 for each trigger that found no roster: one with state from before, or one that was just uploaded. */
  RosterMissing: 'Count',
  PlannedCreates: 'Count',
  PlannedDeletes: 'Count',
  PlannedReplaces: 'Count',
  /** Planned changes that a guard keeps back. */
  HeldChanges: 'Count',
  /** 1 for every plan that could be made, in whatever mode: the sign of life. */
  PlanCompleted: 'Count',
  /** 1 when roster, listing, token or ledger could not be trusted, and nothing was changed. */
  RunBlocked: 'Count',
  /** 1 when an account's run ended in an error, also when the other accounts of the invocation did well. */
  RunFailed: 'Count',
  /** 1 when all jobs of a run have an outcome. */
  RunFinished: 'Count',
  /** 1 when the worker stopped a run because Fastly refuses the token. */
  RunHalted: 'Count',
  JobsCreated: 'Count',
  JobsDeleted: 'Count',
  JobsReplaced: 'Count',
  /** Jobs that found their wish fulfilled: already invited, already a member, already gone. */
  JobsAlreadySo: 'Count',
  JobsRejected: 'Count',
  /** Jobs that kept failing, or that nobody can read; each is in the dead-letter queue. */
  JobsFailed: 'Count',
  JobsSuperseded: 'Count',
  /** Writes that Fastly leaves in this window. */
  RateLimitRemaining: 'Count',
  /** How long the quota gate sends messages away for. */
  QuotaWaitSeconds: 'Seconds',
} as const;

export type MetricName = keyof typeof METRIC_UNITS;

export const METRIC_NAMES = Object.keys(METRIC_UNITS) as readonly MetricName[];
