/** The plan as it is kept: `runs/<account>/<runId>/plan.json`. Written by the planner, read by people and by `finish`. */

import * as v from 'valibot';
import type { Change } from '../domain/change.ts';
import { decodeJson } from '../domain/decode-json.ts';
import type { Email, LeftOut } from '../domain/invitation.ts';
import type { Issue } from '../domain/issue.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../domain/ledger.ts';
import type { PlanCounts, PlanStatus, QuotaEstimate } from '../plan/decide.ts';
import type { GuardReading, Hold } from '../plan/guards.ts';
import type { LookAlike } from '../plan/look-alikes.ts';
import type { LeftAlone } from '../plan/plan.ts';
import type { RosterVersion } from './run-pointer.ts';

/** Ledger entries recovered from runs that were cut off, and addresses to delete from the ledger. */
export type LedgerUpdate = {
  /** By address; see `recoverRun`. */
  readonly recovered: Readonly<Record<string, LedgerEntry>>;
  /** See `Plan`. */
  readonly forgotten: readonly Email[];
};

export type PlanRecord = LeftAlone & {
  readonly version: 1;
  readonly account: string;
  readonly runId: string;
  /** Absent in plan mode: nothing was claimed. */
  readonly generation?: number;
  readonly mode: 'plan' | 'apply';
  /** What began the run; absent for a call from a command line. */
  readonly trigger?: 'schedule' | 'upload' | 'manual';
  /** The plan is about these addresses only. */
  readonly only?: readonly Email[];
  readonly status: PlanStatus;
  /** ISO 8601 */
  readonly createdAt: string;
  /** `file`: where a roster lies that was not read from a bucket. */
  readonly roster?: RosterVersion & { readonly rows: number; readonly file?: string };
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
  readonly liveInvitations: number;
  /** Rows that the mapping left out, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** 1,000 at most; see `findLookAlikes`. */
  readonly lookAlikes: readonly LookAlike[];
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
  leftOut: v.optional(v.array(v.looseObject({ reason: text, rows: v.number() })), []),
  ledger: v.object({
    recovered: v.record(v.string(), ledgerEntrySchema),
    forgotten: v.array(text),
  }),
});

/** Throws when it is not a record: it is written whole, so a damaged one must not be guessed at. */
export const decodeRecord = (json: string): PlanRecord => {
  const decoded = decodeJson(recordSchema, json);
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.value as unknown as PlanRecord;
};

/** The changes that became jobs. */
export const releasedChanges = (record: Pick<PlanRecord, 'changes'>): readonly RecordedChange[] =>
  record.changes.filter((change) => change.held === undefined);
