/** A run takes a generation above everything that was seen; it begins, and writes, by a clock that is right. */

import type { Ledger } from '../../../lib/domain/ledger.ts';
import type { Outcome, OutcomeResult } from '../../../lib/domain/outcome.ts';
import { MINUTE_MS } from '../../../lib/domain/time.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { ClaimedRun, Violate } from './book.ts';

/** Five minutes, and what a slow claim takes. */
const LARGEST_DIFFERENCE_MS = 15 * MINUTE_MS;

const WRITTEN: ReadonlySet<OutcomeResult> = new Set(['created', 'deleted', 'replaced']);

export class Claims {
  readonly #violate: Violate;
  #clocksSetAt = Number.NEGATIVE_INFINITY;

  constructor(violate: Violate) {
    this.#violate = violate;
  }

  /** Somebody sets the clocks: what began before goes by two of them. */
  clocksSet(at: number): void {
    this.#clocksSetAt = at;
  }

  claimed(
    { account, generation, by }: ClaimedRun,
    pointer: RunPointer,
    seen: { readonly pointer: RunPointer | undefined; readonly ledger: Ledger },
    fastlyNow: number,
  ): void {
    const newest = Math.max(
      seen.pointer?.generation ?? 0,
      ...[...seen.ledger.values()].map((entry) => entry.generation),
    );
    if (generation <= newest)
      this.#violate(`${account}: generation ${generation} is claimed, and ${newest} was seen before`);
    if (by.startedAt > this.#clocksSetAt)
      this.#checkClock(`${account}: a run begins`, pointer.startedAt, fastlyNow);
  }

  outcomesStored(account: string, outcomes: readonly Outcome[], fastlyNow: number, now: number): void {
    if (now < this.#clocksSetAt + LARGEST_DIFFERENCE_MS) return;
    for (const { result, at } of outcomes)
      if (WRITTEN.has(result)) this.#checkClock(`${account}: a worker writes`, at, fastlyNow);
  }

  #checkClock(what: string, time: string, fastlyNow: number): void {
    const differenceMs = Math.abs(Date.parse(time) - fastlyNow);
    if (differenceMs > LARGEST_DIFFERENCE_MS)
      this.#violate(
        `${what} by a clock that differs from Fastly's by ${Math.round(differenceMs / MINUTE_MS)} minutes`,
      );
  }
}
