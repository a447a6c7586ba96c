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

/** Writes that the gate granted to one job and that the job has not begun yet. */
export type Reservation = { left: number };

/** `closedUntil`: no write before that time, in milliseconds since 1970. */
type Admission = { readonly reservation: Reservation } | { readonly closedUntil: number };

export type QuotaGate = {
  /** Waits while earlier writes are on their way. Grants what is asked for, or 1 while nothing is known yet. */
  reserve(writes: number): Promise<Admission>;
  /** Adds one write to a reservation that is used up. Returns the time until which the gate is closed instead, if it is. */
  ensureOne(reservation: Reservation): Promise<number | undefined>;
  /** Every reserved write ends in exactly one `answered` or in a `release`. `reading` undefined: the answer was lost. */
  answered(reading: QuotaReading | undefined, rateLimited: boolean): void;
  /** Gives back what a job reserved and did not use. */
  release(reservation: Reservation): void;
  /** Whether a write that was granted must not begin any more. */
  isClosed(): boolean;
  /** When the quota window ends, in milliseconds since 1970. */
  windowEndsAt(): number;
  /** What was learned, for the next invocation. */
  quota(): Quota;
};

export const createGate = (initial: Quota, reserve: number, now: () => number): QuotaGate => {
  // Writes that the last invocation had on their way have ended by now, one way or the other.
  let quota: Quota = { ...initial, inFlight: 0 };
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };
  const grant = (writes: number): Admission => {
    quota = writesStarted(quota, writes);
    return { reservation: { left: writes } };
  };
  const gate: QuotaGate = {
    async reserve(writes) {
      for (;;) {
        const time = now();
        if (isClosed(quota, reserve, time)) return { closedUntil: windowEndsAt(quota, time) };
        const left = writesLeft(quota, reserve, time);
        if (left >= writes) return grant(writes);
        if (left === 1 && !isLearned(quota, time)) return grant(1);
        // With no write on its way no answer can change what is left, and that is too little for this job.
        if (quota.inFlight === 0) return { closedUntil: windowEndsAt(quota, time) };
        await new Promise<void>((resume) => waiting.push(resume));
      }
    },
    async ensureOne(reservation) {
      if (reservation.left > 0) return undefined;
      const admission = await gate.reserve(1);
      if ('closedUntil' in admission) return admission.closedUntil;
      reservation.left = admission.reservation.left;
      return undefined;
    },
    answered(reading, rateLimited) {
      quota = writeAnswered(quota, { reading, rateLimited }, now());
      wake();
    },
    release(reservation) {
      if (reservation.left === 0) return;
      quota = { ...quota, inFlight: Math.max(0, quota.inFlight - reservation.left) };
      reservation.left = 0;
      wake();
    },
    isClosed: () => isClosed(quota, reserve, now()),
    windowEndsAt: () => windowEndsAt(quota, now()),
    quota: () => quota,
  };
  return gate;
};
