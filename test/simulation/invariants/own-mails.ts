/** Which invitations the tool can know for its own: those whose ids are in an outcome or in the ledger. */

import type { Ledger } from '../../../lib/domain/ledger.ts';
import type { Outcome } from '../../../lib/domain/outcome.ts';
import type { Book } from './book.ts';

const idsIn = (told: Iterable<{ readonly invitationId?: string }>): string[] =>
  [...told].flatMap(({ invitationId }) => invitationId ?? []);

/** Since when an id is known, in true time; and of which run, when an outcome says so. */
type Source = { readonly at: number; readonly runId?: string };

export class OwnMails {
  readonly #book: Book;
  /** By account and id. */
  readonly #known = new Map<string, Map<string, Source>>();
  /** By account and id: the access with which the ledger says that the invitation was sent. */
  readonly #digests = new Map<string, Map<string, string>>();

  constructor(book: Book) {
    this.#book = book;
  }

  outcomesStored(account: string, runId: string, outcomes: readonly Outcome[], at: number): void {
    if (!this.#book.lostRuns.has(runId)) this.#add(account, idsIn(outcomes), { at, runId });
  }

  ledgerStored(account: string, ledger: Ledger, at: number): void {
    this.#add(account, idsIn(ledger.values()), { at });
    const digests = this.#digests.get(account) ?? new Map<string, string>();
    for (const { invitationId, accessDigest } of ledger.values())
      if (invitationId !== undefined) digests.set(invitationId, accessDigest);
    this.#digests.set(account, digests);
  }

  /** People removed state or records, or put older ones in their place: what the ledger does not say may be lost. */
  forgotten(account: string, ledger: Ledger, at: number): void {
    this.#known.delete(account);
    this.ledgerStored(account, ledger, at);
  }

  knew(account: string, id: string, at: number): boolean {
    const source = this.#known.get(account)?.get(id);
    return source !== undefined && source.at <= at && !this.#isTooLate(source);
  }

  /** Whether the ledger takes the invitation for one of another run, which asked for services that Fastly does not show. */
  isTakenForAnothers(account: string, id: string, digest: string): boolean {
    const kept = this.#digests.get(account)?.get(id);
    return kept !== undefined && kept !== digest;
  }

  /**
   * A run's `finish`, and a run that takes over, go by the outcomes that are stored by then: what a worker that was asleep
   * tells afterwards, or one that had a copy of the job, came too late for the ledger, as if it had been killed.
   */
  #isTooLate({ at, runId = '' }: Source): boolean {
    return at > (this.#book.settled.get(runId) ?? Number.POSITIVE_INFINITY);
  }

  #add(account: string, ids: readonly string[], source: Source): void {
    const known = this.#known.get(account) ?? new Map<string, Source>();
    for (const id of ids) {
      const before = known.get(id);
      if (before === undefined || this.#isTooLate(before)) known.set(id, source);
    }
    this.#known.set(account, known);
  }
}
