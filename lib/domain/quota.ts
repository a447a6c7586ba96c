/**
 * Fastly's write quota: a number of writes per user and fixed UTC hour, the quota window. Many answers to writes, not
 * all, say in their headers how many are left and when the window ends. These are the rules for using the quota up and
 * no further; they are pure, and `now` is Fastly's clock as far as we know it, in milliseconds since 1970.
 *
 * @see https://www.fastly.com/documentation/reference/api/#rate-limiting
 */

import { HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** Two times that differ by no more may be the same window's end: this allows for rounding and delay. */
const TOLERANCE_MS = MINUTE_MS;

export const isSameWindowEnd = (one: number, other: number): boolean => Math.abs(one - other) <= TOLERANCE_MS;

/** A window's end further ahead than this can't be right: a window is an hour. */
const MAX_END_AHEAD_MS = HOUR_MS + TOLERANCE_MS;
/** `Date` and reset are whole seconds. Added to a window's end, so that rounding never puts it too early. */
const ROUNDING_MS = SECOND_MS;

/** The quota headers of one answer, as sent. `undefined`: the header was not there. */
export type QuotaReading = {
  /** `Fastly-RateLimit-Remaining` */
  readonly remaining: string | undefined;
  /** `Fastly-RateLimit-Reset`, UTC epoch seconds */
  readonly reset: string | undefined;
  /** `Date` of the answer: Fastly's clock */
  readonly date: string | undefined;
};

/** What is kept of one account's quota. Times are Fastly's clock, in milliseconds since 1970. */
export type KnownQuota = {
  /** Writes left in the window; undefined: nothing is known of it. */
  readonly remaining: number | undefined;
  readonly windowEndsAt: number;
  /** When a write was last answered or lost. */
  readonly seenAt: number;
  /** Writes that processes took out of `remaining` and have not given back. */
  readonly taken: number;
  /** What a window was assumed to have. Once that is set otherwise, what was counted by it is void. */
  readonly perHour: number;
};

/** Writes that are left at least, not counting those on their way, by the answer with this number. */
type Bound = { readonly left: number; readonly answer: number };

/**
 * What one process knows while it writes. Answers overtake each other, and many tell nothing. An answer that tells
 * counts the writes that reached Fastly before its own: for certain those that were answered before its own began, never
 * those that began after it. Of the others, one that told is a bound itself, and one that did not is subtracted.
 */
export type Quota = Pick<KnownQuota, 'windowEndsAt' | 'seenAt'> & {
  /** Not empty. The lowest counts. */
  readonly bounds: readonly Bound[];
  /** Whether the bounds are more than what is assumed of any window. */
  readonly isKnown: boolean;
  /** Writes that were granted and have not been answered, lost or given back. */
  readonly inFlight: number;
  /** Answers so far, lost ones included. */
  readonly answers: number;
  /** Those of them that did not tell what is left. */
  readonly silent: number;
};

/** A write that has begun: what was answered before. */
export type StartedWrite = Pick<Quota, 'answers' | 'silent'>;

/** How many writes a window has, where no answer tells, and how many of them are left to people and other tools. */
export type QuotaLimits = { readonly perHour: number; readonly reserve: number };

/** Others may have used the quota since it was last seen so long ago. */
const STALE_MS = MINUTE_MS;

/** The number that a header holds; undefined when it is none of at most 15 digits. */
export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;

const nextHour = (time: number): number => (Math.floor(time / HOUR_MS) + 1) * HOUR_MS;

/** Writes that a window offers us if nobody else uses it; one at least, or nothing would ever be learned. */
const mostWrites = ({ perHour, reserve }: QuotaLimits): number => Math.max(1, perHour - reserve);

/** The beginning of a window of which nothing is known. */
const newWindow = (now: number, limits: QuotaLimits) => ({
  bounds: [{ left: mostWrites(limits) + limits.reserve, answer: 0 }],
  isKnown: false,
  windowEndsAt: nextHour(now),
  seenAt: 0,
});

/** Where a process begins, given what is kept. A window that ends too late was kept by a clock that was wrong. */
export const quotaFrom = (kept: KnownQuota | undefined, limits: QuotaLimits, now: number): Quota => {
  const fresh = { ...newWindow(now, limits), inFlight: 0, answers: 0, silent: 0 };
  if (kept?.remaining === undefined) return fresh;
  const { remaining, windowEndsAt, seenAt, perHour } = kept;
  if (now >= windowEndsAt || windowEndsAt - now > MAX_END_AHEAD_MS || perHour !== limits.perHour)
    return fresh;
  return { ...fresh, bounds: [{ left: remaining, answer: 0 }], isKnown: true, windowEndsAt, seenAt };
};

/**
 * What a process knows once it has `found` what is kept of the window that `now` lies in. What answers have already told
 * it of that window still counts, so that a 429 is not forgotten.
 */
export const joinQuota = (quota: Quota, found: Quota, now: number): Quota => {
  const { bounds, isKnown, windowEndsAt, inFlight, answers, silent } = quota;
  if (!isKnown || now >= windowEndsAt) return { ...found, inFlight, answers, silent };
  return found.isKnown ? { ...quota, bounds: [...found.bounds, ...bounds] } : quota;
};

/** What is known of the window that `now` lies in. Of an earlier window only the writes on their way still count. */
const currentQuota = (quota: Quota, limits: QuotaLimits, now: number): Quota =>
  now >= quota.windowEndsAt ? { ...quota, ...newWindow(now, limits) } : quota;

/** Writes left, not counting those on their way. */
export const remainingOf = ({ bounds }: Pick<Quota, 'bounds'>): number =>
  Math.min(...bounds.map(({ left }) => left));

/** How many writes may start now, the reserve left alone. */
export const writesLeft = (quota: Quota, limits: QuotaLimits, now: number): number => {
  const current = currentQuota(quota, limits, now);
  return Math.max(0, remainingOf(current) - limits.reserve - current.inFlight);
};

/** Room for this many writes is enough for a job that makes `writes`: more than a whole window offers never comes. */
export const roomFor = (writes: number, limits: QuotaLimits): number => Math.min(writes, mostWrites(limits));

/**
 * Whether a write of the window that `now` lies in was answered or lost, and not long ago. Until then writes go one at a
 * time, as after a cold start.
 */
export const isLearned = ({ isKnown, windowEndsAt, seenAt }: Quota, now: number): boolean =>
  isKnown && now < windowEndsAt && now - seenAt <= STALE_MS;

/** Whether the window has no write left for us, whatever the writes in flight come to. */
export const isClosed = (quota: Quota, limits: QuotaLimits, now: number): boolean =>
  remainingOf(currentQuota(quota, limits, now)) <= limits.reserve;

/** When the window that `now` lies in has ended for certain. */
export const reopensAt = ({ windowEndsAt }: Quota, now: number): number =>
  (now >= windowEndsAt ? nextHour(now) : windowEndsAt) + ROUNDING_MS;

/** `count` more writes were granted. */
export const writesGranted = (quota: Quota, count: number): Quota => ({
  ...quota,
  inFlight: quota.inFlight + count,
});

/** Fastly's clock when it answered, in milliseconds since 1970; undefined: the answer does not tell. */
export const answeredAt = (reading: QuotaReading | undefined): number | undefined => {
  const time = Date.parse(reading?.date ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** The end of the window that the answer names; undefined: none that can be. */
const resetOf = (reading: QuotaReading | undefined, answered: number): number | undefined => {
  const reset = (wholeNumber(reading?.reset) ?? 0) * SECOND_MS;
  return reset > answered && reset - answered <= MAX_END_AHEAD_MS ? reset : undefined;
};

/**
 * A write was answered, or its answer was lost (`reading` undefined). It counts, whatever the answer tells. What it
 * tells of an earlier window is not believed. Not so a 429 (`rateLimited`): whatever its reset says, nothing is left now.
 */
export const writeAnswered = (
  quota: Quota,
  write: StartedWrite,
  { reading, rateLimited }: { readonly reading: QuotaReading | undefined; readonly rateLimited: boolean },
  limits: QuotaLimits,
  now: number,
): Quota => {
  const answered = answeredAt(reading) ?? now;
  const reset = resetOf(reading, answered);
  const before = currentQuota(quota, limits, Math.max(now, answered));
  const isLater = (reset ?? 0) > before.windowEndsAt + TOLERANCE_MS;
  const latestEnd = Math.max(reset ?? 0, nextHour(answered));
  const isEarlier = before.isKnown && latestEnd < before.windowEndsAt - TOLERANCE_MS;
  const told = rateLimited ? 0 : isEarlier ? undefined : wholeNumber(reading?.remaining);
  const answers = before.answers + 1;
  const bounds = isLater ? newWindow(now, limits).bounds : before.bounds;
  return {
    bounds:
      told === undefined
        ? bounds.map(({ left, answer }) => ({ left: left - 1, answer }))
        : [
            ...bounds.filter(({ answer }) => answer > write.answers),
            { left: told - (before.silent - write.silent), answer: answers },
          ],
    isKnown: true,
    windowEndsAt: isEarlier || reset === undefined ? before.windowEndsAt : reset,
    seenAt: now,
    inFlight: Math.max(0, before.inFlight - 1),
    answers,
    silent: before.silent + (told === undefined ? 1 : 0),
  };
};

/**
 * When the last of `writes` is done at the latest, if nobody else uses the quota: the end of the window in which it is
 * made, in milliseconds since 1970.
 */
export const estimateFinish = (writes: number, limits: QuotaLimits, now: number): number => {
  const windows = Math.max(1, Math.ceil(writes / mostWrites(limits)));
  return nextHour(now) + (windows - 1) * HOUR_MS;
};
