/** The report of a finished run: `runs/<account>/<runId>/report.json`. */

import type { Action } from '../domain/change.ts';
import type { Email, LeftOut } from '../domain/invitation.ts';
import type { Hold } from '../plan/guards.ts';
import type { Waiting } from '../plan/plan.ts';

/** How a finished run is kept: `runs/<account>/<runId>/report.json`. */
export type RunReport = {
  readonly version: 1;
  readonly account: string;
  readonly runId: string;
  readonly generation: number;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationSeconds: number;
  /** How many jobs ended how; results that did not occur are 0. `unknown`: no outcome was found. */
  readonly counts: Readonly<Record<string, number>>;
  /** One line per job, in the plan's order. */
  readonly outcomes: readonly ReportedOutcome[];
  /** Held changes wait for this approval. */
  readonly held: readonly Hold[];
  readonly approval?: string;
  /** What a person types to release them. */
  readonly approveCommand?: string;
  /** Roster rows that the mapping left out, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** People that the plan left waiting. */
  readonly waiting: readonly Waiting[];
};

export type ReportedOutcome = {
  readonly action: Action;
  readonly email: Email;
  /** Why the plan had this change, as in plan.json. */
  readonly reason: string;
  /** What was to be given: a role, or the ids of IAM roles separated by `;`. Absent for a delete. */
  readonly role?: string;
  readonly result: string;
  /** ISO 8601; absent when no outcome was found. */
  readonly at?: string;
  readonly detail?: string;
  /** A replace cancelled the old invitation and could not send the new one: the person has none. */
  readonly interrupted?: true;
};
