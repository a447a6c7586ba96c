/** Plans say what the roster says, and guards hold what they have to: counted anew, from the record alone. */

import type { Rules } from '../../../lib/domain/config.ts';
import { hashChanges } from '../../../lib/plan/plan-hash.ts';
import { protectedEmails } from '../../../lib/plan/protected-emails.ts';
import type { PlanRecord, RecordedChange } from '../../../lib/state/plan-record.ts';
import { accessKey, nameOf, type Wishes } from '../people.ts';
import type { Book, Violate } from './book.ts';

type Kind = 'mail' | 'delete' | 'replace';

const kindOf = (change: RecordedChange): Kind => {
  if (change.action === 'create') return 'mail';
  if (change.action === 'delete') return 'delete';
  return change.live > 0 ? 'replace' : 'mail';
};

export class Plans {
  readonly #book: Book;
  readonly #violate: Violate;
  readonly #rules: Rules;
  readonly #isProtected: (email: string) => boolean;

  constructor(book: Book, violate: Violate, rules: Rules) {
    this.#book = book;
    this.#violate = violate;
    this.#rules = rules;
    this.#isProtected = protectedEmails(rules.PROTECTED_EMAILS);
  }

  recorded(record: PlanRecord): void {
    if (record.status === 'blocked') {
      if (record.changes.length > 0) this.#violate(`the blocked run ${record.runId} has changes`);
      return;
    }
    const etag = record.roster?.etag ?? '';
    const wishes = this.#book.rosters.get(etag);
    if (wishes === undefined) {
      this.#violate(`run ${record.runId} believes a roster that is broken or was never there`);
      return;
    }
    for (const change of record.changes) this.#checkChange(change, wishes, record);
    this.#checkGuards(record, wishes);
  }

  #checkChange(change: RecordedChange, wishes: Wishes, { runId }: PlanRecord): void {
    const wish = wishes.get(change.email);
    const what = `run ${runId}: ${change.action} ${nameOf(change.email)} (${change.reason})`;
    if (change.action !== 'delete') {
      if (wish === undefined) this.#violate(`${what}, who is not in the roster`);
      else if (accessKey(wish) !== accessKey(change.access)) this.#violate(`${what} with another access`);
    } else if (change.reason === 'duplicate') {
      if (wish === undefined) this.#violate(`${what}, who is not in the roster`);
    } else {
      if (wish !== undefined) this.#violate(`${what}, who is in the roster`);
      if (this.#isProtected(change.email)) this.#violate(`${what}, who is protected`);
      if (this.#rules.PRUNE === 'none') this.#violate(`${what}, although PRUNE is none`);
    }
  }

  #checkGuards({ runId, account, changes, liveInvitations, mode }: PlanRecord, wishes: Wishes): void {
    if (mode === 'plan') return;
    const tripped = this.#tripped(changes, liveInvitations, wishes.size);
    const held = changes.filter((change) => tripped.has(kindOf(change)));
    const loose = held.filter((change) => change.held === undefined);
    if (loose.length === 0) return;
    const plain = held.map(({ held: _held, ...change }) => change);
    if (!this.#book.approvals.has(hashChanges(account, plain)))
      this.#violate(`run ${runId}: ${loose.length} changes are released that nobody approved`);
  }

  #tripped(changes: readonly RecordedChange[], live: number, rows: number): ReadonlySet<Kind> {
    const count = (kind: Kind): number => changes.filter((change) => kindOf(change) === kind).length;
    const taken = changes.reduce((sum, change) => sum + (change.action === 'create' ? 0 : change.live), 0);
    const { MAX_CREATES, MAX_DELETES, MAX_REPLACES, MAX_CHANGE_PERCENT, PERCENT_FLOOR } = this.#rules;
    const tripped = new Set<Kind>();
    if (count('mail') > MAX_CREATES) tripped.add('mail');
    if (count('delete') > MAX_DELETES || rows === 0) tripped.add('delete');
    if (count('replace') > MAX_REPLACES) tripped.add('replace');
    if (live >= PERCENT_FLOOR && taken * 100 > MAX_CHANGE_PERCENT * live)
      tripped.add('delete').add('replace');
    return tripped;
  }
}
