/**
 * Runs and generations: a pointer per account that is moved by compare-and-swap only
 * (docs/contract.md, “Runs and generations”).
 */

import * as v from 'valibot';
import { decodeJson } from '../domain/decode-json.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.ts';

const RUN_STATUSES = ['planning', 'draining', 'finished', 'halted'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A planner that has not enqueued everything after this time is dead: it is the longest a Lambda function can run. */
export const PLANNING_TIMEOUT_MS = 15 * MINUTE_MS;
/**
 * Lambda waits for a minute; half of it allows for clocks that differ.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const SOONEST_RETRY_MS = 30 * SECOND_MS;
/**
 * A worker may pass the fence just before a run takes its generation. A take-over therefore waits for the time-out of
 * that worker's write, and for this long on top: the most that may lie between asking for the pointer and that write.
 */
export const FENCE_MARGIN_MS = 5 * SECOND_MS;
/** So late after its estimated finish, a draining run is not converging by itself any more. */
const OVERDUE_MS = 6 * HOUR_MS;

const fileVersion = { etag: v.string(), versionId: v.exactOptional(v.string()) };
const rosterVersionSchema = v.object({
  key: v.string(),
  ...fileVersion,
  mapping: v.exactOptional(v.object(fileVersion)),
});
/** Which roster a run is about, and which mapping it was read with. Equal etags mean equal content. */
export type RosterVersion = Readonly<v.InferOutput<typeof rosterVersionSchema>>;

export const isSameRoster = (a: RosterVersion, b: RosterVersion): boolean =>
  a.etag === b.etag && a.key === b.key && a.mapping?.etag === b.mapping?.etag;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());

const pointerSchema = v.object({
  generation: count,
  runId: v.string(),
  status: v.picklist(RUN_STATUSES),
  customerId: v.string(),
  roster: rosterVersionSchema,
  /** Jobs that the queue has accepted so far, without `finish`: the first ones of the plan. */
  jobs: count,
  estimatedFinish: time,
  /** When the run's planner started: the one that claimed it, or the one that went on after that was killed. */
  startedAt: time,
  updatedAt: time,
  reason: v.exactOptional(v.string()),
  /** Runs that never finished and whose outcomes are not in the ledger yet, oldest first. */
  unsettled: v.optional(v.array(v.string()), []),
  /** The approval that released this run's held changes. */
  approved: v.exactOptional(v.string()),
  /** The plan hash that this run was asked to apply: the same event may be delivered twice. */
  planHash: v.exactOptional(v.string()),
  /** The event that began this run: when its planner was killed, the retry of the event goes on at once. */
  triggerId: v.exactOptional(v.string()),
  /** The run is about some addresses only, so it does not stand for a plan of its roster. */
  only: v.exactOptional(v.literal(true)),
  /** The approval last asked for, so that an unchanged hold is announced once. */
  announced: v.exactOptional(v.string()),
  /** Somebody was told that there is no roster any more. */
  rosterMissing: v.exactOptional(v.literal(true)),
});
/** `state/<account>/run.json` */
export type RunPointer = Readonly<v.InferOutput<typeof pointerSchema>>;

export const decodePointer = (text: string): { pointer: RunPointer } | { problem: string } => {
  const decoded = decodeJson(pointerSchema, text);
  return 'problem' in decoded ? decoded : { pointer: decoded.value };
};

export type Claim =
  | {
      readonly kind: 'take';
      readonly generation: number;
      /** The run before may still have a write on its way. */
      readonly mustWait: boolean;
      readonly unsettled: readonly string[];
    }
  | ({ readonly kind: 'in_progress' } & InProgress);

export type ClaimRequest = {
  readonly roster: RosterVersion;
  /** When the planner that asks began, in milliseconds since 1970. */
  readonly now: number;
  /** How long a planner may be silent before it counts as dead. */
  readonly planningTimeoutMs: number;
  /** With an approval, a run that drains counts as the same only if that approval released its changes. */
  readonly approve?: string | undefined;
  readonly planHash?: string | undefined;
  /** Names the event that asks. */
  readonly triggerId?: string | undefined;
  /** It is about some addresses only. */
  readonly only?: boolean;
};

const isSameWish = (pointer: RunPointer, { approve, planHash }: ClaimRequest): boolean =>
  (approve === undefined || pointer.approved === approve) &&
  (planHash === undefined || pointer.planHash === planHash);

/** The run that already does what is asked for, or that must not be disturbed: what it is at, and a sentence about it. */
export type InProgress = {
  readonly status: 'planning' | 'draining';
  readonly reason: string;
  /** It does something else. Its jobs would be void if a run for some addresses took over. */
  readonly refused?: true;
};

const isSameEvent = ({ triggerId }: RunPointer, request: ClaimRequest): boolean =>
  triggerId !== undefined && triggerId === request.triggerId;

/**
 * Lambda retries an event a minute after its planner has ended, so a planner of the same event that began longer ago is
 * dead. One that began just now is alive: the event was delivered twice. A delivery still later than that takes a living
 * planner for a dead one, which costs work and no more: the older one stops at its next look at the pointer.
 */
const isRetry = (pointer: RunPointer, request: ClaimRequest): boolean =>
  isSameEvent(pointer, request) && request.now - Date.parse(pointer.startedAt) >= SOONEST_RETRY_MS;

/** Whether a planner of the same event was killed while it enqueued jobs of a stored plan, so that the rest can follow. */
export const canResume = (pointer: RunPointer, request: ClaimRequest): boolean =>
  pointer.status === 'planning' &&
  pointer.jobs > 0 &&
  isRetry(pointer, request) &&
  isSameRoster(pointer.roster, request.roster);

/** What a run is at; undefined when it is over, or its planner is dead. */
const underWay = (pointer: RunPointer, request: ClaimRequest): InProgress | undefined => {
  const { status, startedAt, estimatedFinish, runId } = pointer;
  if (status === 'planning') {
    const isAlive = request.now - Date.parse(startedAt) < request.planningTimeoutMs;
    if (!isAlive || isRetry(pointer, request)) return undefined;
    return { status, reason: `run ${runId} has been planning since ${startedAt}` };
  }
  if (status !== 'draining') return undefined;
  const reason = `run ${runId} is carrying out its changes, expected to finish by ${estimatedFinish}`;
  return { status, reason };
};

/** Whether a run that drains does what is asked for, and does it in time. */
const drainsFor = (pointer: RunPointer, request: ClaimRequest): boolean =>
  isSameWish(pointer, request) && request.now <= Date.parse(pointer.estimatedFinish) + OVERDUE_MS;

/** Which run already does what is asked for, or must not be disturbed by it, if there is one. */
export const runInProgress = (
  pointer: RunPointer | undefined,
  request: ClaimRequest,
): InProgress | undefined => {
  if (pointer === undefined) return undefined;
  const found = underWay(pointer, request);
  if (found === undefined) return undefined;
  if (request.only) {
    const isPlanned = request.planHash !== undefined && isSameWish(pointer, request);
    return isPlanned || isSameEvent(pointer, request) ? found : { ...found, refused: true };
  }
  // A run for some addresses does not do what a whole plan would.
  if (pointer.only || !isSameRoster(pointer.roster, request.roster)) return undefined;
  return found.status === 'planning' || drainsFor(pointer, request) ? found : undefined;
};

/** The runs up to this one whose outcomes are not in the ledger yet, oldest first. */
export const openRuns = (pointer: RunPointer | undefined): readonly string[] => {
  if (pointer === undefined) return [];
  return pointer.status === 'finished' ? pointer.unsettled : [...pointer.unsettled, pointer.runId];
};

/**
 * Whether a trigger may start the next generation, or another run already does what it asks for.
 *
 * `ledgerGeneration`: the newest one that the ledger names. Somebody may have removed the pointer or restored an older
 * version of it. The new generation has to be above everything that was ever seen, or the ledger would take the mails of
 * this run for older than what it knows, and never count them.
 */
export const claimRun = (
  pointer: RunPointer | undefined,
  ledgerGeneration: number,
  request: ClaimRequest,
): Claim => {
  const inProgress = runInProgress(pointer, request);
  if (inProgress !== undefined) return { kind: 'in_progress', ...inProgress };
  const newest = Math.max(pointer?.generation ?? 0, ledgerGeneration);
  // Without a pointer nobody knows whether a run was under way: a write of it may still arrive.
  if (pointer === undefined)
    return { kind: 'take', generation: newest + 1, mustWait: newest > 0, unsettled: [] };
  return {
    kind: 'take',
    generation: newest + 1,
    mustWait: pointer.status !== 'finished',
    unsettled: openRuns(pointer),
  };
};

/**
 * Whether a job belongs to the run that the pointer names. Generations start again when somebody removes the state, so
 * the number alone does not tell.
 */
export const isRunOf = (
  pointer: RunPointer | undefined,
  job: { readonly generation: number; readonly runId: string },
): pointer is RunPointer => pointer?.generation === job.generation && pointer.runId === job.runId;
