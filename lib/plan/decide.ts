/** From what was read to what is decided: plan, guards, hashes, approval. Pure. */

import { type Action, summarize } from '../domain/change.ts';
import type { PruneMode, Rules } from '../domain/config.ts';
import type { Email } from '../domain/invitation.ts';
import type { Ledger } from '../domain/ledger.ts';
import { numeral, people, quantity } from '../domain/quantities.ts';
import { estimateFinish } from '../domain/quota.ts';
import { DAY_MS } from '../domain/time.ts';
import type { FastlyState } from '../ports/fastly.ts';
import type { Roster } from '../roster/parse-roster.ts';
import { type Guarded, type GuardLimits, guardPlan } from './guards.ts';
import { type LookAlike, lookAlikesOf } from './look-alikes.ts';
import { type Plan, planChanges } from './plan.ts';
import { hashChanges } from './plan-hash.ts';
import type { PlanRules } from './plan-input.ts';
import { protectedEmails } from './protected-emails.ts';

/** One account's part of a trigger. */
export type SyncRequest = {
  readonly account: string;
  readonly mode: 'plan' | 'apply';
  /** Apply only if the plan still has this hash. */
  readonly planHash?: string;
  /** Release the held changes if they still have this hash. */
  readonly approve?: string;
  readonly prune?: 'managed' | 'none';
  /** Nothing but these addresses. Not empty. */
  readonly only?: readonly Email[];
  /** Send the invitations of `only` again now, past cool-down and cap. */
  readonly resend?: true;
  /** What began this; absent for a call from a command line. */
  readonly trigger?: 'schedule' | 'upload' | 'manual';
  /** Names the event that asked for this. A retry of the same event has the same name. */
  readonly triggerId?: string;
  /** Somebody asked for this account by name: a missing roster is then an error. */
  readonly manual: boolean;
};

/**
 * - `planned` in plan mode: nothing was changed
 * - `changed` the given plan hash no longer fits; nothing was done
 * - `in_sync` nothing to change
 * - `enqueued` the changes are jobs now
 * - `held` a guard keeps some or all changes back; the rest, if any, is enqueued
 * - `blocked` roster, token or listing can't be trusted; nothing was done
 */
export type PlanStatus = 'planned' | 'changed' | 'in_sync' | 'enqueued' | 'held' | 'blocked';

/**
 * How many people of each kind. `waiting`: the roster's people who need something and get nothing in this run, because
 * they are mailed too soon, were mailed too often, or are on the move.
 */
export type PlanCounts = Readonly<Record<Action | 'keep' | 'member' | 'waiting', number>>;

/** The work that was released, and when it is done at the latest if nobody else uses the quota. */
export type QuotaEstimate = {
  readonly writes: number;
  readonly perHour: number;
  /** ISO 8601 */
  readonly estimatedFinish: string;
};

/** A plan with what the guards and the request make of it. */
export type Decided = {
  readonly plan: Plan;
  readonly guarded: Guarded;
  readonly planHash: string;
  /** Names the held changes, if there are any left. */
  readonly approval: string | undefined;
  readonly status: PlanStatus;
  readonly counts: PlanCounts;
  readonly quota: QuotaEstimate;
  readonly lookAlikes: readonly LookAlike[];
  readonly warnings: readonly string[];
};

const PRUNE_WIDTH = { none: 0, managed: 1, all: 2 } as const satisfies Record<PruneMode, number>;

/** A request never cancels more than the configuration allows. */
const narrower = (configured: PruneMode, asked: PruneMode | undefined): PruneMode =>
  asked !== undefined && PRUNE_WIDTH[asked] < PRUNE_WIDTH[configured] ? asked : configured;

const planRules = (rules: Rules, request: SyncRequest): PlanRules => ({
  prune: narrower(rules.PRUNE, request.prune),
  isProtected: protectedEmails(rules.PROTECTED_EMAILS),
  invitationTtlDays: rules.INVITATION_TTL_DAYS,
  maxInvitesPerEmail: rules.MAX_INVITES_PER_EMAIL,
  reinviteAfterDays: rules.REINVITE_AFTER_DAYS,
});

const guardLimits = (rules: Rules): GuardLimits => ({
  maxCreates: rules.MAX_CREATES,
  maxDeletes: rules.MAX_DELETES,
  maxReplaces: rules.MAX_REPLACES,
  maxChangePercent: rules.MAX_CHANGE_PERCENT,
  percentFloor: rules.PERCENT_FLOOR,
});

/** Releases what is held when exactly this was approved, and says so when it was not. */
const approve = (
  account: string,
  plan: Plan,
  guarded: Guarded,
  approved: string | undefined,
): {
  readonly guarded: Guarded;
  readonly approval: string | undefined;
  readonly warnings: readonly string[];
} => {
  const approval = guarded.held.length === 0 ? undefined : hashChanges(account, guarded.held);
  if (approved === undefined) return { guarded, approval, warnings: [] };
  if (approval === undefined)
    return { guarded, approval, warnings: ['nothing is held, so there was nothing to approve'] };
  if (approval !== approved) {
    const warning =
      'the held changes are not the ones that were approved: they changed meanwhile, and stay held; review them and approve again';
    return { guarded, approval, warnings: [warning] };
  }
  const released: Guarded = { readings: guarded.readings, released: plan.changes, held: [], holds: [] };
  return { guarded: released, approval: undefined, warnings: [] };
};

const statusOf = (request: SyncRequest, plan: Plan, planHash: string, guarded: Guarded): PlanStatus => {
  if (request.planHash !== undefined && request.planHash !== planHash) return 'changed';
  if (plan.changes.length === 0) return 'in_sync';
  if (request.mode === 'plan') return 'planned';
  return guarded.held.length > 0 ? 'held' : 'enqueued';
};

/** SQS keeps a message for 14 days; half of that leaves time for outages and for other users of the quota. */
const MAX_QUEUE_MS = 7 * DAY_MS;

const quotaOf = (guarded: Guarded, rules: Rules, now: number): QuotaEstimate => {
  const { writes } = summarize(guarded.released);
  const perHour = rules.RATE_LIMIT_PER_HOUR;
  const finish =
    writes === 0 ? now : estimateFinish(writes, { perHour, reserve: rules.RATE_LIMIT_RESERVE }, now);
  return { writes, perHour, estimatedFinish: new Date(finish).toISOString() };
};

const planWarnings = (plan: Plan, quota: QuotaEstimate, now: number): string[] => {
  const warnings: string[] = [];
  const givenUp = plan.waiting.filter(({ reason }) => reason === 'given_up').length;
  if (givenUp > 0)
    warnings.push(`${people(givenUp)} invited as often as MAX_INVITES_PER_EMAIL allows: given up`);
  const duration = Date.parse(quota.estimatedFinish) - now;
  if (duration > MAX_QUEUE_MS)
    warnings.push(
      `${quantity(quota.writes, 'write')} need about ${quantity(Math.ceil(duration / DAY_MS), 'day')} at ${numeral(quota.perHour)} per hour, and the queue forgets messages after 14: ask Fastly for a larger quota or split the roster's growth`,
    );
  return warnings;
};

const countPeople = (plan: Plan): PlanCounts => ({
  ...summarize(plan.changes).counts,
  keep: plan.kept.length + plan.shownDifferently.length,
  member: plan.members.length + plan.drift.length,
  waiting: plan.waiting.length + plan.moving.length,
});

/** `now`: milliseconds since 1970 */
export const decide = (
  request: SyncRequest,
  rules: Rules,
  read: {
    readonly roster: Roster;
    readonly current: FastlyState;
    readonly ledger: Ledger;
    /** Invitations to send again: by address, the event that asked for it. */
    readonly resend?: ReadonlyMap<Email, string>;
  },
  now: number,
): Decided => {
  const { invitations, members, moving } = read.current;
  const plan = planChanges({
    entries: read.roster.entries,
    invitations,
    members,
    moving: new Set(moving),
    ledger: read.ledger,
    only: request.only && new Set(request.only),
    ...(read.resend !== undefined && { resend: read.resend }),
    rules: planRules(rules, request),
    now,
  });
  const found = guardPlan(plan, read.roster.rows, guardLimits(rules));
  const { guarded, approval, warnings } = approve(request.account, plan, found, request.approve);
  const planHash = hashChanges(request.account, plan.changes);
  const quota = quotaOf(guarded, rules, now);
  const alike = lookAlikesOf(plan.changes, read.roster.entries, read.current);
  return {
    plan,
    guarded,
    planHash,
    approval,
    status: statusOf(request, plan, planHash, guarded),
    counts: countPeople(plan),
    quota,
    lookAlikes: alike.lookAlikes,
    warnings: [...warnings, ...alike.warnings, ...planWarnings(plan, quota, now)],
  };
};
