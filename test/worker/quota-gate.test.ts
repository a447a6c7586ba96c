import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { QuotaReading } from '../../lib/domain/quota.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { type GateOptions, QuotaGate, type Reservation } from '../../lib/worker/quota-gate.ts';
import { NOW } from '../support/build.ts';
import { create, names, remove, replace, WorkerWorld } from '../support/worker.ts';

const RESET = Date.UTC(2026, 10, 23, 11);
const WINDOW_END = RESET + SECOND_MS;

const reading = (remaining: number | undefined): QuotaReading => ({
  remaining: remaining === undefined ? undefined : String(remaining),
  reset: remaining === undefined ? undefined : String(RESET / SECOND_MS),
  date: new Date(NOW).toUTCString(),
});

/** A world in which `remaining` is known to be left; undefined: nothing is. */
const worldWith = (remaining?: number, reserve = 0, perHour = 1000): WorkerWorld => {
  const w = new WorkerWorld({ RATE_LIMIT_RESERVE: `${reserve}`, RATE_LIMIT_PER_HOUR: `${perHour}` });
  if (remaining !== undefined) w.learnQuota(remaining);
  return w;
};

const gateIn = (w: WorkerWorld, more: Partial<GateOptions> = {}): QuotaGate =>
  new QuotaGate(w.deps(), { account: 'acme', mostWrites: 100, clockAhead: async () => 0, ...more });

const gateOf = (remaining?: number, reserve = 0): QuotaGate => gateIn(worldWith(remaining, reserve));

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

/** Begins a write, and has it answered. */
const write = (
  gate: QuotaGate,
  reservation: Reservation,
  remaining: number | undefined,
  rateLimited = false,
): void => gate.answered(gate.begin(reservation), reading(remaining), rateLimited);

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
  it.each([
    { name: 'in full when there is room', remaining: 10, writes: 3, grants: 3 },
    { name: 'in full while nothing is known', remaining: undefined, writes: 3, grants: 3 },
    { name: 'not when less is left than was asked for', remaining: 1, writes: 2, grants: undefined },
    { name: 'not when nothing is left', remaining: 0, writes: 1, grants: undefined },
  ])('is granted $name', async ({ remaining, writes, grants }) => {
    expect(await reserved(gateOf(remaining), writes)).toEqual(grants ?? { closedUntil: WINDOW_END });
  });

  it('waits while writes on their way may still make room', async () => {
    const gate = gateOf(3);
    const first = await granted(gate, 2);
    const second = reserved(gate, 2);
    expect(await now(second)).toBe('waiting');
    gate.release(first);
    expect(await now(second)).toBe(2);
  });

  it('that waits is sent away when an answer closes the gate', async () => {
    const gate = gateOf();
    const first = await granted(gate, 1);
    const second = reserved(gate, 1);
    expect(await now(second)).toBe('waiting');
    write(gate, first, 0);
    expect(await now(second)).toEqual({ closedUntil: WINDOW_END });
  });

  it('is refused at once when nothing is left, also while writes are on their way', async () => {
    const gate = gateOf(2);
    write(gate, await granted(gate, 2), 0);
    expect(await now(reserved(gate, 1))).toEqual({ closedUntil: WINDOW_END });
  });

  it('leaves the reserve alone', async () => {
    expect(await reserved(gateOf(52, 50), 2)).toBe(2);
    expect(await reserved(gateOf(51, 50), 2)).toEqual({ closedUntil: WINDOW_END });
  });

  it('of more than a window offers is granted what a window offers, as there will never be more', async () => {
    expect(await reserved(gateIn(worldWith(undefined, 5, 6)), 2)).toBe(1);
  });

  it.each([
    { name: 'seen a minute ago', ago: MINUTE_MS, alone: false },
    { name: 'seen longer ago, as others may have used it', ago: MINUTE_MS + 1, alone: true },
  ])('beside another one, the quota $name', async ({ ago, alone }) => {
    const w = worldWith(10);
    w.learnQuota(10, NOW - ago);
    const gate = gateIn(w);
    await granted(gate, 1);
    expect(await now(reserved(gate, 1))).toBe(alone ? 'waiting' : 1);
  });
});

describe('released writes', () => {
  it('can be granted again, but once', async () => {
    const gate = gateOf(3);
    const reservation = await granted(gate, 3);
    reservation.left -= 1;
    gate.release(reservation);
    expect(reservation.left).toBe(0);
    gate.release(reservation);
    expect(await now(reserved(gate, 3))).toBe('waiting');
    expect(await reserved(gate, 2)).toBe(2);
  });
});

describe('one more write for a reservation', () => {
  it('is not taken while there is one left', async () => {
    const gate = gateOf(5);
    const reservation = await granted(gate, 1);
    expect(await gate.ensureOne(reservation)).toBeUndefined();
    expect(reservation.left).toBe(1);
    expect(await now(reserved(gate, 4))).toBe(4);
  });

  it('is taken when it is used up', async () => {
    const gate = gateOf(5);
    const reservation: Reservation = { left: 0 };
    expect(await gate.ensureOne(reservation)).toBeUndefined();
    expect(reservation.left).toBe(1);
    expect(await now(reserved(gate, 5))).toBe('waiting');
  });

  it('is refused when the gate is closed', async () => {
    const reservation: Reservation = { left: 0 };
    expect(await gateOf(0).ensureOne(reservation)).toBe(WINDOW_END);
    expect(reservation.left).toBe(0);
  });
});

describe('the quota gate, for writes that were granted', () => {
  it('is open until an answer says that the reserve is reached, and names the end of that window', async () => {
    const gate = gateOf(undefined, 50);
    const reservation = await granted(gate, 2);
    expect(gate.isClosed()).toBe(false);
    expect(gate.windowEndsAt()).toBe(WINDOW_END);
    write(gate, reservation, 51);
    expect(gate.isClosed()).toBe(false);
    write(gate, reservation, 50);
    expect(gate.isClosed()).toBe(true);
    expect(gate.windowEndsAt()).toBe(WINDOW_END);
  });
});

describe('by a clock that differs from Fastly’s', () => {
  it.each([-3, 4])('%i minutes ahead of ours, the gate opens with Fastly’s hour', async (minutes) => {
    const aheadMs = minutes * MINUTE_MS;
    const gate = gateIn(worldWith(0), { clockAhead: async () => aheadMs });
    expect(await reserved(gate, 1)).toEqual({ closedUntil: WINDOW_END - aheadMs });
  });

  it('what was known of the last hour is void as soon as Fastly’s next one has begun', async () => {
    const clockAhead = async (): Promise<number> => RESET - NOW;
    expect(await reserved(gateIn(worldWith(0), { clockAhead }), 1)).toBe(1);
  });

  it('an answer that tells a later time is believed', async () => {
    const gate = gateIn(worldWith(1), { clockAhead: async () => undefined });
    const reservation = await granted(gate, 1);
    gate.answered(
      gate.begin(reservation),
      { ...reading(undefined), date: new Date(RESET).toUTCString() },
      false,
    );
    expect(gate.windowEndsAt()).toBe(WINDOW_END + HOUR_MS - (RESET - NOW));
  });
});

describe('a write that begins before the full hour and is answered after it', () => {
  /** The gate of two writes after that answer. */
  const across = async (w: WorkerWorld, answer: QuotaReading | undefined, rateLimited = false) => {
    w.clock.time = RESET - SECOND_MS;
    const gate = gateIn(w, { mostWrites: 2 });
    const begun = gate.begin(await granted(gate, 1));
    w.clock.time = RESET + SECOND_MS;
    gate.answered(begun, answer, rateLimited);
    return gate;
  };
  const told = (remaining: number): QuotaReading => ({
    remaining: String(remaining),
    reset: String((RESET + HOUR_MS) / SECOND_MS),
    date: new Date(RESET + SECOND_MS).toUTCString(),
  });

  it.each([
    { name: 'used up, and the answer is lost', known: 1, answer: undefined, left: 997 },
    { name: 'used up, and the answer tells of the new one', known: 1, answer: told(900), left: 898 },
    { name: 'not used up, and the answer is lost', known: 60, answer: undefined, left: 997 },
  ])('opens the new window where the old one was $name', async ({ known, answer, left }) => {
    const w = worldWith(known);
    expect(await reserved(await across(w, answer), 1)).toBe(1);
    expect(w.quotaLeft()).toBe(left);
  });

  it.each([
    { name: 'knows nothing of the new window', stored: undefined },
    { name: 'knows more of the new window', stored: 500 },
  ])('keeps the new window closed by a 429 where the store $name', async ({ stored }) => {
    const w = worldWith(1);
    const gate = await across(w, told(0), true);
    w.fastly.resetAt = RESET + HOUR_MS;
    if (stored !== undefined) w.learnQuota(stored);
    expect(await reserved(gate, 1)).toEqual({ closedUntil: WINDOW_END + HOUR_MS });
    await gate.close();
    expect(w.quotaLeft()).toBe(stored ?? 0);
  });
});

describe('a write that was granted before the full hour and begins after it', () => {
  it.each([
    { name: 'of which nothing is known', stored: undefined, left: 897 },
    { name: 'in which others write', stored: 500, left: 397 },
    { name: 'of which nothing but these writes is left', stored: 3, left: 0 },
  ])('is taken out of the new window $name, before it begins', async ({ stored, left }) => {
    const w = worldWith();
    w.clock.time = RESET - SECOND_MS;
    w.fastly.resetAt = RESET;
    w.learnQuota(60);
    const gate = gateIn(w);
    const [one, other] = [await granted(gate, 2), await granted(gate, 1)];
    w.clock.time = RESET + SECOND_MS;
    w.fastly.resetAt = RESET + HOUR_MS;
    if (stored !== undefined) w.learnQuota(stored);
    expect(await gate.ensureOne(one)).toBeUndefined();
    expect(await gate.ensureOne(other)).toBeUndefined();
    expect([one.left, other.left]).toEqual([2, 1]);
    expect(w.quotaLeft()).toBe(left);
  });
});

describe('what is kept of the quota', () => {
  it('is less by all that the jobs may need, until it is known what they used', async () => {
    const w = worldWith(60);
    const gate = gateIn(w, { mostWrites: 10 });
    const reservation = await granted(gate, 2);
    expect(w.quotaLeft()).toBe(50);
    write(gate, reservation, undefined);
    write(gate, reservation, 57);
    await gate.close();
    expect(w.quotaLeft()).toBe(57);
  });

  it('is not read where nothing is written', async () => {
    const w = worldWith(60);
    const before = w.store.objects.get('state/acme/quota.json');
    await gateIn(w).close();
    expect(w.store.objects.get('state/acme/quota.json')).toBe(before);
  });

  it('never goes to two processes at once', async () => {
    const w = worldWith(12);
    const [one, other] = [gateIn(w, { mostWrites: 8 }), gateIn(w, { mostWrites: 8 })];
    const [many, few] = await Promise.all([granted(one, 8), granted(other, 4)]);
    expect([many.left, few.left]).toEqual([8, 4]);
    // What one of them is told is not for it alone.
    write(other, few, 11);
    expect(await now(reserved(other, 2))).toBe('waiting');
    while (many.left > 0) write(one, many, undefined);
    await other.close();
    await one.close();
    expect(w.quotaLeft()).toBeLessThanOrEqual(4);
  });

  it.each([-SECOND_MS, SECOND_MS])(
    'stays less by what another process took, also where a reset is %i ms off',
    async (off) => {
      const w = worldWith(12);
      const [one, other] = [gateIn(w, { mostWrites: 8 }), gateIn(w, { mostWrites: 8 })];
      await granted(one, 8);
      const few = await granted(other, 4);
      const told = { ...reading(11), reset: String((RESET + off) / SECOND_MS) };
      other.answered(other.begin(few), told, false);
      await other.close();
      expect(w.store.json('state/acme/quota.json')).toMatchObject({ remaining: 0, taken: 8 });
    },
  );

  it('that is no quota tells nothing', async () => {
    const w = worldWith();
    w.store.objects.set('state/acme/quota.json', '{"remaining":');
    expect(await reserved(gateIn(w), 1)).toBe(1);
  });

  it('that moves whenever it is written stops the job, which is tried again', async () => {
    const w = worldWith(60);
    let others = 0;
    w.store.onWrite = (key) => {
      others += 1;
      if (key.endsWith('quota.json')) w.learnQuota(60, NOW - others);
    };
    await expect(gateIn(w).reserve(1)).rejects.toThrow('the quota of acme kept moving in the store');
  });

  it('and can’t be stored again stays as low as it was, and the outcomes are not lost', async () => {
    const w = worldWith(60);
    let writes = 0;
    w.store.onWrite = (key) => {
      if (key.endsWith('quota.json')) writes += 1;
      if (key.endsWith('quota.json') && writes === 2) throw new Error('S3 is away');
    };
    expect(await w.one(create('ada'))).toBe('created');
    expect(w.quotaLeft()).toBe(55);
    expect(w.telemetry.lines.join()).toContain('the quota could not be stored');
  });
});

describe('the quota gate, always', () => {
  const FATES = ['tells', 'tells', 'silent', 'silent', 'lost', 'dies'] as const;

  it('leaves the reserve alone, whatever headers are missing and whichever process dies', async () => {
    const worlds = fc.record({
      perHour: fc.integer({ min: 11, max: 40 }),
      reserve: fc.nat(10),
      batches: fc.array(fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 12 }), {
        maxLength: 8,
      }),
    });
    await fc.assert(
      fc.asyncProperty(worlds, async ({ perHour, reserve, batches }) => {
        const w = worldWith(undefined, reserve, perHour);
        let left = perHour;
        const carryOut = async (gate: QuotaGate, fate: (typeof FATES)[number]): Promise<void> => {
          const admission = await gate.reserve(1);
          if ('closedUntil' in admission) return;
          const begun = gate.begin(admission.reservation);
          await Promise.resolve();
          left -= 1;
          const told = reading(fate === 'tells' ? left : undefined);
          gate.answered(begun, fate === 'lost' ? undefined : told, false);
        };
        for (const fates of batches) {
          const gate = gateIn(w, { mostWrites: fates.length });
          await Promise.all(fates.map((fate) => carryOut(gate, fate)));
          if (!fates.includes('dies')) await gate.close();
        }
        expect(left).toBeGreaterThanOrEqual(reserve);
      }),
    );
  });

  it('never starts a write that Fastly had said is not there', async () => {
    const limits = fc.record({
      quota: fc.integer({ min: 1, max: 40 }),
      reserve: fc.nat(10),
      jobs: fc.integer({ min: 1, max: 60 }),
    });
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 3 }));
    await fc.assert(
      fc.asyncProperty(limits, sizes, async ({ quota, reserve, jobs }, size) => {
        const gate = gateOf(undefined, reserve);
        let left = quota;
        const one = async (writes: number): Promise<void> => {
          const admission = await gate.reserve(writes);
          if ('closedUntil' in admission) return;
          while (admission.reservation.left > 0 && !gate.isClosed()) {
            const begun = gate.begin(admission.reservation);
            await Promise.resolve();
            left -= 1;
            gate.answered(begun, reading(Math.max(0, left)), left < 0);
          }
          gate.release(admission.reservation);
        };
        const all = Array.from({ length: jobs }, () => one(size.next().value));
        await Promise.all(all);
        // The very first write goes to learn; it alone may be one too many.
        expect(left).toBeGreaterThanOrEqual(Math.min(quota - 1, reserve));
      }),
    );
  });
});

describe('a batch after a cold start', () => {
  /** Two processes have so many writes left, as the first of them noted. */
  const cold = (remaining: number | undefined, seenAt = NOW - 10 * MINUTE_MS): WorkerWorld => {
    const w = new WorkerWorld();
    if (remaining !== undefined) w.learnQuota(remaining, seenAt);
    return w;
  };

  it('does not begin a replace for which the last known quota has no room', async () => {
    const w = cold(51);
    expect(await w.one(replace('ada'))).toBe('back');
    expect(w.writes()).toEqual([]);
  });

  it('begins it where there is room', async () => {
    expect(await cold(52).one(replace('ada'))).toBe('replaced');
  });

  it.each([
    { name: 'a create', change: create('bob'), writes: ['create bob'] },
    { name: 'a delete', change: remove('bob'), writes: ['delete id-bob'] },
  ])('learns the quota by $name, and not by a replace before it', async ({ change, writes }) => {
    const w = cold(undefined);
    w.fastly.remaining = 52;
    const back = await w.work([w.message(replace('ada'), { id: 'ada' }), w.message(change, { id: 'bob' })]);
    expect(back).toEqual(['ada']);
    expect(w.writes()).toEqual(writes);
  });

  it('knows what an earlier process used, also where answers do not tell', async () => {
    const w = new WorkerWorld({ RATE_LIMIT_PER_HOUR: '60' });
    w.fastly.remaining = undefined;
    await w.work(names(8).map((name) => w.message(create(name))));
    const back = await w.work(names(8).map((name) => w.message(create(`${name}-more`))));
    expect(w.writes()).toHaveLength(10);
    expect(back).toHaveLength(6);
  });
});
