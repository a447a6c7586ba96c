/** The invariants that hold in every world: of mails, quota, claims, outcomes and events. */

import type { Email } from '../../../lib/domain/invitation.ts';
import { decodeLedger, EMPTY_LEDGER, type Ledger } from '../../../lib/domain/ledger.ts';
import { decodeOutcomes } from '../../../lib/domain/outcome.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { SimulatedAnswer } from '../../../local/simulator/answers.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Settings } from '../settings.ts';
import type { Book, ClaimedRun, Violate, WriteOfJob } from './book.ts';
import { Claims } from './claims.ts';
import { FailedWrites } from './failed-writes.ts';
import { MailLimits } from './mail-limits.ts';
import { Reserve } from './reserve.ts';
import { Stranded } from './stranded.ts';
import { Triggers } from './triggers.ts';

export type ContractDeps = {
  readonly scheduler: Scheduler;
  readonly settings: Settings;
  readonly violate: Violate;
  readonly account: (name: string) => FastlyAccount;
  /** The text of an account's ledger, as it is in the bucket. */
  readonly ledgerText: (account: string) => string | undefined;
};

/** One that is damaged counts as empty. */
const ledgerOf = (text: string | undefined): Ledger => {
  const decoded = text === undefined ? undefined : decodeLedger(text);
  return decoded !== undefined && 'ledger' in decoded ? decoded.ledger : EMPTY_LEDGER;
};

export class Contract {
  readonly mailLimits: MailLimits;
  readonly reserve: Reserve;
  readonly triggers: Triggers;
  readonly #deps: ContractDeps;
  readonly #book: Book;
  readonly #failedWrites: FailedWrites;
  readonly #stranded: Stranded;
  readonly #claims: Claims;
  /** Accounts whose records of runs people removed. */
  readonly #withoutRuns = new Set<string>();
  /** What of an account's state is not what the functions wrote last. */
  readonly #restored = new Map<string, Set<'pointer' | 'ledger'>>();

  constructor(book: Book, deps: ContractDeps) {
    const { rules, strict } = deps.settings;
    const violate: Violate = strict ? deps.violate : () => undefined;
    this.#deps = deps;
    this.#book = book;
    this.mailLimits = new MailLimits(book, violate, rules);
    this.reserve = new Reserve(violate, rules.RATE_LIMIT_RESERVE);
    this.triggers = new Triggers(book, violate);
    this.#failedWrites = new FailedWrites(violate);
    this.#stranded = new Stranded(book, violate, rules);
    this.#claims = new Claims(violate);
  }

  claimed(run: ClaimedRun, before: RunPointer | undefined, pointer: RunPointer): void {
    const { scheduler, ledgerText, account } = this.#deps;
    this.triggers.claimed(run, before, pointer, scheduler.now);
    const seen = { pointer: before, ledger: ledgerOf(ledgerText(run.account)) };
    this.#claims.claimed(run, pointer, seen, account(run.account).now);
  }

  planned(record: PlanRecord): void {
    this.#stranded.planned(record, this.#deps.account(record.account));
  }

  outcomesStored(runId: string, text: string): void {
    this.#failedWrites.stored(runId, decodeOutcomes(text));
  }

  ledgerStored(account: string, text: string): void {
    this.mailLimits.recorded(account, ledgerOf(text));
  }

  answered(write: WriteOfJob, answer: SimulatedAnswer | undefined): void {
    this.#failedWrites.answered(write, answer);
  }

  mailed(write: WriteOfJob, id: string, isTraceless: boolean): void {
    const fastly = this.#deps.account(write.account);
    this.mailLimits.sent(write, { id, at: this.#deps.scheduler.now, isTraceless }, fastly);
  }

  /** People removed something of an account's state, or put an older version in its place. */
  restored(
    account: string,
    before: { readonly pointer: RunPointer | undefined; readonly ledger: string | undefined },
  ): void {
    const { account: find, ledgerText } = this.#deps;
    const restored = this.#restored.get(account) ?? new Set();
    this.#restored.set(account, restored);
    const pointer = this.#book.pointers.get(account);
    if (JSON.stringify(pointer) !== JSON.stringify(before.pointer)) restored.add('pointer');
    const text = ledgerText(account);
    if (text !== before.ledger) restored.add('ledger');
    if (restored.size === 2) this.mailLimits.forgotten(account, ledgerOf(text));
    this.reserve.forgotten(find(account));
    this.triggers.trouble(account, 'restored state');
  }

  /** Records of runs are gone. */
  runsRemoved(account: string): void {
    this.mailLimits.runsRemoved(account);
    this.#withoutRuns.add(account);
  }

  /** Whether a run may wait for ever for its own record. */
  mayWaitForRecord(account: string): boolean {
    return this.#withoutRuns.has(account);
  }

  /** Whether people changed this account's state: then the ledger may not be what was mailed. */
  isRestored(account: string): boolean {
    return this.#restored.has(account);
  }

  /** Somebody else cancelled or accepted an invitation. */
  endedByOthers(account: string, email: Email, id: string): void {
    this.mailLimits.ended(account, email, id);
  }
}
