/** When a read is repeated. Writes are not repeated in this room: each one costs quota, and a POST may send a mail. */

import { withJitter } from '../domain/jitter.ts';
import { wholeNumber } from '../domain/quota.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Failure } from '../ports/fastly.ts';
import { readQuota } from './quota-headers.ts';
import type { Reply } from './transport.ts';

/** Two quick retries outlast a short disturbance. After an outage, the queue or the schedule starts anew. */
const QUICK_RETRIES = 2;
const QUICK_PAUSE_MS = 500;

/**
 * Fastly documents no limit on reads, but users have met one. A function that waits costs money: for a longer wait than
 * this, the read fails, and the queue or the schedule comes back later.
 */
const LONGEST_WAIT_MS = 5 * SECOND_MS;

/** How many rounds a listing may take while others change it. */
export const LISTING_ROUNDS = 8;
/** How many rounds a listing may take while Fastly does not answer. In each round, every failed read was already repeated. */
export const OUTAGE_ROUNDS = 3;
const LISTING_PAUSE_MS = 2 * SECOND_MS;
/** A longer pause only gives others more time to change the list. */
const LONGEST_LISTING_PAUSE_MS = 8 * SECOND_MS;

export const listingPauseMs = (roundsMade: number, random: () => number): number =>
  withJitter(Math.min(LONGEST_LISTING_PAUSE_MS, LISTING_PAUSE_MS * 2 ** (roundsMade - 1)), random);

const secondsIn = (text: string | undefined): number => wholeNumber(text) ?? Number.NaN;

/**
 * How long a 429 asks to wait: `Retry-After` in seconds or as a date (RFC 9110), else Fastly's reset in epoch seconds.
 * Times are compared with the server's clock, which the response tells. 0 for a time that has passed; undefined when the
 * response does not say.
 */
const askedWaitMs = (header: Reply['header']): number | undefined => {
  const { date, reset } = readQuota({ header });
  const serverNow = Date.parse(date ?? '');
  const retryAfter = header('retry-after');
  const candidates = [
    secondsIn(retryAfter) * SECOND_MS,
    Date.parse(retryAfter ?? '') - serverNow,
    secondsIn(reset) * SECOND_MS - serverNow,
  ];
  const wait = candidates.find((candidate) => !Number.isNaN(candidate));
  return wait === undefined ? undefined : Math.max(0, wait);
};

/** The pause before a read is repeated; undefined: it is not repeated. `triesMade`: 1 after the first try. */
export const retryPauseMs = (
  failure: Failure,
  header: Reply['header'] | undefined,
  triesMade: number,
  random: () => number,
): number | undefined => {
  if (triesMade > QUICK_RETRIES) return undefined;
  const quickPauseMs = withJitter(QUICK_PAUSE_MS * 2 ** (triesMade - 1), random);
  if (failure.kind === 'unavailable') return quickPauseMs;
  if (failure.kind !== 'rate_limited' || header === undefined) return undefined;
  const waitMs = askedWaitMs(header);
  if (waitMs === undefined || waitMs > LONGEST_WAIT_MS) return undefined;
  return Math.max(waitMs, quickPauseMs);
};
