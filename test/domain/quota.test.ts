import { describe, expect, it } from '@jest/globals';
import {
  estimateFinish,
  isClosed,
  isLearned,
  type Quota,
  type QuotaReading,
  UNKNOWN_QUOTA,
  windowEndsAt,
  writeAnswered,
  writesLeft,
  writesStarted,
} from '../../lib/domain/quota.ts';
import { HOUR_MS, MINUTE_MS } from '../../lib/domain/time.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 20, 0);
const RESET = Date.UTC(2026, 10, 23, 11, 0, 0);
const RESERVE = 50;
/** A second after the reset, as both times are whole seconds. */
const NEXT_WINDOW = RESET + 1000;

const reading = (remaining: number | string | undefined, more: Partial<QuotaReading> = {}): QuotaReading => ({
  remaining: remaining === undefined ? undefined : String(remaining),
  reset: String(RESET / 1000),
  date: new Date(NOW).toUTCString(),
  ...more,
});

const told = (
  remaining: number | string | undefined,
  more: Partial<QuotaReading> = {},
  from = UNKNOWN_QUOTA,
): Quota =>
  writeAnswered(writesStarted(from, 1), { reading: reading(remaining, more), rateLimited: false }, NOW);

describe('the writes that are left', () => {
  it.each([
    { name: 'cold: one write, alone', quota: UNKNOWN_QUOTA, free: 1 },
    { name: 'cold with one on its way: none', quota: writesStarted(UNKNOWN_QUOTA, 1), free: 0 },
    { name: 'far from the reserve', quota: told(999), free: 949 },
    { name: 'one above the reserve', quota: told(51), free: 1 },
    { name: 'at the reserve', quota: told(50), free: 0 },
    { name: 'below the reserve', quota: told(3), free: 0 },
    { name: 'what is in flight counts as used', quota: writesStarted(told(54), 3), free: 1 },
    { name: 'missing headers mean nothing', quota: told(undefined), free: Number.POSITIVE_INFINITY },
    { name: 'nonsense headers mean nothing', quota: told('soon'), free: Number.POSITIVE_INFINITY },
    { name: 'negative is nonsense', quota: told('-5'), free: Number.POSITIVE_INFINITY },
    { name: 'a number with a unit is nonsense', quota: told('60 writes'), free: Number.POSITIVE_INFINITY },
    { name: 'a fraction is nonsense', quota: told('60.5'), free: Number.POSITIVE_INFINITY },
    { name: 'too long a number is nonsense', quota: told('0'.repeat(16)), free: Number.POSITIVE_INFINITY },
    { name: 'spaces around the number do not matter', quota: told(' 60 '), free: 10 },
    {
      name: 'an answer that was lost still ends the solo flight',
      quota: writeAnswered(writesStarted(UNKNOWN_QUOTA, 1), { reading: undefined, rateLimited: false }, NOW),
      free: Number.POSITIVE_INFINITY,
    },
    {
      name: '429: none',
      quota: writeAnswered(told(500), { reading: reading(0), rateLimited: true }, NOW),
      free: 0,
    },
    {
      name: 'a first answer without a reset tells all the same',
      quota: told(60, { reset: undefined }),
      free: 10,
    },
    {
      name: '429 without headers as the very first answer: none',
      quota: writeAnswered(writesStarted(UNKNOWN_QUOTA, 1), { reading: undefined, rateLimited: true }, NOW),
      free: 0,
    },
    {
      name: '429 without headers: none',
      quota: writeAnswered(told(500), { reading: undefined, rateLimited: true }, NOW),
      free: 0,
    },
  ])('$name', ({ quota, free }) => {
    expect(writesLeft(quota, RESERVE, NOW)).toBe(free);
  });

  it('are unknown again in a new window', () => {
    const before = told(50);
    expect(writesLeft(before, RESERVE, NEXT_WINDOW - 1)).toBe(0);
    expect(writesLeft(before, RESERVE, NEXT_WINDOW)).toBe(1);
    expect(isLearned(before, NEXT_WINDOW - 1)).toBe(true);
    expect(isLearned(before, NEXT_WINDOW)).toBe(false);
    expect(isClosed(before, RESERVE, NEXT_WINDOW)).toBe(false);
    expect(windowEndsAt(before, NEXT_WINDOW)).toBe(RESET + HOUR_MS);
  });

  it('in a new window still wait for writes that the old one left on their way', () => {
    expect(writesLeft(writesStarted(told(500), 1), RESERVE, NEXT_WINDOW)).toBe(0);
  });

  it('takes the lowest number of a window, as answers overtake each other', () => {
    expect(told(800, {}, told(700)).remaining).toBe(700);
    expect(told(600, {}, told(700)).remaining).toBe(600);
  });

  it('follows others who use the quota between two of our writes', () => {
    expect(writesLeft(told(60, {}, told(700)), RESERVE, NOW)).toBe(10);
  });

  it('believes a newer window and ignores an answer from an older one', () => {
    const later = { reset: String(RESET / 1000 + 3600), date: new Date(RESET).toUTCString() };
    expect(told(999, later, told(3)).remaining).toBe(999);
    const quota = told(3, {}, writesStarted(told(999, later), 1));
    expect(quota).toMatchObject({ remaining: 999, reset: RESET / 1000 + 3600, inFlight: 1 });
  });

  it('are none after a 429, also with a reset from before the known one', () => {
    const earlier = { reset: String(RESET / 1000 - 60) };
    const quota = writeAnswered(told(500), { reading: reading(7, earlier), rateLimited: true }, NOW);
    expect(quota.remaining).toBe(0);
    expect(writesLeft(quota, RESERVE, NOW)).toBe(0);
  });

  it('stay the lowest number when an answer has no reset', () => {
    const without = { reset: undefined };
    expect(told(800, without, told(700)).remaining).toBe(700);
    expect(told(600, without, told(700)).remaining).toBe(600);
    expect(told(800, {}, told(700, without)).remaining).toBe(800);
  });

  it('are told by an answer for one write, by no number for none', () => {
    const started = writesStarted(UNKNOWN_QUOTA, 3);
    expect(started.inFlight).toBe(3);
    const answered = writeAnswered(started, { reading: reading(99), rateLimited: false }, NOW);
    expect(answered).toMatchObject({ inFlight: 2, learned: true, remaining: 99 });
    const lost = writeAnswered(answered, { reading: undefined, rateLimited: false }, NOW);
    expect(lost).toMatchObject({ inFlight: 1, remaining: 99, reset: RESET / 1000 });
    const unasked = writeAnswered(UNKNOWN_QUOTA, { reading: undefined, rateLimited: false }, NOW);
    expect(unasked.inFlight).toBe(0);
  });
});

describe('a window is closed', () => {
  it.each([
    { name: 'at the reserve', quota: told(50), closed: true },
    { name: 'below the reserve', quota: told(3), closed: true },
    { name: 'not above it, whatever is on its way', quota: writesStarted(told(51), 9), closed: false },
    { name: 'not while nothing is known', quota: UNKNOWN_QUOTA, closed: false },
  ])('$name', ({ quota, closed }) => {
    expect(isClosed(quota, RESERVE, NOW)).toBe(closed);
  });
});

describe('when a closed gate reopens', () => {
  const closed = (more: Partial<QuotaReading>, rateLimited = true): number =>
    windowEndsAt(writeAnswered(UNKNOWN_QUOTA, { reading: reading(0, more), rateLimited }, NOW), NOW);
  const nextHour = RESET + 1000;
  it.each([
    { name: 'at the reset Fastly names', more: {}, at: nextHour },
    { name: 'reset absent: the next full hour', more: { reset: undefined }, at: nextHour },
    { name: 'reset in the past: the next full hour', more: { reset: '1452032384' }, at: nextHour },
    { name: 'reset absurdly far: the next full hour', more: { reset: '9999999999' }, at: nextHour },
    { name: 'reset in milliseconds: the next full hour', more: { reset: String(RESET) }, at: nextHour },
    { name: 'reset not a number: the next full hour', more: { reset: 'soon' }, at: nextHour },
    { name: 'reset in two seconds', more: { reset: String(NOW / 1000 + 2) }, at: NOW + 3000 },
    { name: 'reset now: the next full hour', more: { reset: String(NOW / 1000) }, at: nextHour },
    {
      name: 'reset in an hour and a minute, as rounding may have it',
      more: { reset: String(NOW / 1000 + 3660) },
      at: NOW + HOUR_MS + MINUTE_MS + 1000,
    },
    {
      name: 'reset a second later than that: the next full hour',
      more: { reset: String(NOW / 1000 + 3661) },
      at: nextHour,
    },
    { name: 'no date: our own clock', more: { date: undefined }, at: nextHour },
    {
      name: 'their clock is ahead of ours: the wait is theirs',
      more: { date: new Date(NOW + 5 * MINUTE_MS).toUTCString() },
      at: NOW + (RESET - (NOW + 5 * MINUTE_MS)) + 1000,
    },
    {
      name: 'their clock is behind ours: the wait is theirs',
      more: { date: new Date(NOW - 5 * MINUTE_MS).toUTCString() },
      at: NOW + (RESET - (NOW - 5 * MINUTE_MS)) + 1000,
    },
  ])('$name', ({ more, at }) => {
    expect(closed(more)).toBe(at);
    expect(closed(more, false)).toBe(at);
  });
});

describe('the end of the window', () => {
  it('is the next full hour when no answer has told', () => {
    expect(windowEndsAt(UNKNOWN_QUOTA, NOW)).toBe(RESET);
    expect(windowEndsAt(UNKNOWN_QUOTA, RESET)).toBe(RESET + HOUR_MS);
  });
});

describe('estimateFinish', () => {
  it.each([
    { writes: 3, hours: 1 },
    { writes: 950, hours: 1 },
    { writes: 951, hours: 2 },
    { writes: 5000, hours: 6 },
  ])(
    '$writes writes at 1000 per hour, 50 of them reserved: by the end of window $hours',
    ({ writes, hours }) => {
      const finish = estimateFinish(writes, { perHour: 1000, reserve: 50 }, NOW);
      expect(finish).toBe(RESET + (hours - 1) * HOUR_MS);
    },
  );

  it.each([
    { name: 'as many reserved as there are', reserve: 1000 },
    { name: 'more reserved than there are', reserve: 2000 },
  ])('$name: one write per window', ({ reserve }) => {
    expect(estimateFinish(3, { perHour: 1000, reserve }, NOW)).toBe(RESET + 2 * HOUR_MS);
  });

  it('nothing to write: by the end of this window', () => {
    expect(estimateFinish(0, { perHour: 1000, reserve: 50 }, NOW)).toBe(RESET);
  });
});
