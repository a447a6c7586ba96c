/** Events come at least once, and planners are killed: no event may end its own run, and none may be used up. */

import { HOUR_MS } from '../../../lib/domain/time.ts';
import type { SyncResult } from '../../../lib/planner/result.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { Invocation } from '../invocation.ts';
import type { Book, ClaimedRun, Violate } from './book.ts';

/** After that a run is overdue, and anybody may take over. */
const OVERDUE_MS = 6 * HOUR_MS;

export class Triggers {
  readonly #book: Book;
  readonly #violate: Violate;
  /** Which event an invocation was called with. */
  readonly #events = new Map<Invocation, number>();
  /** Invocations that did not come to an end by themselves. */
  readonly #killed = new Set<Invocation>();
  /** By account: what may be wrong with it, so that a run is blocked for a reason. */
  readonly #troubles = new Map<string, Map<string, number>>();

  constructor(book: Book, violate: Violate) {
    this.#book = book;
    this.#violate = violate;
  }

  started(invocation: Invocation, event: number): void {
    this.#events.set(invocation, event);
  }

  killed(invocation: Invocation): void {
    this.#killed.add(invocation);
  }

  /** A run took over from another one. */
  claimed(
    { by, account, runId }: ClaimedRun,
    before: RunPointer | undefined,
    pointer: RunPointer,
    now: number,
  ): void {
    const earlier = this.#book.claims.get(before?.runId ?? '');
    if (before === undefined || earlier === undefined || !this.#isOfSameEvent(by, earlier)) return;
    // A planner that is gone has left its run where it was.
    const isAbandoned = before.status === 'planning' && !earlier.by.alive;
    const isOver = before.status === 'finished' || before.status === 'halted' || isAbandoned;
    const isOverdue = now > Date.parse(before.estimatedFinish) + OVERDUE_MS;
    if (!isOver && !isOverdue && before.roster.etag === pointer.roster.etag)
      this.#violate(`${account}: run ${runId} ends run ${earlier.runId}, which the same event began`);
  }

  answered(invocation: Invocation, { account, status, issues }: SyncResult): void {
    if (status === 'in_progress') this.#checkBusy(invocation, account);
    const troubled = this.#troubles.get(account);
    const isTroubled = [...(troubled?.values() ?? [])].some((until) => until >= invocation.startedAt);
    if (status === 'blocked' && !isTroubled)
      this.#violate(`${account}: blocked although nothing is wrong with it (${issues[0]?.code})`);
  }

  /** From now on, or until then, there is a reason to block the account. `until`: infinity, until {@link over} is told. */
  trouble(account: string, what: string, until = Number.POSITIVE_INFINITY): void {
    const troubles = this.#troubles.get(account) ?? new Map<string, number>();
    this.#troubles.set(account, troubles.set(what, until));
  }

  over(account: string, what: string, at: number): void {
    if (this.#troubles.get(account)?.has(what)) this.trouble(account, what, at);
  }

  #isOfSameEvent(by: Invocation, earlier: ClaimedRun): boolean {
    return by !== earlier.by && this.#events.get(by) === this.#events.get(earlier.by);
  }

  #checkBusy(invocation: Invocation, account: string): void {
    const pointer = this.#book.pointers.get(account);
    const claim = this.#book.claims.get(pointer?.runId ?? '');
    if (pointer?.status !== 'planning' || claim === undefined) return;
    if (this.#isOfSameEvent(invocation, claim) && this.#killed.has(claim.by))
      this.#violate(
        `${account}: a retry waits for run ${claim.runId}, which the killed planner of its own event began`,
      );
  }
}
