/** The quota gate of one account in one invocation: many jobs ask, the pure rules of `quota.ts` answer. */

import {
  isClosed,
  isLearned,
  type Quota,
  type QuotaReading,
  windowEndsAt,
  writeAnswered,
  writesLeft,
  writesStarted,
} from '../domain/quota.ts';

/** `granted` writes may start; `closed`: none before `until`, in milliseconds since 1970. */
type Admission =
  | { readonly kind: 'granted'; readonly writes: number }
  | { readonly kind: 'closed'; readonly until: number };

export type QuotaGate = {
  /** Waits while earlier writes are on their way. Grants what is asked for, or 1 while nothing is known yet. */
  enter(writes: number): Promise<Admission>;
  /** Every granted write ends in exactly one `answered` or `unused`. */
  answered(reading: QuotaReading | undefined, rateLimited: boolean): void;
  unused(writes: number): void;
  /** Whether a write that was granted may still start. */
  isClosed(): boolean;
  /** When the window ends, in milliseconds since 1970. */
  reopensAt(): number;
  /** What was learned, for the next invocation. */
  quota(): Quota;
};

export const createGate = (initial: Quota, reserve: number, now: () => number): QuotaGate => {
  // What the last invocation left in flight is over: it has ended, one way or the other.
  let quota: Quota = { ...initial, inFlight: 0 };
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };
  const grant = (writes: number): Admission => {
    quota = writesStarted(quota, writes);
    return { kind: 'granted', writes };
  };
  return {
    async enter(writes) {
      for (;;) {
        const time = now();
        if (isClosed(quota, reserve, time)) return { kind: 'closed', until: windowEndsAt(quota, time) };
        const free = writesLeft(quota, reserve, time);
        if (free >= writes) return grant(writes);
        if (free === 1 && !isLearned(quota, time)) return grant(1);
        // Nothing on its way can make more room in this window: what is left is too little for this one.
        if (quota.inFlight === 0) return { kind: 'closed', until: windowEndsAt(quota, time) };
        await new Promise<void>((resume) => waiting.push(resume));
      }
    },
    answered(reading, rateLimited) {
      quota = writeAnswered(quota, { reading, rateLimited }, now());
      wake();
    },
    unused(writes) {
      quota = { ...quota, inFlight: Math.max(0, quota.inFlight - writes) };
      wake();
    },
    isClosed: () => isClosed(quota, reserve, now()),
    reopensAt: () => windowEndsAt(quota, now()),
    quota: () => quota,
  };
};
