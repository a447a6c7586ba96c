import { describe, expect, it } from '@jest/globals';
import {
  estimateFinish,
  isClosed,
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
      name: '429 without headers: none',
      quota: writeAnswered(told(500), { reading: undefined, rateLimited: true }, NOW),
      free: 0,
    },
  ])('$name', ({ quota, free }) => {
    expect(writesLeft(quota, RESERVE, NOW)).toBe(free);
  });

  it('is unknown again in a new window', () => {
    expect(writesLeft(told(50), RESERVE, RESET + 2000)).toBe(1);
    expect(isClosed(told(50), RESERVE, RESET + 2000)).toBe(false);
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
    expect(told(3, {}, told(999, later)).remaining).toBe(999);
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
});
