import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  estimateFinish,
  isClosed,
  isLearned,
  isSameWindowEnd,
  joinQuota,
  type Quota,
  type QuotaReading,
  quotaFrom,
  remainingOf,
  reopensAt,
  roomFor,
  type StartedWrite,
  writeAnswered,
  writesGranted,
  writesLeft,
} from '../../lib/domain/quota.ts';
import { HOUR_MS, MINUTE_MS } from '../../lib/domain/time.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 20, 0);
const RESET = Date.UTC(2026, 10, 23, 11, 0, 0);
const LIMITS = { perHour: 1000, reserve: 50 };
const UNKNOWN_QUOTA = quotaFrom(undefined, LIMITS, NOW);

const reading = (remaining: number | string | undefined, more: Partial<QuotaReading> = {}): QuotaReading => ({
  remaining: remaining === undefined ? undefined : String(remaining),
  reset: String(RESET / 1000),
  date: new Date(NOW).toUTCString(),
  ...more,
});

const answered = (quota: Quota, more: Partial<QuotaReading> | undefined, rateLimited = false): Quota => {
  const told = more && { ...reading(undefined), ...more };
  return writeAnswered(writesGranted(quota, 1), quota, { reading: told, rateLimited }, LIMITS, NOW);
};

/** One write more, which nothing overlaps, and what its answer tells. */
const told = (
  remaining: number | string | undefined,
  more: Partial<QuotaReading> = {},
  from = UNKNOWN_QUOTA,
): Quota => answered(from, reading(remaining, more));

describe('the writes that are left', () => {
  it.each([
    { name: 'cold: what a window offers', quota: UNKNOWN_QUOTA, free: 950 },
    { name: 'cold with one on its way: less that one', quota: writesGranted(UNKNOWN_QUOTA, 1), free: 949 },
    { name: 'far from the reserve', quota: told(999), free: 949 },
    { name: 'more than was assumed', quota: told(4999), free: 4949 },
    { name: 'one above the reserve', quota: told(51), free: 1 },
    { name: 'at the reserve', quota: told(50), free: 0 },
    { name: 'below the reserve', quota: told(3), free: 0 },
    { name: 'what is in flight counts as used', quota: writesGranted(told(54), 3), free: 1 },
    { name: 'without headers, our own writes count', quota: told(undefined), free: 949 },
    { name: 'nonsense headers tell nothing', quota: told('soon'), free: 949 },
    { name: 'negative is nonsense', quota: told('-5'), free: 949 },
    { name: 'a number with a unit is nonsense', quota: told('60 writes'), free: 949 },
    { name: 'a fraction is nonsense', quota: told('60.5'), free: 949 },
    { name: 'too long a number is nonsense', quota: told('0'.repeat(16)), free: 949 },
    { name: 'spaces around the number do not matter', quota: told(' 60 '), free: 10 },
    { name: 'an answer that was lost counts', quota: answered(told(60), undefined), free: 9 },
    { name: 'so does one without headers', quota: told(undefined, {}, told(60)), free: 9 },
    { name: '429: none', quota: answered(told(500), reading(0), true), free: 0 },
    {
      name: 'a first answer without a reset tells all the same',
      quota: told(60, { reset: undefined }),
      free: 10,
    },
    {
      name: '429 without headers as the very first answer: none',
      quota: answered(UNKNOWN_QUOTA, undefined, true),
      free: 0,
    },
    { name: '429 without headers: none', quota: answered(told(500), undefined, true), free: 0 },
    {
      name: '429 with a reset from before the known one: none',
      quota: answered(told(500), reading(7, { reset: String(RESET / 1000 - 60) }), true),
      free: 0,
    },
  ])('$name', ({ quota, free }) => {
    expect(writesLeft(quota, LIMITS, NOW)).toBe(free);
  });

  it('are unknown again in a new window', () => {
    const before = told(50);
    expect(writesLeft(before, LIMITS, RESET - 1)).toBe(0);
    expect(writesLeft(before, LIMITS, RESET)).toBe(950);
    expect(isClosed(before, LIMITS, RESET)).toBe(false);
    expect(reopensAt(before, RESET)).toBe(RESET + HOUR_MS + 1000);
  });

  it('in a new window are fewer by the writes that the old one left on their way', () => {
    expect(writesLeft(writesGranted(told(500), 1), LIMITS, RESET)).toBe(949);
  });

  it('follow others who use the quota between two of our writes', () => {
    expect(writesLeft(told(60, {}, told(700)), LIMITS, NOW)).toBe(10);
  });

  it('follow Fastly upwards, too, when it tells more than we reckoned', () => {
    expect(writesLeft(told(700, {}, told(60)), LIMITS, NOW)).toBe(650);
  });

  it.each([
    { name: 'its reset', more: {} },
    { name: 'its date', more: { reset: undefined } },
  ])('are those of a newer window, and an answer from an older one, by $name, only counts', ({ more }) => {
    const later = { reset: String(RESET / 1000 + 3600), date: new Date(RESET).toUTCString() };
    const newer = told(999, later, told(53));
    expect(remainingOf(newer)).toBe(999);
    expect(remainingOf(told(3, more, newer))).toBe(998);
  });

  it('are those of the window in which the answer is dated', () => {
    const next = told(undefined, { reset: undefined, date: new Date(RESET).toUTCString() }, told(53));
    expect(remainingOf(next)).toBe(999);
    expect(reopensAt(next, NOW)).toBe(RESET + HOUR_MS + 1000);
  });
});

describe('answers that overtake each other', () => {
  /** Writes that all began before the first answer, of 60: what each tells, in the order of their answers. */
  const overlapping = (...tells: readonly (number | undefined)[]): Quota => {
    const began = told(60);
    return tells.reduce(
      (quota: Quota, remaining) =>
        writeAnswered(quota, began, { reading: reading(remaining), rateLimited: false }, LIMITS, NOW),
      writesGranted(began, tells.length),
    );
  };

  it.each([
    { name: 'in order', tells: [59, 58, 57], left: 57 },
    { name: 'the other way round', tells: [57, 58, 59], left: 57 },
    { name: 'one that tells nothing, and may have come last', tells: [undefined, 59], left: 58 },
    { name: 'one that tells nothing after one that may count it', tells: [58, undefined], left: 57 },
    { name: 'none tells', tells: [undefined, undefined, undefined], left: 57 },
  ])('$name', ({ tells, left }) => {
    expect(remainingOf(overlapping(...tells))).toBe(left);
  });

  it('are put right by the next write that began after them', () => {
    expect(remainingOf(told(57, {}, overlapping(58, undefined)))).toBe(57);
  });

  it('never let more be left than there is, and in the end exactly so much if all tell', () => {
    const write = fc.record({
      tells: fc.boolean(),
      ms: fc.integer({ min: 1, max: 9 }),
      arrives: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (rounds) => {
        let quota = UNKNOWN_QUOTA;
        let left = 100;
        quota = told(left - 1, {}, quota);
        left -= 1;
        for (const round of rounds) {
          const began: StartedWrite = quota;
          quota = writesGranted(quota, round.length);
          const arrived = round
            .toSorted((a, b) => a.arrives - b.arrives)
            .map(({ tells, ms, arrives }) => {
              left -= 1;
              return { at: arrives + ms, told: tells ? left : undefined };
            });
          for (const { told: remaining } of arrived.toSorted((a, b) => a.at - b.at))
            quota = writeAnswered(
              quota,
              began,
              { reading: reading(remaining), rateLimited: false },
              LIMITS,
              NOW,
            );
          expect(quota.inFlight).toBe(0);
          expect(remainingOf(quota)).toBeLessThanOrEqual(left);
          if (round.every(({ tells }) => tells)) expect(remainingOf(quota)).toBe(left);
        }
      }),
    );
  });
});

describe('what is kept', () => {
  const kept = { remaining: 60, windowEndsAt: RESET, seenAt: NOW, taken: 0, perHour: 1000 };

  it.each([
    { name: 'of this window counts', now: NOW, left: 60 },
    { name: 'of an earlier one does not', now: RESET, left: 1000 },
    { name: 'of one that can just have begun counts', now: RESET - 61 * MINUTE_MS, left: 60 },
    { name: 'of one that can’t have begun yet does not', now: RESET - 61 * MINUTE_MS - 1, left: 1000 },
  ])('$name', ({ now, left }) => {
    expect(remainingOf(quotaFrom(kept, LIMITS, now))).toBe(left);
  });

  it.each([
    { name: 'a minute ago', seenAt: NOW, now: NOW + MINUTE_MS, learned: true },
    { name: 'longer ago', seenAt: NOW, now: NOW + MINUTE_MS + 1, learned: false },
    { name: 'just before its window ends', seenAt: RESET - 2, now: RESET - 1, learned: true },
    { name: 'just before its window ended', seenAt: RESET - 1, now: RESET, learned: false },
  ])('was learned if seen $name: $learned', ({ seenAt, now, learned }) => {
    expect(isLearned({ ...quotaFrom(kept, LIMITS, NOW), seenAt }, now)).toBe(learned);
  });

  it('was not learned of a window of which nothing is kept, whenever it was seen', () => {
    expect(isLearned({ ...UNKNOWN_QUOTA, seenAt: NOW }, NOW)).toBe(false);
  });

  it('is void once the quota is set otherwise', () => {
    expect(remainingOf(quotaFrom(kept, { perHour: 2000, reserve: 50 }, NOW))).toBe(2000);
  });

  it('may be nothing', () => {
    expect(quotaFrom({ ...kept, remaining: undefined }, LIMITS, NOW)).toEqual(UNKNOWN_QUOTA);
    expect(isLearned(UNKNOWN_QUOTA, NOW)).toBe(false);
  });
});

describe('what a process knows once it has read what is kept', () => {
  const found = (remaining: number): Quota =>
    quotaFrom({ remaining, windowEndsAt: RESET, seenAt: NOW, taken: 0, perHour: 1000 }, LIMITS, NOW);

  it.each([
    { name: 'the fewest writes that either tells: its own', quota: told(10), kept: 60, now: NOW, left: 10 },
    {
      name: 'the fewest writes that either tells: those kept',
      quota: told(60),
      kept: 10,
      now: NOW,
      left: 10,
    },
    { name: 'what is kept, where no answer has told', quota: UNKNOWN_QUOTA, kept: 60, now: NOW, left: 60 },
    { name: 'its own until its window ends', quota: told(10), kept: 60, now: RESET - 1, left: 10 },
    { name: 'what is kept once its own window has ended', quota: told(10), kept: 60, now: RESET, left: 60 },
  ])('is $name', ({ quota, kept, now, left }) => {
    expect(remainingOf(joinQuota(quota, found(kept), now))).toBe(left);
  });

  it('is what it knew where nothing is kept', () => {
    expect(joinQuota(told(10), UNKNOWN_QUOTA, NOW)).toEqual(told(10));
  });

  it.each([
    { name: 'of this window', now: NOW },
    { name: 'of the one before', now: RESET },
  ])('still counts its own writes and their answers, $name', ({ now }) => {
    const quota = writesGranted(told(undefined, {}, told(10)), 2);
    expect(joinQuota(quota, found(60), now)).toMatchObject({ inFlight: 2, answers: 2, silent: 1 });
  });
});

describe('the end of a window that is told twice', () => {
  it.each([
    { name: 'the same', apart: 0, same: true },
    { name: 'a minute later', apart: MINUTE_MS, same: true },
    { name: 'a minute earlier', apart: -MINUTE_MS, same: true },
    { name: 'more than a minute later', apart: MINUTE_MS + 1, same: false },
    { name: 'more than a minute earlier', apart: -MINUTE_MS - 1, same: false },
  ])('$name: $same', ({ apart, same }) => {
    expect(isSameWindowEnd(RESET, RESET + apart)).toBe(same);
  });
});

describe('an answer near the end of a window', () => {
  const at = (time: number, reset: number): Partial<QuotaReading> => ({
    reset: String(reset / 1000),
    date: new Date(time).toUTCString(),
  });

  it.each([
    {
      name: 'that names the next window already counts in that one',
      quota: told(undefined, at(RESET - 30_000, RESET + HOUR_MS), told(53)),
      left: 999,
    },
    {
      name: 'that names an end a minute later counts in the same one',
      quota: told(undefined, at(NOW, RESET + MINUTE_MS), told(53)),
      left: 52,
    },
    {
      name: 'that names an end too early is believed all the same: its date is of this window',
      quota: told(7, at(NOW, NOW + 10 * MINUTE_MS), told(53)),
      left: 7,
    },
    {
      name: 'that is dated in an hour which ends a minute before this window is believed',
      quota: told(7, { reset: undefined }, told(53, at(NOW, RESET + MINUTE_MS))),
      left: 7,
    },
  ])('$name', ({ quota, left }) => {
    expect(remainingOf(quota)).toBe(left);
  });

  it('that names its own time as the end names none', () => {
    expect(told(60, at(NOW, NOW)).windowEndsAt).toBe(RESET);
  });
});

describe('room for a job', () => {
  it.each([
    { writes: 3, enough: 3 },
    { writes: 951, enough: 950 },
  ])('of $writes writes: $enough', ({ writes, enough }) => {
    expect(roomFor(writes, LIMITS)).toBe(enough);
  });
});

describe('a window is closed', () => {
  it.each([
    { name: 'at the reserve', quota: told(50), closed: true },
    { name: 'below the reserve', quota: told(3), closed: true },
    { name: 'not above it, whatever is on its way', quota: writesGranted(told(51), 9), closed: false },
    { name: 'not while nothing is known', quota: UNKNOWN_QUOTA, closed: false },
  ])('$name', ({ quota, closed }) => {
    expect(isClosed(quota, LIMITS, NOW)).toBe(closed);
  });
});

describe('when a closed gate reopens', () => {
  const closed = (more: Partial<QuotaReading>, rateLimited = true): number =>
    reopensAt(answered(UNKNOWN_QUOTA, reading(0, more), rateLimited), NOW);
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
  ])('$name', ({ more, at }) => {
    expect(closed(more)).toBe(at);
    expect(closed(more, false)).toBe(at);
  });
});

describe('the end of the window', () => {
  it('is the next full hour when no answer has told', () => {
    expect(reopensAt(UNKNOWN_QUOTA, NOW)).toBe(RESET + 1000);
    expect(reopensAt(UNKNOWN_QUOTA, RESET)).toBe(RESET + HOUR_MS + 1000);
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
