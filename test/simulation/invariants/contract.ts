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
import { OwnMails } from './own-mails.ts';
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
  readonly triggers: Triggers;
  readonly ownMails: OwnMails;
  readonly #deps: ContractDeps;
  readonly #failedWrites: FailedWrites;
  readonly #stranded: Stranded;
  readonly claims: Claims;
  /** Accounts whose records of runs people removed. */
  readonly #withoutRuns = new Set<string>();
  /** Accounts whose state people changed. */
  readonly #restored = new Set<string>();

  constructor(book: Book, deps: ContractDeps) {
    const { violate, settings } = deps;
    const { rules } = settings;
    this.#deps = deps;
    this.ownMails = new OwnMails(book);
    this.mailLimits = new MailLimits(book, violate, rules);
    this.triggers = new Triggers(book, violate);
    this.#failedWrites = new FailedWrites(violate);
    this.#stranded = new Stranded(book, violate, rules);
    this.claims = new Claims(violate);
  }

  claimed(run: ClaimedRun, before: RunPointer | undefined, pointer: RunPointer): void {
    const { scheduler, ledgerText, account } = this.#deps;
    this.triggers.claimed(run, before, pointer, scheduler.now);
    const seen = { pointer: before, ledger: ledgerOf(ledgerText(run.account)) };
    this.claims.claimed(run, pointer, seen, account(run.account).now);
  }

  planned(record: PlanRecord): void {
    this.mailLimits.planned(record);
    this.#stranded.planned(record, this.#deps.account(record.account));
  }

  outcomesStored(account: string, runId: string, text: string): void {
    const outcomes = decodeOutcomes(text);
    this.#failedWrites.stored(runId, outcomes);
    const { scheduler, account: find } = this.#deps;
    this.ownMails.outcomesStored(account, runId, outcomes, scheduler.now);
    this.claims.outcomesStored(account, outcomes, find(account).now, scheduler.now);
  }

  ledgerStored(account: string, text: string): void {
    this.mailLimits.recorded(account, ledgerOf(text));
    this.ownMails.ledgerStored(account, ledgerOf(text), this.#deps.scheduler.now);
  }

  answered(write: WriteOfJob, answer: SimulatedAnswer | undefined): void {
    this.#failedWrites.answered(write, answer);
  }

  mailed(write: WriteOfJob, id: string, isTraceless: boolean): void {
    const fastly = this.#deps.account(write.account);
    this.mailLimits.sent(write, { id, at: this.#deps.scheduler.now, isTraceless }, fastly);
  }

  /** People removed something of an account's state, or put an older version in its place. */
  restored(account: string): void {
    const { ledgerText, scheduler } = this.#deps;
    const ledger = ledgerOf(ledgerText(account));
    this.#restored.add(account);
    this.mailLimits.forgotten(account, ledger);
    this.ownMails.forgotten(account, ledger, scheduler.now);
    this.triggers.trouble(account, 'restored state');
  }

  /** Records of runs are gone. */
  runsRemoved(account: string): void {
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
