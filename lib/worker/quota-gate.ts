/**
 * The quota gate of one account in one invocation: many jobs ask, the pure rules of `quota.ts` answer.
 *
 * What is known is kept in the store, so that a new process and a second one know it too. Before its first write in a
 * window the gate takes what its jobs may need out of the stored number, by compare-and-swap; at the end it gives back
 * what was not used. So the writes of a process that dies stay counted, and two processes never count on the same ones.
 */

import {
  answeredAt,
  isClosed,
  isLearned,
  isSameWindowEnd,
  joinQuota,
  type Quota,
  type QuotaLimits,
  type QuotaReading,
  quotaFrom,
  remainingOf,
  reopensAt,
  roomFor,
  type StartedWrite,
  writeAnswered,
  writesGranted,
  writesLeft,
} from '../domain/quota.ts';
import type { WriteCondition } from '../ports/object-store.ts';
import { errorText } from '../ports/telemetry.ts';
import { readQuota, writeQuota } from '../state/quota-store.ts';
import type { WorkerPorts } from './ports.ts';

/** Writes that the gate granted to one job and that the job has not begun yet. */
export type Reservation = { left: number };

/** `closedUntil`: no write before that time, in milliseconds since 1970 by our clock. */
type Admission = { readonly reservation: Reservation } | { readonly closedUntil: number };

export type GateOptions = {
  readonly account: string;
  /** The most writes that the jobs of this invocation can make. */
  readonly mostWrites: number;
  /** By how many milliseconds Fastly's clock is ahead of ours, at least; undefined: nobody knows. */
  readonly clockAhead: () => Promise<number | undefined>;
};

/** What this process has made of the stored quota. */
type Taken = {
  /** Under which it may be written again. */
  readonly condition: WriteCondition;
  readonly windowEndsAt: number;
  /** What is left without the writes that it took. */
  readonly rest: number;
  /** Writes that other processes have taken: they are at work, or dead. */
  readonly byOthers: number;
};

/** More losses than this in a row are not a race. */
const MAX_ATTEMPTS = 5;

export class QuotaGate {
  readonly #ports: Pick<WorkerPorts, 'store' | 'rules' | 'now' | 'log'>;
  readonly #options: GateOptions;
  readonly #limits: QuotaLimits;
  #aheadMs: number | undefined;
  #quota: Quota;
  /** Writes taken out of the stored number and not granted. */
  #budget = 0;
  /** The end of the window for which that was done. An answer may tell of the next one before it is. */
  #openUntil = Number.NEGATIVE_INFINITY;
  #opening: Promise<void> | undefined;
  #taken: Taken | undefined;
  #waiting: (() => void)[] = [];

  constructor(ports: Pick<WorkerPorts, 'store' | 'rules' | 'now' | 'log'>, options: GateOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#limits = { perHour: ports.rules.RATE_LIMIT_PER_HOUR, reserve: ports.rules.RATE_LIMIT_RESERVE };
    this.#quota = { ...quotaFrom(undefined, this.#limits, 0), windowEndsAt: Number.NEGATIVE_INFINITY };
  }

  /**
   * Grants room for that many writes. Waits while earlier writes are on their way, or while one goes alone to learn what
   * is left. Throws when the stored quota can't be read or written.
   */
  async reserve(writes: number): Promise<Admission> {
    const needed = roomFor(writes, this.#limits);
    for (;;) {
      await this.#open();
      const now = this.#now();
      if (this.isClosed()) return { closedUntil: this.windowEndsAt() };
      const isAlone = this.#quota.inFlight === 0;
      const mayGo = isAlone || isLearned(this.#quota, now);
      if (mayGo && Math.min(this.#budget, writesLeft(this.#quota, this.#limits, now)) >= needed) {
        this.#grant(needed);
        return { reservation: { left: needed } };
      }
      // With no write on its way no answer can change what is left, and that is too little for this job.
      if (isAlone) return { closedUntil: this.windowEndsAt() };
      await new Promise<void>((resume) => this.#waiting.push(resume));
    }
  }

  /**
   * Adds one write to a reservation that is used up. Returns the time until which the gate is closed instead, if it is.
   * Throws as {@link reserve} does: what was granted in the last window is taken out of the new one.
   */
  async ensureOne(reservation: Reservation): Promise<number | undefined> {
    await this.#open();
    if (reservation.left > 0) return undefined;
    const admission = await this.reserve(1);
    if ('closedUntil' in admission) return admission.closedUntil;
    reservation.left = admission.reservation.left;
    return undefined;
  }

  /** A write of the reservation begins. */
  begin(reservation: Reservation): StartedWrite {
    reservation.left -= 1;
    return this.#quota;
  }

  /** Every write that began ends in this. `reading` undefined: the answer was lost. */
  answered(write: StartedWrite, reading: QuotaReading | undefined, rateLimited: boolean): void {
    this.#hearClock(answeredAt(reading));
    this.#quota = writeAnswered(this.#quota, write, { reading, rateLimited }, this.#limits, this.#now());
    this.#wake();
  }

  /** Gives back what a job reserved and did not use. */
  release(reservation: Reservation): void {
    if (reservation.left === 0) return;
    this.#grant(-reservation.left);
    reservation.left = 0;
    this.#wake();
  }

  /** Whether a write that was granted must not begin any more. */
  isClosed(): boolean {
    return isClosed(this.#quota, this.#limits, this.#now());
  }

  /** When the quota window has ended, in milliseconds since 1970 by our clock. */
  windowEndsAt(): number {
    return reopensAt(this.#quota, this.#now()) - (this.#aheadMs ?? 0);
  }

  /** Gives back what was taken and not used. Never throws: what is not given back comes again with the next window. */
  async close(): Promise<void> {
    if (this.#taken === undefined) return;
    const { account } = this.#options;
    const { condition, rest, byOthers, windowEndsAt } = this.#taken;
    const { isKnown, seenAt } = this.#quota;
    const told = isKnown ? remainingOf(this.#quota) : undefined;
    // What Fastly tells is not for this process alone while others have taken some of it.
    const isShared = byOthers > 0 && isSameWindowEnd(this.#quota.windowEndsAt, windowEndsAt);
    const kept = isShared
      ? { remaining: Math.min(rest + this.#budget, told ?? rest + this.#budget), taken: byOthers }
      : { remaining: told, taken: 0 };
    try {
      const { perHour } = this.#limits;
      const quota = { ...kept, windowEndsAt: this.#quota.windowEndsAt, seenAt, perHour };
      await writeQuota(this.#ports.store, account, quota, condition);
    } catch (error) {
      this.#ports.log.warn('the quota could not be stored', { account, error: errorText(error) });
    }
  }

  #grant(writes: number): void {
    this.#budget -= writes;
    this.#quota = writesGranted(this.#quota, writes);
  }

  /** Fastly's clock, or a little earlier. */
  #now(): number {
    return this.#ports.now() + (this.#aheadMs ?? 0);
  }

  /** An answer was on its way for a while, so the latest one that any answer implies is the nearest. */
  #hearClock(theirNow: number | undefined): void {
    if (theirNow === undefined) return;
    this.#aheadMs = Math.max(this.#aheadMs ?? Number.NEGATIVE_INFINITY, theirNow - this.#ports.now());
  }

  /** Once per window, before its first write. */
  async #open(): Promise<void> {
    if (this.#now() < this.#openUntil) return;
    this.#opening ??= this.#take().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async #take(): Promise<void> {
    const { store } = this.#ports;
    const { account, mostWrites, clockAhead } = this.#options;
    this.#aheadMs ??= await clockAhead();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const stored = await readQuota(store, account);
      const now = this.#now();
      const found = quotaFrom(stored.quota, this.#limits, now);
      const joined = joinQuota(this.#quota, found, now);
      const count = Math.min(mostWrites, writesLeft(joined, this.#limits, now));
      const byOthers = found.isKnown ? (stored.quota?.taken ?? 0) : 0;
      // Granted in the window before, and not answered yet: they may count in this one.
      const standing = joined.inFlight;
      const rest = remainingOf(joined) - standing - count;
      const { windowEndsAt, seenAt } = joined;
      const { perHour } = this.#limits;
      const kept = { remaining: rest, windowEndsAt, seenAt, taken: byOthers + standing + count, perHour };
      const condition =
        standing + count === 0 ? undefined : await writeQuota(store, account, kept, stored.condition);
      if (condition === 'conflict') continue;
      this.#quota = joinQuota(this.#quota, found, now);
      this.#openUntil = windowEndsAt;
      this.#budget = count;
      if (condition !== undefined) this.#taken = { condition, windowEndsAt, rest, byOthers };
      return;
    }
    throw new Error(`the quota of ${account} kept moving in the store; try again`);
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const resume of woken) resume();
  }
}
