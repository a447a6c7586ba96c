/** Events come at least once, and planners are killed: no event may end its own run, and none may be used up. */

import { HOUR_MS, MINUTE_MS } from '../../../lib/domain/time.ts';
import type { SyncResult } from '../../../lib/planner/result.ts';
import { isSameRoster, type RunPointer } from '../../../lib/state/run-pointer.ts';
import type { Invocation } from '../invocation.ts';
import type { Book, ClaimedRun, Violate } from './book.ts';

/** After that a run is overdue, and anybody may take over. */
const OVERDUE_MS = 6 * HOUR_MS;
/** Lambda waits so long after a planner has ended before it invokes again. */
const SOONEST_RETRY_MS = MINUTE_MS;

/** Of an event that a planner was called with. */
type EventDelivery = { readonly event: number; readonly requestId: string };

export class Triggers {
  readonly #book: Book;
  readonly #violate: Violate;
  /** What an invocation was called with. */
  readonly #deliveries = new Map<Invocation, EventDelivery>();
  /** Invocations that did not come to an end by themselves, and when they ended. */
  readonly #killed = new Map<Invocation, number>();
  /** By account: what may be wrong with it, so that a run is blocked for a reason. */
  readonly #troubles = new Map<string, Map<string, number>>();

  constructor(book: Book, violate: Violate) {
    this.#book = book;
    this.#violate = violate;
  }

  started(invocation: Invocation, delivery: EventDelivery): void {
    this.#deliveries.set(invocation, delivery);
  }

  killed(invocation: Invocation, at: number): void {
    this.#killed.set(invocation, at);
  }

  /** A run took over from another one. */
  claimed(
    { by, account, runId }: ClaimedRun,
    before: RunPointer | undefined,
    pointer: RunPointer,
    now: number,
  ): void {
    const earlier = this.#book.claims.get(before?.runId ?? '');
    if (before === undefined || earlier === undefined || !this.#isSame('event', by, earlier)) return;
    // A planner that is gone has left its run where it was. Nobody can tell it from one that Lambda calls a second time.
    const isAbandoned =
      before.status === 'planning' && (!earlier.by.alive || this.#isSame('requestId', by, earlier));
    const isOver = before.status === 'finished' || before.status === 'halted' || isAbandoned;
    const isOverdue = now > Date.parse(before.estimatedFinish) + OVERDUE_MS;
    if (!isOver && !isOverdue && isSameRoster(before.roster, pointer.roster))
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

  #isSame(what: keyof EventDelivery, by: Invocation, earlier: ClaimedRun): boolean {
    const [one, other] = [by, earlier.by].map((invocation) => this.#deliveries.get(invocation)?.[what]);
    return by !== earlier.by && one !== undefined && one === other;
  }

  #checkBusy(invocation: Invocation, account: string): void {
    const pointer = this.#book.pointers.get(account);
    const claim = this.#book.claims.get(pointer?.runId ?? '');
    if (pointer?.status !== 'planning' || claim === undefined) return;
    const killedAt = this.#killed.get(claim.by) ?? Number.POSITIVE_INFINITY;
    const isRetry = invocation.startedAt - killedAt >= SOONEST_RETRY_MS;
    if (isRetry && this.#isSame('requestId', invocation, claim))
      this.#violate(
        `${account}: a retry waits for run ${claim.runId}, which the killed planner of its own event began`,
      );
  }
}
