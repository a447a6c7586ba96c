/**
 * Fastly's write quota: a number of writes per user and fixed UTC hour, the quota window. Many answers to writes, not
 * all, say in their headers how many are left and when the window ends. These are the rules for using the quota up and
 * no further; they are pure, and `now` is always milliseconds since 1970 by our own clock.
 *
 * @see https://www.fastly.com/documentation/reference/api/#rate-limiting
 */

import { HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** A reset further ahead than this can't be right: a window is an hour, and a minute allows for rounding and delay. */
const MAX_RESET_AHEAD_MS = HOUR_MS + MINUTE_MS;
/** `Date` and reset are whole seconds. Added to the window's end, so that rounding never puts it too early. */
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

/** What is known of one account's quota. Times are milliseconds of our own clock. */
export type Quota = {
  /** Writes left in the window that ends at `windowEndsAt`; undefined: no answer has told. */
  readonly remaining: number | undefined;
  readonly windowEndsAt: number | undefined;
  /** Fastly's reset in UTC epoch seconds, as sent: answers with the same reset are about the same window. */
  readonly reset: number | undefined;
  /** False until a write of this window was answered or lost. Until then writes go one at a time. */
  readonly learned: boolean;
  /** Writes that were granted and have not been answered, lost or given back. */
  readonly inFlight: number;
};

export const UNKNOWN_QUOTA: Quota = {
  remaining: undefined,
  windowEndsAt: undefined,
  reset: undefined,
  learned: false,
  inFlight: 0,
};

/** When the window is over, what is known of it says nothing about the next; writes on their way still count. */
const current = (quota: Quota, now: number): Quota =>
  quota.windowEndsAt !== undefined && now >= quota.windowEndsAt
    ? { ...UNKNOWN_QUOTA, inFlight: quota.inFlight }
    : quota;

/** The number that a header holds; undefined when it is none of at most 15 digits. */
export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;

const nextHour = (time: number): number => (Math.floor(time / HOUR_MS) + 1) * HOUR_MS;

/**
 * The end of the window by our clock: as far from now as the reset is from the answer's `Date`, both of which are
 * Fastly's clock. Without a reset that can be right, the next full hour of Fastly's clock.
 */
const windowEnd = (reading: QuotaReading, now: number): number => {
  const parsed = Date.parse(reading.date ?? '');
  const theirNow = Number.isNaN(parsed) ? now : parsed;
  const reset = (wholeNumber(reading.reset) ?? 0) * SECOND_MS;
  const sane = reset > theirNow && reset - theirNow <= MAX_RESET_AHEAD_MS;
  return now + ((sane ? reset : nextHour(theirNow)) - theirNow) + ROUNDING_MS;
};

/**
 * How many writes may start now. After a cold start and in a new window nothing is known, so the first write goes
 * alone. `reserve` writes are left to people and other tools. Infinite when answers carry no headers.
 */
export const writesLeft = (quota: Quota, reserve: number, now: number): number => {
  const { learned, remaining, inFlight } = current(quota, now);
  if (!learned) return inFlight === 0 ? 1 : 0;
  // Fastly's number may include writes in flight already. Subtracting them all the same can only allow too few.
  return remaining === undefined ? Number.POSITIVE_INFINITY : Math.max(0, remaining - reserve - inFlight);
};

/** Whether a write of the window that `now` lies in was answered or lost already. */
export const isLearned = (quota: Quota, now: number): boolean => current(quota, now).learned;

/** Whether the window has no write left for us, whatever the writes in flight come to. */
export const isClosed = (quota: Quota, reserve: number, now: number): boolean => {
  const { remaining } = current(quota, now);
  return remaining !== undefined && remaining <= reserve;
};

/** When the window that `now` lies in ends, in milliseconds since 1970; the next full hour when no answer has told. */
export const windowEndsAt = (quota: Quota, now: number): number =>
  current(quota, now).windowEndsAt ?? nextHour(now);

/** `count` more writes were granted. */
export const writesStarted = (quota: Quota, count: number): Quota => ({
  ...quota,
  inFlight: quota.inFlight + count,
});

/**
 * A write was answered, or its answer was lost (`reading` undefined). Answers may overtake each other: within one window
 * the lowest number counts, and an answer about an earlier window is ignored. Not so a 429 (`rateLimited`): whatever its
 * reset says, nothing is left now.
 */
export const writeAnswered = (
  quota: Quota,
  answer: { readonly reading: QuotaReading | undefined; readonly rateLimited: boolean },
  now: number,
): Quota => {
  const before = current(quota, now);
  const after: Quota = { ...before, learned: true, inFlight: Math.max(0, before.inFlight - 1) };
  const reading = answer.reading ?? { remaining: undefined, reset: undefined, date: undefined };
  const told = answer.rateLimited ? 0 : wholeNumber(reading.remaining);
  if (told === undefined) return after;
  const reset = wholeNumber(reading.reset);
  if (!answer.rateLimited && reset !== undefined && before.reset !== undefined && reset < before.reset)
    return after;
  const sameWindow = reset === before.reset || reset === undefined;
  return {
    ...after,
    remaining: sameWindow && before.remaining !== undefined ? Math.min(before.remaining, told) : told,
    windowEndsAt: windowEnd(reading, now),
    reset,
  };
};

/**
 * When the last of `writes` is done at the latest, if nobody else uses the quota: the end of the window in which it is
 * made, in milliseconds since 1970.
 */
export const estimateFinish = (
  writes: number,
  { perHour, reserve }: { readonly perHour: number; readonly reserve: number },
  now: number,
): number => {
  const perWindow = Math.max(1, perHour - reserve);
  const windows = Math.max(1, Math.ceil(writes / perWindow));
  return nextHour(now) + (windows - 1) * HOUR_MS;
};
