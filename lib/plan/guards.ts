/**
 * Guards: changes that look like an accident are held until exactly these are approved (docs/contract.md, “Guards and
 * approval”). They read the very plan that is applied.
 */

import { type Action, type Change, type ChangeKind, kindOf, summarize } from '../domain/change.ts';
import { numeral, quantity } from '../domain/quantities.ts';
import type { Plan } from './plan.ts';

type GuardName = 'MAX_CREATES' | 'MAX_DELETES' | 'MAX_REPLACES' | 'MAX_CHANGE_PERCENT' | 'EMPTY_ROSTER';

/** A limit is exceeded when the number is greater; 0 means none allowed. */
export type GuardLimits = {
  readonly maxCreates: number;
  readonly maxDeletes: number;
  readonly maxReplaces: number;
  readonly maxChangePercent: number;
  /** With fewer live invitations than this the percentage is not limited. */
  readonly percentFloor: number;
};

/** One guard's reading of a plan, tripped or not. */
export type GuardReading = {
  readonly guard: GuardName;
  readonly actual: number;
  readonly limit: number;
  /** What the percentage is of; absent for the other guards. */
  readonly of?: number;
  readonly tripped: boolean;
  /** One sentence with the numbers, and the way out when tripped. */
  readonly sentence: string;
};

export type Hold = { readonly action: Action; readonly count: number; readonly reason: string };

export const countHeld = (held: readonly Hold[]): number => held.reduce((sum, { count }) => sum + count, 0);

export type Guarded = {
  readonly readings: readonly GuardReading[];
  /** What may go on, in the plan's order. */
  readonly released: readonly Change[];
  readonly held: readonly Change[];
  readonly holds: readonly Hold[];
};

/** Which guard watches over which changes. */
const GUARDED_KINDS = {
  MAX_CREATES: ['mail'],
  MAX_DELETES: ['delete'],
  MAX_REPLACES: ['replace'],
  MAX_CHANGE_PERCENT: ['delete', 'replace'],
  EMPTY_ROSTER: ['delete'],
} as const satisfies Record<GuardName, readonly ChangeKind[]>;

const KIND_WORDS = {
  mail: ['create or re-invitation', 'creates and re-invitations'],
  delete: ['delete', 'deletes'],
  replace: ['replace', 'replaces'],
} as const satisfies Record<ChangeKind, readonly [string, string]>;

const countGuard = (guard: GuardName, kind: ChangeKind, actual: number, limit: number): GuardReading => {
  const tripped = actual > limit;
  const [one, many] = KIND_WORDS[kind];
  const counted = quantity(actual, one, many);
  const sentence = tripped
    ? `${counted} ${actual === 1 ? 'exceeds' : 'exceed'} the limit of ${numeral(limit)} (${guard})`
    : `${counted}, limit ${numeral(limit)}`;
  return { guard, actual, limit, tripped, sentence };
};

const percentGuard = (removed: number, live: number, limits: GuardLimits): GuardReading => {
  const { maxChangePercent: limit, percentFloor } = limits;
  const applies = live >= percentFloor;
  // Compared in whole numbers: 25 of 100 is exactly 25 % and does not exceed it, whatever a division would round to.
  const tripped = applies && removed * 100 > limit * live;
  const percent = live === 0 ? 0 : Math.round((removed * 1000) / live) / 10;
  const share = `${numeral(removed)} of ${numeral(live)} live invitations cancelled or replaced (${percent} %)`;
  let sentence = `${share}, limit ${limit} %`;
  if (tripped) sentence = `${share}, which exceeds the limit of ${limit} % (MAX_CHANGE_PERCENT)`;
  else if (!applies)
    sentence = `${share}; not limited, as fewer than ${numeral(percentFloor)} are live (PERCENT_FLOOR)`;
  return { guard: 'MAX_CHANGE_PERCENT', actual: removed, limit, of: live, tripped, sentence };
};

const emptyRosterGuard = (rosterRows: number, deletes: number): GuardReading => {
  const tripped = rosterRows === 0 && deletes > 0;
  const sentence = tripped
    ? `the roster has no rows, so every delete is held, whatever the limits say: ${numeral(deletes)}`
    : `the roster has ${quantity(rosterRows, 'row')}`;
  return { guard: 'EMPTY_ROSTER', actual: deletes, limit: 0, tripped, sentence };
};

const readGuards = (
  plan: Pick<Plan, 'changes' | 'liveInvitations'>,
  rosterRows: number,
  limits: GuardLimits,
): GuardReading[] => {
  const { kinds, removed } = summarize(plan.changes);
  return [
    countGuard('MAX_CREATES', 'mail', kinds.mail, limits.maxCreates),
    countGuard('MAX_DELETES', 'delete', kinds.delete, limits.maxDeletes),
    countGuard('MAX_REPLACES', 'replace', kinds.replace, limits.maxReplaces),
    percentGuard(removed, plan.liveInvitations, limits),
    emptyRosterGuard(rosterRows, kinds.delete),
  ];
};

const ACTIONS: readonly Action[] = ['delete', 'replace', 'create'];

/** One hold per action, with the guards that watch over its held changes. */
const holdsOf = (held: readonly Change[], tripped: readonly GuardReading[]): Hold[] => {
  const { counts } = summarize(held);
  return ACTIONS.filter((action) => counts[action] > 0).map((action) => {
    const kinds = new Set(held.filter((change) => change.action === action).map(kindOf));
    const reasons = tripped.filter(({ guard }) => GUARDED_KINDS[guard].some((kind) => kinds.has(kind)));
    return { action, count: counts[action], reason: reasons.map(({ sentence }) => sentence).join('; ') };
  });
};

/** Splits a plan into what may go on and what a guard holds. */
export const guardPlan = (
  plan: Pick<Plan, 'changes' | 'liveInvitations'>,
  rosterRows: number,
  limits: GuardLimits,
): Guarded => {
  const readings = readGuards(plan, rosterRows, limits);
  const tripped = readings.filter((reading) => reading.tripped);
  const heldKinds = new Set<ChangeKind>(tripped.flatMap(({ guard }) => GUARDED_KINDS[guard]));
  const held = plan.changes.filter((change) => heldKinds.has(kindOf(change)));
  const released = plan.changes.filter((change) => !heldKinds.has(kindOf(change)));
  return { readings, released, held, holds: holdsOf(held, tripped) };
};
