import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Quota, type QuotaReading, UNKNOWN_QUOTA } from '../../lib/domain/quota.ts';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { createGate, type QuotaGate, type Reservation } from '../../lib/worker/quota-gate.ts';
import { NOW } from '../support/build.ts';

const RESET = Date.UTC(2026, 10, 23, 11);
const WINDOW_END = RESET + SECOND_MS;

const reading = (remaining: number): QuotaReading => ({
  remaining: String(remaining),
  reset: String(RESET / SECOND_MS),
  date: new Date(NOW).toUTCString(),
});

const known = (remaining: number, inFlight = 0): Quota => ({
  remaining,
  windowEndsAt: WINDOW_END,
  reset: RESET / SECOND_MS,
  learned: true,
  inFlight,
});

const gateOf = (quota: Quota, reserve = 0): QuotaGate => createGate(quota, reserve, () => NOW);

/** The granted writes, or when the gate opens again. */
const reserved = async (gate: QuotaGate, writes: number): Promise<number | { closedUntil: number }> => {
  const admission = await gate.reserve(writes);
  return 'closedUntil' in admission ? admission : admission.reservation.left;
};

const granted = async (gate: QuotaGate, writes: number): Promise<Reservation> => {
  const admission = await gate.reserve(writes);
  if ('closedUntil' in admission) throw new Error('the gate is closed');
  return admission.reservation;
};

/** What a promise came to, once everything that can go on has gone on. */
const now = async <T>(promise: Promise<T>): Promise<T | 'waiting'> => {
  let seen: T | 'waiting' = 'waiting';
  promise.then(
    (value) => {
      seen = value;
    },
    () => undefined,
  );
  await new Promise((resolve) => setImmediate(resolve));
  return seen;
};

describe('a reservation', () => {
  it('is granted in full when there is room', async () => {
    expect(await reserved(gateOf(known(10)), 3)).toBe(3);
  });

  it('is one write while nothing is known, whatever was asked for', async () => {
    expect(await reserved(gateOf(UNKNOWN_QUOTA), 3)).toBe(1);
  });

  it('is not cut down when one write is left of a known quota', async () => {
    expect(await reserved(gateOf(known(1)), 2)).toEqual({ closedUntil: WINDOW_END });
  });

  it('waits while writes on their way may still make room', async () => {
    const gate = gateOf(known(3));
    const first = await granted(gate, 2);
    const second = reserved(gate, 2);
    expect(await now(second)).toBe('waiting');
    gate.release(first);
    expect(await now(second)).toBe(2);
  });

  it('that waits is sent away when an answer closes the gate', async () => {
    const gate = gateOf(UNKNOWN_QUOTA);
    await granted(gate, 1);
    const second = reserved(gate, 1);
    expect(await now(second)).toBe('waiting');
    gate.answered(reading(0), false);
    expect(await now(second)).toEqual({ closedUntil: WINDOW_END });
  });

  it('is refused at once when nothing is left, also while writes are on their way', async () => {
    const gate = gateOf(known(2));
    await granted(gate, 2);
    gate.answered(reading(0), false);
    expect(await now(reserved(gate, 1))).toEqual({ closedUntil: WINDOW_END });
  });

  it('leaves the reserve alone', async () => {
    expect(await reserved(gateOf(known(52), 50), 2)).toBe(2);
    expect(await reserved(gateOf(known(51), 50), 2)).toEqual({ closedUntil: WINDOW_END });
  });

  it('that nobody released in the last invocation is forgotten', async () => {
    expect(await reserved(gateOf(known(2, 2)), 2)).toBe(2);
  });
});

describe('released writes', () => {
  it('can be granted again, but once', async () => {
    const gate = gateOf(known(3));
    const reservation = await granted(gate, 3);
    reservation.left -= 1;
    gate.release(reservation);
    expect(reservation.left).toBe(0);
    gate.release(reservation);
    expect(gate.quota().inFlight).toBe(1);
    expect(await reserved(gate, 2)).toBe(2);
  });
});

describe('one more write for a reservation', () => {
  it('is not taken while there is one left', async () => {
    const gate = gateOf(known(5));
    const reservation = await granted(gate, 1);
    expect(await gate.ensureOne(reservation)).toBeUndefined();
    expect(reservation.left).toBe(1);
    expect(gate.quota().inFlight).toBe(1);
  });

  it('is taken when it is used up', async () => {
    const gate = gateOf(known(5));
    const reservation: Reservation = { left: 0 };
    expect(await gate.ensureOne(reservation)).toBeUndefined();
    expect(reservation.left).toBe(1);
    expect(gate.quota().inFlight).toBe(1);
  });

  it('is refused when the gate is closed', async () => {
    const reservation: Reservation = { left: 0 };
    expect(await gateOf(known(0)).ensureOne(reservation)).toBe(WINDOW_END);
    expect(reservation.left).toBe(0);
  });
});

describe('the quota gate, for writes that were granted', () => {
  it('is open until an answer says that the reserve is reached, and names the end of that window', () => {
    const gate = gateOf(UNKNOWN_QUOTA, 50);
    expect(gate.isClosed()).toBe(false);
    expect(gate.windowEndsAt()).toBe(RESET);
    gate.answered(reading(51), false);
    expect(gate.isClosed()).toBe(false);
    gate.answered(reading(50), false);
    expect(gate.isClosed()).toBe(true);
    expect(gate.windowEndsAt()).toBe(WINDOW_END);
  });
});

describe('the quota gate, always', () => {
  it('never starts a write that Fastly had said is not there', async () => {
    const limits = fc.record({
      quota: fc.integer({ min: 1, max: 40 }),
      reserve: fc.nat(10),
      jobs: fc.integer({ min: 1, max: 60 }),
    });
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 3 }));
    await fc.assert(
      fc.asyncProperty(limits, sizes, async ({ quota, reserve, jobs }, size) => {
        const gate = gateOf(UNKNOWN_QUOTA, reserve);
        let left = quota;
        const one = async (writes: number): Promise<void> => {
          const admission = await gate.reserve(writes);
          if ('closedUntil' in admission) return;
          for (let write = 0; write < admission.reservation.left; write += 1) {
            await Promise.resolve();
            left -= 1;
            gate.answered(reading(Math.max(0, left)), left < 0);
          }
        };
        const all = Array.from({ length: jobs }, () => one(size.next().value));
        await Promise.all(all);
        // The very first write goes to learn; it alone may be one too many.
        expect(left).toBeGreaterThanOrEqual(Math.min(quota - 1, reserve));
      }),
    );
  });
});
