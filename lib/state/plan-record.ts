/** The plan as it is kept: `runs/<account>/<runId>/plan.json`. Written by the planner, read by people and by `finish`. */

import * as v from 'valibot';
import type { Action, Change } from '../domain/change.ts';
import type { Email } from '../domain/invitation.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { GuardReading, Hold } from '../plan/guards.ts';
import type { Drift, Plan, Waiting } from '../plan/plan.ts';
import type { RosterVersion } from './run-pointer.ts';

/**
 * - `planned` in plan mode: nothing was changed
 * - `changed` the given plan hash no longer fits; nothing was done
 * - `in_sync` nothing to change
 * - `enqueued` the changes are jobs now
 * - `held` a guard keeps some or all changes back; the rest, if any, is enqueued
 * - `blocked` roster, token or listing can't be trusted; nothing was done
 */
export type PlanStatus = 'planned' | 'changed' | 'in_sync' | 'enqueued' | 'held' | 'blocked';

/** Why something was not done. `line` and `column` point into the roster. */
export type Issue = {
  readonly code: string;
  readonly line?: number;
  readonly column?: string;
  readonly message: string;
};

export type PlanCounts = Readonly<Record<Action | 'keep' | 'member', number>>;

/** The work that was released, and when it is done at the latest if nobody else uses the quota. */
export type QuotaEstimate = {
  readonly writes: number;
  readonly perHour: number;
  /** ISO 8601 */
  readonly estimatedFinish: string;
};

/** What the ledger is to become besides this run's own mails. */
export type LedgerUpdate = {
  /** From runs that never finished. */
  readonly carried: Readonly<Record<string, LedgerEntry>>;
  /** Addresses that left the roster and have nothing at Fastly. */
  readonly forgotten: readonly Email[];
};

export type PlanRecord = {
  readonly version: 1;
  readonly account: string;
  readonly runId: string;
  /** Absent in plan mode: nothing was claimed. */
  readonly generation?: number;
  readonly mode: 'plan' | 'apply';
  readonly status: PlanStatus;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly roster?: RosterVersion & { readonly rows: number };
  readonly planHash?: string;
  /** The name of the held changes; absent when nothing is held. */
  readonly approval?: string;
  /** What a person types to release them. */
  readonly approveCommand?: string;
  readonly counts: PlanCounts;
  readonly guards: readonly GuardReading[];
  readonly held: readonly Hold[];
  /** In the plan's order; held ones are marked. */
  readonly changes: readonly RecordedChange[];
  readonly waiting: readonly Waiting[];
  readonly drift: readonly Drift[];
  readonly unlistedMembers: readonly Email[];
  readonly spared: Plan['spared'];
  readonly liveInvitations: number;
  readonly issues: readonly Issue[];
  readonly warnings: readonly string[];
  readonly quota: QuotaEstimate;
  readonly ledger: LedgerUpdate;
};

export type RecordedChange = Change & { readonly held?: true };

const text = v.string();
const service = v.object({ id: text, permission: v.string() });
const access = v.looseObject({ limitServices: v.boolean(), services: v.array(service) });
const ids = v.array(text);
const held = { held: v.exactOptional(v.literal(true)) };
const changeSchema = v.variant('action', [
  v.looseObject({ action: v.literal('create'), email: text, access, mailNumber: v.number(), ...held }),
  v.looseObject({ action: v.literal('delete'), email: text, invitationIds: ids, ...held }),
  v.looseObject({
    action: v.literal('replace'),
    email: text,
    access,
    invitationIds: ids,
    mailNumber: v.number(),
    ...held,
  }),
]);

/** What `finish` and a later planner need of a record: little, so that an older record stays readable. */
const recordSchema = v.looseObject({
  version: v.literal(1),
  account: text,
  runId: text,
  generation: v.exactOptional(v.number()),
  createdAt: text,
  changes: v.array(changeSchema),
  ledger: v.object({
    carried: v.record(
      v.string(),
      v.object({
        count: v.number(),
        firstSentAt: text,
        lastSentAt: text,
        servicesDigest: text,
        generation: v.number(),
        interrupted: v.exactOptional(v.literal(true)),
      }),
    ),
    forgotten: v.array(text),
  }),
});

/** Throws when it is not a record: it is written whole, so a damaged one must not be guessed at. */
export const decodeRecord = (json: string): PlanRecord =>
  v.parse(recordSchema, JSON.parse(json)) as unknown as PlanRecord;

/** The changes that became jobs. */
export const releasedChanges = (record: Pick<PlanRecord, 'changes'>): readonly RecordedChange[] =>
  record.changes.filter((change) => change.held === undefined);

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
  /** People that the plan left waiting. */
  readonly waiting: readonly Waiting[];
};

export type ReportedOutcome = {
  readonly action: Action;
  readonly email: Email;
  readonly result: string;
  /** ISO 8601; absent when no outcome was found. */
  readonly at?: string;
  readonly detail?: string;
};
