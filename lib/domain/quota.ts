/**
 * The quota gate. Fastly lets one user make a number of writes per fixed UTC hour and tells what is left in the
 * headers of many, not all, write answers. Pure: headers and now in, room or a time to come back out.
 *
 * @see https://www.fastly.com/documentation/reference/api/#rate-limiting
 */

import { HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** A window is an hour; a reset further ahead than this is nonsense, however the clocks differ. */
const MAX_RESET_AHEAD_MS = HOUR_MS + MINUTE_MS;
/** `Date` and reset are whole seconds: without this, a rounded reset could lie just before the window's end. */
const ROUNDING_MS = SECOND_MS;

/** The headers of one answer, as sent. `undefined`: the header was not there. */
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
  /** Writes left in the window that ends at `windowEndsAt`; undefined: Fastly has not said. */
  readonly remaining: number | undefined;
  readonly windowEndsAt: number | undefined;
  /** The reset as Fastly wrote it, to tell one window's answers from another's. */
  readonly reset: number | undefined;
  /** False until one write was answered: then nothing is known, and writes go one at a time. */
  readonly learned: boolean;
  readonly inFlight: number;
};

export const UNKNOWN_QUOTA: Quota = {
  remaining: undefined,
  windowEndsAt: undefined,
  reset: undefined,
  learned: false,
  inFlight: 0,
};

/** What a window taught ends with it. */
const current = (quota: Quota, now: number): Quota =>
  quota.windowEndsAt !== undefined && now >= quota.windowEndsAt
    ? { ...UNKNOWN_QUOTA, inFlight: quota.inFlight }
    : quota;

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;

const nextHour = (time: number): number => (Math.floor(time / HOUR_MS) + 1) * HOUR_MS;

/** The end of the window by our clock. Fastly's own clock decides how far away it is. */
const windowEnd = (reading: QuotaReading, now: number): number => {
  const parsed = Date.parse(reading.date ?? '');
  const theirNow = Number.isNaN(parsed) ? now : parsed;
  const reset = (wholeNumber(reading.reset) ?? 0) * SECOND_MS;
  const sane = reset > theirNow && reset - theirNow <= MAX_RESET_AHEAD_MS;
  return now + ((sane ? reset : nextHour(theirNow)) - theirNow) + ROUNDING_MS;
};

/**
 * How many writes may start now, as far as the quota goes. After a cold start and in a new window nothing is known, so
 * the first write goes alone. `reserve` writes are left to people and other tools.
 */
export const writesLeft = (quota: Quota, reserve: number, now: number): number => {
  const { learned, remaining, inFlight } = current(quota, now);
  if (!learned) return inFlight === 0 ? 1 : 0;
  // What is in flight may or may not be in Fastly's number already: counting it always is the safe side.
  return remaining === undefined ? Number.POSITIVE_INFINITY : Math.max(0, remaining - reserve - inFlight);
};

/** Whether anything is known about the window that `now` lies in. */
export const isLearned = (quota: Quota, now: number): boolean => current(quota, now).learned;

/** Whether the window has nothing left to take, even once all that is in flight is back. */
export const isClosed = (quota: Quota, reserve: number, now: number): boolean => {
  const { remaining } = current(quota, now);
  return remaining !== undefined && remaining <= reserve;
};

/** When the window that `now` lies in ends; the next full hour when Fastly has not said. */
export const windowEndsAt = (quota: Quota, now: number): number =>
  current(quota, now).windowEndsAt ?? nextHour(now);

export const writesStarted = (quota: Quota, count: number): Quota => ({
  ...quota,
  inFlight: quota.inFlight + count,
});

/**
 * A write came back, or was lost (`reading` undefined). Answers may overtake each other: within one window the lowest
 * number counts, and an answer from an earlier window says nothing.
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
 * When the last of `writes` is done at the latest, if nobody else uses the quota: the end of the window it falls in.
 * Milliseconds since 1970.
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
