/** Which invitations the tool can know for its own: those whose ids are in an outcome or in the ledger. */

import type { Ledger } from '../../../lib/domain/ledger.ts';
import type { Outcome } from '../../../lib/domain/outcome.ts';
import type { Book } from './book.ts';

const idsIn = (told: Iterable<{ readonly invitationId?: string }>): string[] =>
  [...told].flatMap(({ invitationId }) => invitationId ?? []);

export class OwnMails {
  readonly #book: Book;
  /** Since when an id is known, in true time, by account. */
  readonly #known = new Map<string, Map<string, number>>();

  constructor(book: Book) {
    this.#book = book;
  }

  outcomesStored(account: string, runId: string, outcomes: readonly Outcome[], at: number): void {
    if (!this.#book.lostRuns.has(runId)) this.#add(account, idsIn(outcomes), at);
  }

  ledgerStored(account: string, ledger: Ledger, at: number): void {
    this.#add(account, idsIn(ledger.values()), at);
  }

  /** People removed state or records, or put older ones in their place: what the ledger does not say may be lost. */
  forgotten(account: string, ledger: Ledger, at: number): void {
    this.#known.delete(account);
    this.ledgerStored(account, ledger, at);
  }

  knew(account: string, id: string, at: number): boolean {
    return (this.#known.get(account)?.get(id) ?? Number.POSITIVE_INFINITY) <= at;
  }

  #add(account: string, ids: readonly string[], at: number): void {
    const known = this.#known.get(account) ?? new Map<string, number>();
    for (const id of ids) if (!known.has(id)) known.set(id, at);
    this.#known.set(account, known);
  }
}
