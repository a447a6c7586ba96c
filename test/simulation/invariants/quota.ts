/**
 * The reserve belongs to others. While nobody else writes, never less than it is left, whatever Fastly tells or does not
 * tell; no write starts that Fastly's own numbers forbid; and who knows nothing lets the first write go alone.
 */

import type { QuotaReading } from '../../../lib/domain/quota.ts';
import type { Counts } from '../counts.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import type { Invocation } from '../invocation.ts';
import type { Settings } from '../settings.ts';
import type { Violate, WriteOfJob } from './book.ts';

/** What one invocation was told of one account. */
type Knowledge = {
  window: number;
  /** The least that Fastly said to be left in that window. */
  told: number | undefined;
  readonly inFlight: Set<WriteOfJob>;
};

/** `state/<account>/quota.json` */
type KeptQuota = { readonly remaining?: number; readonly windowEndsAt: string };

/** So long a job may go on with what it was granted before. */
const LONGEST_JOB_MS = 60_000;
/** What was known for a minute when a job was granted its writes, and so long ago when it makes them. */
const STALE_MS = 60_000 + LONGEST_JOB_MS;
const SECOND_MS = 1000;

const windowOf = ({ name, window }: FastlyAccount): string => `${name} ${window}`;

export class QuotaWatch {
  readonly #violate: Violate;
  readonly #counts: Counts;
  readonly #reserve: number;
  readonly #knowledge = new WeakMap<Invocation, Map<string, Knowledge>>();
  /** Since when it is kept that nothing is left, by account and window. */
  readonly #keptClosed = new Map<string, number>();
  /** When a write was last answered, by account and window. */
  readonly #answeredAt = new Map<string, number>();
  /** The window in which each write started. */
  readonly #startedIn = new WeakMap<WriteOfJob, string>();
  /** Writes by account and window that nobody could reckon with. */
  readonly #beyondReckoning = new Map<string, number>();
  /** Windows of which people removed what was known. */
  readonly #forgotten = new Set<string>();

  constructor(violate: Violate, counts: Counts, { rules }: Settings) {
    this.#violate = violate;
    this.#counts = counts;
    this.#reserve = rules.RATE_LIMIT_RESERVE;
  }

  started(write: WriteOfJob, fastly: FastlyAccount): void {
    const { account, invocation } = write;
    const known = this.#of(invocation, account);
    const { window, now } = fastly;
    if (this.#isKeptClosedFor(invocation, fastly))
      this.#violate(`${account}: a write starts, and it is kept that none is left`);
    if (known.window === window && known.told !== undefined && known.told <= this.#reserve)
      this.#violate(`${account}: a write starts with ${known.told} left and a reserve of ${this.#reserve}`);
    const isKnown = now - (this.#answeredAt.get(windowOf(fastly)) ?? 0) <= STALE_MS;
    // A job that spans two windows goes on with what it was granted in the first.
    if (!isKnown && known.inFlight.size > 0 && now - window > LONGEST_JOB_MS)
      this.#violate(`${account}: the first write does not go alone`);
    known.inFlight.add(write);
    this.#startedIn.set(write, windowOf(fastly));
  }

  /** `reading`: what the caller was told; undefined: nothing. */
  answered(write: WriteOfJob, reading: QuotaReading | undefined, fastly: FastlyAccount): void {
    const { account, invocation } = write;
    const { window } = fastly;
    const known = this.#of(invocation, account);
    known.inFlight.delete(write);
    this.#answeredAt.set(windowOf(fastly), fastly.now);
    const remaining = Number(reading?.remaining ?? Number.NaN);
    // Its reset says of which window it speaks, not its start: the window may have begun while it was on its way.
    if (
      Number.isNaN(remaining) ||
      Number(reading?.reset) * SECOND_MS !== window + fastly.account.options.windowMs
    )
      return;
    known.told = known.window === window ? Math.min(known.told ?? remaining, remaining) : remaining;
    known.window = window;
  }

  /** Fastly has counted this write already, unless it answered 429. `late`: its caller had given up waiting. */
  arrived(write: WriteOfJob, fastly: FastlyAccount, status: number, late: boolean): void {
    const key = windowOf(fastly);
    if (status === 429) this.#counts.add('429s');
    // Who gave up waiting is never told in which hour the write counts; who died can't count it in the next one.
    if (late || (!write.invocation.alive && this.#startedIn.get(write) !== key))
      this.#beyondReckoning.set(key, (this.#beyondReckoning.get(key) ?? 0) + 1);
    const { us, others } = fastly.used;
    if (others > 0 || this.#forgotten.has(key)) return;
    const left = fastly.account.options.quotaPerHour - us;
    const allowed = this.#reserve - (this.#beyondReckoning.get(key) ?? 0);
    if (left < Math.max(0, allowed) || (status === 429 && allowed > 0))
      this.#violate(
        `${write.account}: ${left} writes are left of a reserve of ${this.#reserve}, and nobody else writes`,
      );
  }

  /** What is known was stored, at a true time. Only who took from it before may give something back. */
  kept(by: Invocation, fastly: FastlyAccount, { remaining, windowEndsAt }: KeptQuota, at: number): void {
    if (this.#isKeptClosedFor(by, fastly)) return;
    const isThisWindow = Date.parse(windowEndsAt) === fastly.window + fastly.account.options.windowMs;
    if (isThisWindow && remaining !== undefined && remaining <= this.#reserve)
      this.#keptClosed.set(windowOf(fastly), at);
    else this.#keptClosed.delete(windowOf(fastly));
  }

  #isKeptClosedFor({ startedAt }: Invocation, fastly: FastlyAccount): boolean {
    return (this.#keptClosed.get(windowOf(fastly)) ?? Number.POSITIVE_INFINITY) < startedAt;
  }

  /** People removed the count with the rest of the state. */
  forgotten(fastly: FastlyAccount): void {
    this.#forgotten.add(windowOf(fastly));
    this.#keptClosed.delete(windowOf(fastly));
  }

  #of(invocation: Invocation, account: string): Knowledge {
    const accounts = this.#knowledge.get(invocation) ?? new Map<string, Knowledge>();
    this.#knowledge.set(invocation, accounts);
    const known = accounts.get(account) ?? { window: 0, told: undefined, inFlight: new Set<WriteOfJob>() };
    accounts.set(account, known);
    return known;
  }
}
