/** The reserve belongs to others: no write starts that Fastly's own numbers forbid. */

import type { QuotaReading } from '../../../lib/domain/quota.ts';
import type { Counts } from '../counts.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import type { Settings } from '../settings.ts';
import type { Violate, WriteOfJob } from './book.ts';

/** What one process was told of one account. */
type Knowledge = {
  window: number;
  /** The least that Fastly said to be left in that window. */
  told: number | undefined;
  answered: boolean;
  readonly inFlight: Set<WriteOfJob>;
  /** Another process wrote since, or was writing when it was told: it is too much until the next answer. */
  stale: boolean;
};

const LONGEST_JOB_MS = 60_000;
const SECOND_MS = 1000;

export class QuotaWatch {
  readonly #violate: Violate;
  readonly #counts: Counts;
  readonly #reserve: number;
  readonly #strict: boolean;
  readonly #knowledge = new WeakMap<object, Map<string, Knowledge>>();
  /** Writes by account and window that could not know what was left: first ones of a process, or after lost answers. */
  readonly #blind = new Map<string, number>();
  readonly #lastWriter = new Map<string, object>();
  /** Of all processes. */
  readonly #underWay = new Set<WriteOfJob>();
  /** Writes that nobody learns anything from any more, each with the window in which it counts as blind. */
  readonly #abandoned = new WeakMap<WriteOfJob, number>();

  constructor(violate: Violate, counts: Counts, { rules, strict }: Settings) {
    this.#violate = violate;
    this.#counts = counts;
    this.#reserve = rules.RATE_LIMIT_RESERVE;
    this.#strict = strict;
  }

  started(write: WriteOfJob, fastly: FastlyAccount, now: number): void {
    const { account, container } = write;
    const known = this.#of(container, account);
    const { window } = fastly;
    const age = now - window;
    if (known.window !== window) {
      // What had headers ends with the window; an answer without them is all there is, and stays.
      if (known.told !== undefined) known.answered = false;
      known.told = undefined;
      known.window = window;
    }
    if (known.told !== undefined && known.told <= this.#reserve)
      this.#violate(`${account}: a write starts with ${known.told} left and a reserve of ${this.#reserve}`);
    // A job that spans two windows goes on with what it was granted in the first.
    if (!known.answered && known.inFlight.size > 0 && age > LONGEST_JOB_MS)
      this.#violate(`${account}: the first write does not go alone`);
    if (this.#lastWriter.get(account) !== container) known.stale = true;
    this.#lastWriter.set(account, container);
    if (!known.answered || known.told === undefined || known.stale) this.#blindWrite(account, window);
    known.inFlight.add(write);
    this.#underWay.add(write);
  }

  answered(write: WriteOfJob, reading: QuotaReading | undefined, fastly: FastlyAccount): void {
    const { account, container } = write;
    const { window } = fastly;
    const known = this.#of(container, account);
    known.inFlight.delete(write);
    this.#underWay.delete(write);
    // Also when it was lost: who never gets headers must not go alone for ever.
    known.answered = true;
    const remaining = Number(reading?.remaining ?? Number.NaN);
    if (Number.isNaN(remaining)) {
      this.#abandon(write, window);
      // Such an answer says the same in whatever window it comes.
      if (known.window !== window) known.told = undefined;
      known.window = window;
      return;
    }
    // Its reset says of which window it speaks, not its start: the window may have begun while it was on its way.
    if (Number(reading?.reset) * SECOND_MS !== window + fastly.account.options.windowMs) return;
    if (known.window !== window) known.told = undefined;
    known.window = window;
    known.told = Math.min(known.told ?? remaining, remaining);
    // Fastly did not count yet what another process had on its way.
    known.stale = [...this.#underWay].some(
      (other) => other.account === account && other.container !== container,
    );
  }

  /** Fastly has counted this write already. */
  arrived(write: WriteOfJob, fastly: FastlyAccount, status: number, hasHeaders: boolean): void {
    const { account } = write;
    const abandonedIn = this.#abandoned.get(write);
    // Given up in an earlier window, it takes from this one, of which that window's excuse says nothing.
    if (abandonedIn !== undefined && abandonedIn !== fastly.window) this.#blindWrite(account, fastly.window);
    const { us, others } = fastly.used;
    const left = fastly.account.options.quotaPerHour - us - others;
    if (status === 429) this.#counts.add('429s');
    // Judged without any excuse by the reserve.
    if (this.#strict || others > 0 || !hasHeaders) return;
    const beyond = this.#reserve - left;
    const blind = this.#blind.get(`${account} ${fastly.window}`) ?? 0;
    if (beyond > blind)
      this.#violate(`${account}: ${beyond} writes beyond the reserve, and only ${blind} could not know`);
    if (status === 429 && blind < this.#reserve)
      this.#violate(`${account}: 429, although nobody else writes`);
  }

  /** The process is gone, and with it what it waited for. */
  forget(container: object): void {
    for (const { inFlight, window } of this.#knowledge.get(container)?.values() ?? [])
      for (const write of inFlight) this.#abandon(write, window);
    this.#knowledge.delete(container);
  }

  #abandon(write: WriteOfJob, window: number): void {
    this.#underWay.delete(write);
    this.#abandoned.set(write, window);
    this.#blindWrite(write.account, window);
  }

  #blindWrite(account: string, window: number): void {
    const key = `${account} ${window}`;
    this.#blind.set(key, (this.#blind.get(key) ?? 0) + 1);
  }

  #of(container: object, account: string): Knowledge {
    const accounts = this.#knowledge.get(container) ?? new Map<string, Knowledge>();
    this.#knowledge.set(container, accounts);
    const known = accounts.get(account) ?? {
      window: 0,
      told: undefined,
      answered: false,
      inFlight: new Set<WriteOfJob>(),
      stale: false,
    };
    accounts.set(account, known);
    return known;
  }
}
