/** When nobody else uses the quota, never less than the reserve is left, whatever Fastly tells or does not tell. */

import type { FastlyAccount } from '../fastly-account.ts';
import type { Invocation } from '../invocation.ts';
import type { Violate, WriteOfJob } from './book.ts';

export class Reserve {
  readonly #violate: Violate;
  readonly #reserve: number;
  /** Writes by account and window that nobody could reckon with: late ones, and those of processes that died. */
  readonly #beyondReckoning = new Map<string, number>();
  /** Windows in which two invocations worked for one account at once. */
  readonly #shared = new Set<string>();
  /** Writes of an invocation, by the window in which they arrived. */
  readonly #writes = new Map<Invocation, Map<string, number>>();

  constructor(violate: Violate, reserve: number) {
    this.#violate = violate;
    this.#reserve = reserve;
  }

  /** Two invocations work on one batch of this account: each takes itself for alone. */
  doubled(fastly: FastlyAccount): void {
    this.#shared.add(keyOf(fastly));
  }

  /** What was known of the quota is gone. */
  forgotten(fastly: FastlyAccount): void {
    this.#reckonWithout(keyOf(fastly), 1);
  }

  /** Nothing that this invocation learned outlives it. */
  died(invocation: Invocation): void {
    for (const [key, writes] of this.#writes.get(invocation) ?? []) this.#reckonWithout(key, writes);
    this.#writes.delete(invocation);
  }

  /** Fastly has counted this write already, unless it answered 429. */
  arrived({ account, invocation }: WriteOfJob, fastly: FastlyAccount, status: number, late: boolean): void {
    const key = keyOf(fastly);
    const writes = this.#writes.get(invocation) ?? new Map<string, number>();
    this.#writes.set(invocation, writes.set(key, (writes.get(key) ?? 0) + 1));
    if (late || !invocation.alive) this.#reckonWithout(key, 1);
    const { us, others } = fastly.used;
    if (others > 0 || this.#shared.has(key)) return;
    const left = fastly.account.options.quotaPerHour - us;
    const allowed = this.#reserve - (this.#beyondReckoning.get(key) ?? 0);
    if (left < Math.max(0, allowed) || (status === 429 && allowed > 0))
      this.#violate(
        `${account}: ${left} writes are left of a reserve of ${this.#reserve}, and nobody else writes`,
      );
  }

  #reckonWithout(key: string, writes: number): void {
    this.#beyondReckoning.set(key, (this.#beyondReckoning.get(key) ?? 0) + writes);
  }
}

const keyOf = ({ name, window }: FastlyAccount): string => `${name} ${window}`;
