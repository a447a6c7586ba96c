/** One account's part of a batch: what its jobs share, and the one way in which they write to Fastly. */

import type { ChangeJob } from '../domain/job.ts';
import type { StartedWrite } from '../domain/quota.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Failure, FastlyResult, FastlyWriter } from '../ports/fastly.ts';
import { Fence } from './fence.ts';
import { type Connection, FreshToken, NO_TOKEN, tokenFailure } from './fresh-token.ts';
import { Halting } from './halting.ts';
import { type Again, again, done, failedToRead, type JobEnd, type Step } from './job-end.ts';
import { Listing } from './listing.ts';
import type { WorkerPorts } from './ports.ts';
import { QuotaGate, type Reservation } from './quota-gate.ts';

/** With less than this left of the function's time nothing is begun: a request and its time-out would no longer fit. */
const MIN_REMAINING_MS = 15 * SECOND_MS;

export class AccountSession {
  readonly account: string;
  readonly ports: WorkerPorts;
  readonly gate: QuotaGate;
  readonly fence: Fence;
  readonly listing: Listing;
  readonly halting: Halting;
  readonly #token: FreshToken;
  readonly #remainingMs: () => number;
  #writesWork = false;

  /** `mostWrites`: that its jobs can make. `remainingMs`: what is left of the function's time. */
  constructor(account: string, ports: WorkerPorts, mostWrites: number, remainingMs: () => number) {
    this.account = account;
    this.ports = ports;
    this.#remainingMs = remainingMs;
    this.#token = new FreshToken(account, ports);
    const clockAhead = (): Promise<number | undefined> => this.#token.clockAhead();
    // Each write that is under way when the token is refused may be made once more.
    const writes = mostWrites + ports.rules.WRITE_CONCURRENCY;
    this.gate = new QuotaGate(ports, { account, mostWrites: writes, clockAhead });
    this.fence = new Fence(account, ports);
    this.listing = new Listing(this.#token, () => this.fence.customerId, ports.now);
    this.halting = new Halting(account, ports);
  }

  /** Whether there is time left to begin a job or a reading. */
  hasTime(): boolean {
    return this.#remainingMs() >= MIN_REMAINING_MS;
  }

  /** Whether Fastly answered a write of this batch with anything but 5xx: proof that writing works. */
  get writesWork(): boolean {
    return this.#writesWork;
  }

  /** A connection that may be used for the job's run, or how the job ends for want of one. */
  async connect(job: ChangeJob): Promise<Step<Connection>> {
    for (;;) {
      const connection = await this.#token.connect();
      if (connection === undefined) return { end: await this.halting.haltRun(job, NO_TOKEN.message) };
      const failure = tokenFailure(connection, this.fence.customerId);
      if (failure === undefined) return { value: connection };
      const end = await this.#endWithoutToken(job, connection, failure);
      if (end !== undefined) return { end };
    }
  }

  /**
   * One write to Fastly, in an order on which its safety rests:
   *
   * 1. a write of the quota is reserved, which may mean waiting for the answers to others;
   * 2. the token is read, and Fastly asked whose it is, which may be slow;
   * 3. the fence is asked, after everything slow: a newer run has almost no time to begin between it and the write;
   * 4. the quota gate is asked again, as answers may have come in since the first step;
   * 5. the write begins.
   *
   * A token that is refused, or another customer's than the run's, is read again once; then the order begins anew.
   */
  async write<T>(
    job: ChangeJob,
    reservation: Reservation,
    call: (fastly: FastlyWriter) => Promise<FastlyResult<T>>,
  ): Promise<Step<FastlyResult<T>>> {
    for (;;) {
      const admitted = await this.#admit(job, reservation);
      if ('end' in admitted) return admitted;
      const connection = admitted.value;
      if (this.gate.isClosed()) return quotaUsedUp(this.gate.windowEndsAt());
      const answer = await this.#tellGate(this.gate.begin(reservation), call(connection.fastly));
      if (answer.ok || answer.failure.kind !== 'unauthorized') return await this.#judge(job, answer);
      const end = await this.#endWithoutToken(job, connection, answer.failure);
      if (end !== undefined) return { end };
    }
  }

  /** The first three steps of a write. */
  async #admit(job: ChangeJob, reservation: Reservation): Promise<Step<Connection>> {
    const closedUntil = await this.gate.ensureOne(reservation);
    if (closedUntil !== undefined) return quotaUsedUp(closedUntil);
    const connected = await this.connect(job);
    const whyNot = await this.fence.whyNot(job);
    return whyNot === undefined ? connected : { end: done('superseded', whyNot) };
  }

  /** How the job ends whose token failed; undefined: the token is read anew, and the write may be tried with that. */
  async #endWithoutToken(
    job: ChangeJob,
    connection: Connection,
    { kind, message }: Failure,
  ): Promise<JobEnd | undefined> {
    if (kind !== 'unauthorized') return failedToRead(message);
    return this.#token.refuse(connection) ? undefined : await this.halting.haltRun(job, message);
  }

  /** Tells the gate that the write is over, also when the call threw. */
  async #tellGate<T>(write: StartedWrite, call: Promise<FastlyResult<T>>): Promise<FastlyResult<T>> {
    let answer: FastlyResult<T> | undefined;
    try {
      answer = await call;
      return answer;
    } finally {
      const rateLimited = answer?.ok === false && answer.failure.kind === 'rate_limited';
      this.gate.answered(write, answer?.quota, rateLimited);
      const remaining = Number(answer?.quota?.remaining ?? Number.NaN);
      if (!Number.isNaN(remaining)) this.ports.metrics.add(this.account, 'RateLimitRemaining', remaining);
    }
  }

  /** What an answer says about the quota and about the token, whatever the job makes of it. */
  async #judge<T>(job: ChangeJob, answer: FastlyResult<T>): Promise<Step<FastlyResult<T>>> {
    const failure = answer.ok ? undefined : answer.failure.kind;
    if (failure === 'rate_limited') return quotaUsedUp(this.gate.windowEndsAt());
    if (failure !== 'unavailable') this.#writesWork = true;
    await this.halting.countForbidden(job, answer);
    return { value: answer };
  }
}

/** `until`: milliseconds since 1970. */
const quotaUsedUp = (until: number): { readonly end: Again } => ({ end: again(until, 'quota_used_up') });
