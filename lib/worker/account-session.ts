/** One account's part of a batch: its fence, its quota gate, its look at Fastly and its credentials. */

import type { Email, Invitation, Member } from '../domain/invitation.ts';
import type { ChangeJob } from '../domain/job.ts';
import { UNKNOWN_QUOTA } from '../domain/quota.ts';
import type { Failure, FastlyResult, FastlyWriter } from '../ports/fastly.ts';
import { readFastlyState } from '../ports/fastly.ts';
import { readPointer, updatePointer } from '../state/pointer-store.ts';
import { isRunOf, PLANNING_TIMEOUT_MS } from '../state/run-pointer.ts';
import { haltedNotification } from './notifications.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';
import { createGate, type QuotaGate } from './quota-gate.ts';

/** What Fastly lists, by address. */
export type Sight = {
  readonly invitations: ReadonlyMap<Email, readonly Invitation[]>;
  readonly members: ReadonlyMap<Email, Member>;
};

/** `void`: the job belongs to an older generation or to a run that is over, so nothing was written. */
export type Written<T> =
  | { readonly kind: 'answered'; readonly answer: FastlyResult<T> }
  | { readonly kind: 'closed'; readonly until: number }
  | { readonly kind: 'void'; readonly reason: string };

/** One person Fastly refuses is their problem; five in a row is the token's. */
const FORBIDDEN_IN_A_ROW = 5;

/** `fresh`: its token was read past the cache. */
type Connection = { readonly fastly: FastlyWriter; readonly fresh: boolean };

/** Writes granted by the gate and not yet used. */
export type Allowance = { left: number };

export class AccountSession {
  readonly account: string;
  readonly deps: WorkerPorts;
  readonly gate: QuotaGate;
  /** Writes that Fastly answered with anything but 5xx: proof that writing works. */
  writesAnswered = 0;
  #connection: Promise<Connection | undefined> | undefined;
  /** Fastly refused the token as it was read first. */
  #refused = false;
  #halted: Promise<void> | undefined;
  #forbiddenInARow = 0;
  /** As the pointer says; the fence reads it before anything else is done. */
  #customerId: string | undefined;
  /** Of the run that the pointer speaks of, in milliseconds since 1970. */
  #startedAt = Number.NaN;
  #sight: { readonly startedAt: number; readonly answer: Promise<FastlyResult<Sight>> } | undefined;

  constructor(account: string, deps: WorkerPorts) {
    this.account = account;
    this.deps = deps;
    const known = deps.quotas.get(account) ?? UNKNOWN_QUOTA;
    this.gate = createGate(known, deps.rules.RATE_LIMIT_RESERVE, deps.now);
  }

  /** Why this job must not be carried out, if so. Throws when the pointer can't be read: never write unfenced. */
  async fence(job: Pick<ChangeJob, 'generation' | 'runId'>): Promise<string | undefined> {
    const pointer = (await readPointer(this.deps.store, this.account))?.pointer;
    this.#customerId = pointer?.customerId;
    this.#startedAt = Date.parse(pointer?.startedAt ?? '');
    if (!isRunOf(pointer, job)) return 'a newer run took over';
    if (pointer.status === 'halted') return 'the run is halted';
    // Its outcome was stored before `finish`; what it did now would be in no report and in no ledger.
    return pointer.status === 'finished' ? 'the run is finished' : undefined;
  }

  /** Whether an earlier delivery may have written already: of this message, or of the one that it was before it was sent back. */
  wasDeliveredBefore({ receives, sentAt = 0 }: Pick<WorkMessage, 'receives' | 'sentAt'>): boolean {
    return receives > 1 || sentAt > this.#startedAt + PLANNING_TIMEOUT_MS;
  }

  /** Takes `writes` from the quota for one job, before it starts. */
  async allow(writes: number): Promise<{ readonly allowance: Allowance } | { readonly until: number }> {
    const admission = await this.gate.enter(writes);
    return admission.kind === 'closed'
      ? { until: admission.until }
      : { allowance: { left: admission.writes } };
  }

  /** Gives back what a job did not use. */
  release(allowance: Allowance): void {
    if (allowance.left > 0) this.gate.unused(allowance.left);
    allowance.left = 0;
  }

  /** One write: through the gate, behind the fence, with a token that is read anew once when it is refused. */
  async write<T>(
    job: ChangeJob,
    allowance: Allowance,
    call: (fastly: FastlyWriter) => Promise<FastlyResult<T>>,
  ): Promise<Written<T>> {
    if (allowance.left === 0) {
      const more = await this.allow(1);
      if ('until' in more) return { kind: 'closed', until: more.until };
      allowance.left = more.allowance.left;
    }
    // The token first: there is no time for a slow parameter store between the fence and the write.
    const connection = await this.#connect();
    const reason = await this.fence(job);
    if (reason !== undefined) return { kind: 'void', reason };
    if (connection === undefined) return await this.#halt(job.generation, 'there is no token to work with');
    // Answers to other writes may have come since the gate let this one in.
    if (this.gate.isClosed()) return { kind: 'closed', until: this.gate.reopensAt() };
    allowance.left -= 1;
    const answer = await this.#counted(call(connection.fastly));
    if (answer.ok || answer.failure.kind !== 'unauthorized') return await this.#judged(job, answer);
    if (!this.#refresh(connection)) return await this.#halt(job.generation, answer.failure.message);
    return await this.write(job, allowance, call);
  }

  /** Tells the gate of the answer, whatever it is. */
  async #counted<T>(call: Promise<FastlyResult<T>>): Promise<FastlyResult<T>> {
    let answer: FastlyResult<T> | undefined;
    try {
      answer = await call;
      return answer;
    } finally {
      const rateLimited = answer?.ok === false && answer.failure.kind === 'rate_limited';
      this.gate.answered(answer?.quota, rateLimited);
      const remaining = Number(answer?.quota?.remaining ?? Number.NaN);
      if (!Number.isNaN(remaining)) this.deps.metrics.add(this.account, 'RateLimitRemaining', remaining);
    }
  }

  async #judged<T>(job: ChangeJob, answer: FastlyResult<T>): Promise<Written<T>> {
    const kind = answer.ok ? 'ok' : answer.failure.kind;
    if (kind === 'rate_limited') return { kind: 'closed', until: this.gate.reopensAt() };
    if (kind !== 'unavailable') this.writesAnswered += 1;
    this.#forbiddenInARow = kind === 'forbidden' ? this.#forbiddenInARow + 1 : 0;
    if (this.#forbiddenInARow >= FORBIDDEN_IN_A_ROW && !answer.ok)
      await this.#halt(job.generation, `${FORBIDDEN_IN_A_ROW} refusals in a row: ${answer.failure.message}`);
    return { kind: 'answered', answer };
  }

  /**
   * What Fastly lists now: invitations and members, read after `notBefore`. Jobs share a look that is recent enough for
   * each of them.
   */
  async look(notBefore: number): Promise<FastlyResult<Sight>> {
    if (this.#sight === undefined || this.#sight.startedAt < notBefore)
      this.#sight = { startedAt: this.deps.now(), answer: this.#see() };
    return await this.#sight.answer;
  }

  async #see(): Promise<FastlyResult<Sight>> {
    const connection = await this.#connect();
    if (connection === undefined)
      return { ok: false, failure: { kind: 'unauthorized', message: 'there is no token to work with' } };
    const answer = await readFastlyState(connection.fastly, this.#customerId ?? '');
    if (!answer.ok) {
      const refused = answer.failure.kind === 'unauthorized';
      return refused && this.#refresh(connection) ? await this.#see() : answer;
    }
    const { invitations, members } = answer.value;
    return {
      ok: true,
      value: {
        invitations: Map.groupBy(invitations, ({ email }) => email),
        members: new Map(members.map((member) => [member.email, member])),
      },
    };
  }

  /** Halts the run, when a read was refused for good. */
  async haltOn(job: ChangeJob, failure: Failure): Promise<Written<never> | undefined> {
    return failure.kind === 'unauthorized' ? await this.#halt(job.generation, failure.message) : undefined;
  }

  async #connect(): Promise<Connection | undefined> {
    this.#connection ??= this.#open(this.#refused);
    return await this.#connection;
  }

  async #open(fresh: boolean): Promise<Connection | undefined> {
    const connected = await this.deps.connect(this.account, { fresh });
    return 'problem' in connected ? undefined : { fastly: connected.fastly, fresh };
  }

  /** Whether there is another token to try than the one that was refused. The token is read again once. */
  #refresh({ fresh }: Connection): boolean {
    if (fresh) return false;
    if (!this.#refused) this.#connection = undefined;
    this.#refused = true;
    return true;
  }

  /** Stops the whole run: its jobs are void from now on. Throws when that can't be noted. */
  async #halt(generation: number, reason: string): Promise<Written<never>> {
    this.#halted ??= this.#noteHalt(generation, reason);
    await this.#halted;
    return { kind: 'void', reason: 'the run is halted' };
  }

  async #noteHalt(generation: number, reason: string): Promise<void> {
    const { store, log, metrics, notify, now } = this.deps;
    const updatedAt = new Date(now()).toISOString();
    const halted = await updatePointer(store, this.account, generation, (pointer) =>
      pointer.status === 'halted' ? undefined : { ...pointer, status: 'halted', updatedAt, reason },
    );
    if (halted === 'superseded') return;
    log.error('halted', { account: this.account, runId: halted.pointer.runId, generation, reason });
    metrics.add(this.account, 'RunHalted', 1);
    await notify(haltedNotification(this.account, halted.pointer.runId, reason));
  }
}
