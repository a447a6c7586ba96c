/**
 * Every mail counts, whatever its reason: no more than the cap until the person is a member, and none before the cool-down is
 * over but for a replace that the roster's owner asked for (SPEC §4). Counted from what Fastly did, not from the ledger.
 */

import type { Rules } from '../../../lib/domain/config.ts';
import type { Email } from '../../../lib/domain/invitation.ts';
import type { Ledger } from '../../../lib/domain/ledger.ts';
import { DAY_MS, MINUTE_MS } from '../../../lib/domain/time.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { isExpired } from '../../../local/simulator/listing.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import { nameOf } from '../people.ts';
import type { Book, Violate, WriteOfJob } from './book.ts';

type Mail = {
  readonly id: string;
  readonly at: number;
  /** When its run began, or some minutes earlier. */
  readonly plannedAt: number;
  /** It was that of a replace that the roster's owner asked for. */
  readonly isAskedFor: boolean;
  /** It can't be known of: nobody saw it in time, or the only records of it are gone. */
  isTraceless: boolean;
  /** The ledger knew of it once. */
  isRecorded: boolean;
};

type Person = {
  mails: Mail[];
  /** When the address last left the roster. */
  leftAt: number;
  /** A replace that the roster's owner asked for was released, and its mail is still due. */
  isOwed: boolean;
};

/** Clocks differ by minutes, and a job may be on its way for some. */
const TOLERANCE_MS = 15 * MINUTE_MS;

export class MailLimits {
  readonly #book: Book;
  readonly #violate: Violate;
  readonly #rules: Rules;
  readonly #people = new Map<string, Map<Email, Person>>();

  constructor(book: Book, violate: Violate, rules: Rules) {
    this.#book = book;
    this.#violate = violate;
    this.#rules = rules;
  }

  left(account: string, email: Email, at: number): void {
    this.#of(account, email).leftAt = at;
  }

  /** Whether a run that was cut off got as far as the DELETE nobody can tell, once the invitation is not listed any more. */
  planned({ account, changes, generation }: PlanRecord): void {
    if (generation === undefined) return;
    for (const { action, email, reason, held } of changes)
      if (action === 'replace' && reason === 'changed' && !held) this.#of(account, email).isOwed = true;
  }

  /** `isTraceless`: it came when nobody could see it any more. */
  sent({ account, job }: WriteOfJob, mail: Pick<Mail, 'id' | 'at' | 'isTraceless'>, fastly: FastlyAccount) {
    const person = this.#of(account, job.email);
    const isTraceless = mail.isTraceless || this.#book.lostRuns.has(job.runId);
    const isAskedFor = this.#isAskedFor(job, person);
    if (!isTraceless) this.#check(job.email, person, isAskedFor, mail.at, fastly);
    const startedAt = Date.parse(this.#book.records.get(job.runId)?.createdAt ?? '');
    const plannedAt = startedAt - TOLERANCE_MS;
    person.mails.push({ ...mail, plannedAt, isAskedFor, isTraceless, isRecorded: false });
    // Nobody can know of this mail, so its replace looks as if it had been cut off before, and the mail is still due.
    person.isOwed = isTraceless && isAskedFor;
  }

  /**
   * Somebody else ended this invitation: unless it was counted, there is no trace of its mail. Its replace then looks as
   * if it had been cut off before the mail, which is still due.
   */
  ended(account: string, email: Email, id: string): void {
    const person = this.#of(account, email);
    const mail = person.mails.find((sent) => sent.id === id && !sent.isRecorded);
    if (mail === undefined) return;
    mail.isTraceless = true;
    person.isOwed ||= mail.isAskedFor;
  }

  recorded(account: string, ledger: Ledger): void {
    for (const [email, { count }] of ledger) {
      const known = this.#of(account, email).mails.filter(({ isTraceless }) => !isTraceless);
      if (count >= known.length) for (const mail of known) mail.isRecorded = true;
    }
  }

  /**
   * People removed state or records of runs, or put older ones in their place: what this ledger does not count, and what
   * the runs before still send, nobody can know of any more.
   */
  forgotten(account: string, ledger: Ledger): void {
    for (const [email, { mails }] of this.#people.get(account) ?? []) {
      const { count = 0, lastSentAt = '' } = ledger.get(email) ?? {};
      const isCounted = (mail: Mail, index: number): boolean =>
        index < count && mail.at <= Date.parse(lastSentAt) + TOLERANCE_MS;
      for (const [index, mail] of mails.entries()) mail.isTraceless ||= !isCounted(mail, index);
    }
  }

  #of(account: string, email: Email): Person {
    const people = this.#people.get(account) ?? new Map<Email, Person>();
    this.#people.set(account, people);
    const person = people.get(email) ?? { mails: [], leftAt: Number.NEGATIVE_INFINITY, isOwed: false };
    people.set(email, person);
    return person;
  }

  #isAskedFor(job: WriteOfJob['job'], { isOwed }: Person): boolean {
    const reason = this.#book.changeOf(job)?.reason;
    return isOwed || (job.action === 'replace' && reason === 'changed');
  }

  #check(email: Email, person: Person, isAskedFor: boolean, at: number, fastly: FastlyAccount): void {
    const { MAX_INVITES_PER_EMAIL, REINVITE_AFTER_DAYS } = this.#rules;
    const coolDownMs = REINVITE_AFTER_DAYS * DAY_MS;
    const mails = person.mails.filter((mail) => !mail.isTraceless && this.#leftTrace(mail, fastly));
    const last = mails.at(-1);
    if (last === undefined) return;
    const sinceMs = at - last.at + TOLERANCE_MS;
    // Who left is forgotten some day, and begins anew.
    if (person.leftAt > last.plannedAt && sinceMs >= MAX_INVITES_PER_EMAIL * coolDownMs) person.mails = [];
    else if (mails.length >= MAX_INVITES_PER_EMAIL)
      this.#violate(`${nameOf(email)} gets mail number ${mails.length + 1} of ${MAX_INVITES_PER_EMAIL}`);
    else if (sinceMs < coolDownMs && !isAskedFor)
      this.#violate(
        `${nameOf(email)} is mailed again within the cool-down of ${REINVITE_AFTER_DAYS} days, after ${Math.round((at - last.at) / MINUTE_MS)} minutes`,
      );
  }

  /** Where expired invitations are not listed, one that nobody counted in time left no trace. */
  #leftTrace({ id, isRecorded }: Mail, { account, now }: FastlyAccount): boolean {
    const { behaviour } = account.options;
    const invitation = account.state.invitations.get(id);
    const isHidden = behaviour.expired === 'hidden' && invitation !== undefined;
    return isRecorded || !(isHidden && isExpired(invitation, behaviour, now));
  }
}
