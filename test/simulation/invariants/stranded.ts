/** While the tool says that all is in sync, nobody waits for an invitation longer than the cool-down. */

import type { Rules } from '../../../lib/domain/config.ts';
import type { Email } from '../../../lib/domain/invitation.ts';
import { DAY_MS, MINUTE_MS } from '../../../lib/domain/time.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { isExpired } from '../../../local/simulator/listing.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import { nameOf } from '../people.ts';
import type { Book, Violate } from './book.ts';

/** What happened while the plan was made is for the next one. */
const PLANNING_MS = 20 * MINUTE_MS;

export class Stranded {
  readonly #book: Book;
  readonly #violate: Violate;
  readonly #rules: Rules;

  constructor(book: Book, violate: Violate, rules: Rules) {
    this.#book = book;
    this.#violate = violate;
    this.#rules = rules;
  }

  planned({ status, roster, runId }: PlanRecord, fastly: FastlyAccount): void {
    if (status !== 'in_sync') return;
    for (const email of this.#book.rosters.get(roster?.etag ?? '')?.keys() ?? []) {
      const waitingMs = this.#waitingMs(email, fastly);
      if (waitingMs > 0)
        this.#violate(
          `${nameOf(email)} is neither invited nor a member, has been due for ${Math.round(waitingMs / MINUTE_MS)} minutes, and run ${runId} is in sync`,
        );
    }
  }

  /** For how long a mail has been due; 0: none is. */
  #waitingMs(email: Email, { account, now, expiredAt }: FastlyAccount): number {
    const { state, options } = account;
    const ttlMs = options.behaviour.invitationTtlDays * DAY_MS;
    if (state.members.has(email)) return 0;
    const all = (state.idsByAddress.get(email) ?? [])
      .map((id) => state.invitations.get(id))
      .filter((invitation) => invitation !== undefined);
    // Nobody is invited more often than that; somebody else's invitation counts as well where it was taken for ours.
    if (all.length >= this.#rules.MAX_INVITES_PER_EMAIL) return 0;
    const ends = all.map((one) => {
      if (one.end !== undefined) return one.endedAt ?? now;
      const isOver = isExpired(one, options.behaviour, now);
      return isOver ? (expiredAt.get(one.id) ?? one.createdAt + ttlMs) : now;
    });
    const lastMailAt = Math.max(...all.map(({ createdAt }) => createdAt));
    const dueAt = Math.max(lastMailAt + this.#rules.REINVITE_AFTER_DAYS * DAY_MS, ...ends);
    // Never invited at all: since when the roster asks for it is not known, but no plan may leave it so.
    if (dueAt === Number.NEGATIVE_INFINITY) return PLANNING_MS;
    return Math.max(0, now - dueAt - PLANNING_MS);
  }
}
