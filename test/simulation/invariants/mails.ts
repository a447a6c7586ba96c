/** Nobody is mailed twice for one wish. Of cap and cool-down see the mail limits. */

import { accessDigest } from '../../../lib/domain/digest.ts';
import type { Email } from '../../../lib/domain/invitation.ts';
import { isExpired } from '../../../local/simulator/listing.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import { nameOf } from '../people.ts';
import type { Settings } from '../settings.ts';
import type { Book, Violate, WriteOfJob } from './book.ts';
import { isShownOtherwise } from './listings.ts';
import type { OwnMails } from './own-mails.ts';

const SECOND_MS = 1000;

/** What makes another mail to the same address right. */
export type Cause =
  /** The roster asks for something else. */
  | 'changed'
  /** The address left the roster: its history ends, too. */
  | 'left'
  /** Somebody else invited, cancelled or accepted. */
  | 'outside';

type Mail = {
  readonly id: string;
  readonly runId: string;
  readonly generation: number;
  /** Of the access that it was sent with. */
  readonly digest: string;
  /** When the run that sent it began. */
  readonly plannedAt: number;
};

type History = {
  readonly mails: Mail[];
  causes: { readonly at: number; readonly cause: Cause }[];
  /** When the address last left the roster: the ledger may forget what was before. */
  leftAt: number;
  /** Fastly did something after every time-out: then nothing can be known. */
  excused: boolean;
  /** Somebody else, or two invocations at once, had a hand in it: their invitations may count as ours, and ours may be gone before they were counted. */
  foreign: boolean;
};

export class Mails {
  readonly #book: Book;
  readonly #violate: Violate;
  readonly #skewMs: number;
  readonly #toleranceMs: number;
  readonly #own: OwnMails;
  readonly #histories = new Map<string, History>();

  constructor(book: Book, own: OwnMails, violate: Violate, { clocks }: Settings) {
    this.#book = book;
    this.#own = own;
    this.#violate = violate;
    this.#skewMs = clocks.planner;
    // Whether an invitation is over the planner and the worker tell by their own clocks, from what Fastly's clock wrote.
    this.#toleranceMs =
      Math.max(...[clocks.planner, clocks.worker].map((clock) => clock - clocks.fastly), 0) + 2 * SECOND_MS;
  }

  historyOf(account: string, email: Email): History {
    const key = `${account} ${email}`;
    const history = this.#histories.get(key) ?? {
      mails: [],
      causes: [],
      leftAt: Number.NEGATIVE_INFINITY,
      excused: false,
      foreign: false,
    };
    this.#histories.set(key, history);
    return history;
  }

  because(account: string, email: Email, cause: Cause, at: number): void {
    const history = this.historyOf(account, email);
    history.causes.push({ at, cause });
    if (cause === 'outside') history.foreign = true;
    if (cause === 'left') history.leftAt = at;
  }

  /** From now on the ledger can't be held to account for this address. */
  blur(account: string, email: Email): void {
    this.historyOf(account, email).foreign = true;
  }

  excuse(account: string, email: Email): void {
    this.historyOf(account, email).excused = true;
  }

  /** A POST of ours made Fastly send a mail. */
  sent({ account, job }: WriteOfJob, id: string, fastly: FastlyAccount): void {
    const history = this.historyOf(account, job.email);
    const plannedAt = Date.parse(this.#book.records.get(job.runId)?.createdAt ?? '') - this.#skewMs;
    const previous = history.mails.at(-1);
    if (previous !== undefined && !history.excused) {
      const hasReason = history.causes.length > 0 || this.#couldBeAnybodys(previous, plannedAt, fastly);
      if (!hasReason && !this.#hasExpired(previous, fastly))
        this.#violate(
          `${nameOf(job.email)} is mailed again by generation ${job.generation}, without a reason since generation ${previous.generation}`,
        );
    }
    const digest = job.action === 'delete' ? '' : accessDigest(job.access);
    history.mails.push({ id, runId: job.runId, generation: job.generation, digest, plannedAt });
    // What came after this mail was planned is not answered by it.
    history.causes = history.causes.filter(({ at }) => at >= plannedAt);
  }

  /** Mails since the address was last added to the roster: those that the ledger has to know. */
  since({ mails, leftAt }: History): number {
    return mails.filter(({ plannedAt }) => plannedAt > leftAt).length;
  }

  /** Its id was lost, or not told yet, and it shows something else than was asked for: nobody could tell who sent it. */
  #couldBeAnybodys(
    { id, runId, digest }: Mail,
    plannedAt: number,
    { name, account }: FastlyAccount,
  ): boolean {
    const isKnown = this.#own.knew(name, id, plannedAt);
    // Nor could anybody tell with which services, once people removed what named its run.
    if (this.#book.lostRuns.has(runId)) return !isKnown || this.#own.isTakenForAnothers(name, id, digest);
    if (isKnown) return false;
    const invitation = account.state.invitations.get(id);
    return invitation !== undefined && isShownOtherwise(invitation, account.options.behaviour);
  }

  #hasExpired({ id }: Mail, { account }: FastlyAccount): boolean {
    const invitation = account.state.invitations.get(id);
    return (
      invitation !== undefined &&
      isExpired(invitation, account.options.behaviour, account.options.now() + this.#toleranceMs)
    );
  }
}
