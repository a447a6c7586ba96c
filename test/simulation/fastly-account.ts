/** A Fastly account with a token that can change, outages, and people who can't be invited. */

import { type Email, type Invitation, type Member, normalizeEmail } from '../../lib/domain/invitation.ts';
import { type Account, createAccount, windowOf } from '../../local/simulator/account.ts';
import { type Controls, createControls } from '../../local/simulator/controls.ts';
import { isExpired, isListed } from '../../local/simulator/listing.ts';
import type { SimulatedInvitation } from '../../local/simulator/state.ts';
import type { Scheduler } from './scheduler.ts';
import type { Settings } from './settings.ts';

const HOUR_MS = 3_600_000;
/** Any other token is one of the account's own. */
export const STRANGERS_TOKEN = 0;
const SECOND_MS = 1000;

export class FastlyAccount {
  readonly name: string;
  readonly customerId: string;
  readonly account: Account;
  readonly controls: Controls;
  /** Which of its tokens is the valid one; undefined: none. */
  validToken: number | undefined = 1;
  /** What the parameter store holds, unless it holds the stranger's. */
  storedToken = 1;
  /** Whether the parameter store holds the stranger's token. */
  isSwapped = false;
  /** The account of another customer, whose token may be stored for this one. */
  stranger: FastlyAccount | undefined;
  readonly outages: { readonly from: number; readonly to: number; readonly reads: boolean }[] = [];
  /** Until when all reads fail, or answer as if somebody was changing the account. */
  spell: { readonly until: number; readonly moves: boolean } | undefined;
  /** When invitations expired before their time, by id. */
  readonly expiredAt = new Map<string, number>();
  /** Whom Fastly refuses, whatever is asked for them. */
  readonly unwelcome = new Set<Email>();
  readonly #scheduler: Scheduler;
  readonly #settings: Settings;

  constructor(name: string, scheduler: Scheduler, settings: Settings) {
    this.name = name;
    this.customerId = `customer-${name}`;
    this.#scheduler = scheduler;
    this.#settings = settings;
    this.account = createAccount({
      token: 'the-token',
      customerId: this.customerId,
      scopes: ['global'],
      quotaPerHour: settings.quotaPerHour,
      windowMs: HOUR_MS,
      behaviour: settings.behaviour,
      now: () => this.now,
      record: () => undefined,
    });
    this.controls = createControls(this.account);
  }

  /** Fastly's clock: milliseconds since 1970. */
  get now(): number {
    return this.#scheduler.now + this.#settings.clocks.fastly;
  }

  /** What the parameter store gives to somebody who asks for the token. */
  get token(): number {
    return this.isSwapped ? STRANGERS_TOKEN : this.storedToken;
  }

  /** The account that a token belongs to. */
  openedBy(token: number): FastlyAccount {
    return token === STRANGERS_TOKEN ? (this.stranger ?? this) : this;
  }

  /** The start of the quota window. */
  get window(): number {
    return windowOf(this.account.options);
  }

  /** Writes counted in this window. */
  get used(): { readonly us: number; readonly others: number } {
    return this.account.state.writes.get(this.window) ?? { us: 0, others: 0 };
  }

  isDown(what: 'read' | 'write'): boolean {
    const { now } = this;
    return this.outages.some(({ from, to, reads }) => from <= now && now < to && (reads || what === 'write'));
  }

  /** Somebody else's writes, refused like ours when nothing is left. Returns how many were done. */
  otherWrites(count: number): number {
    const { us, others } = this.used;
    const done = Math.max(0, Math.min(count, this.#settings.quotaPerHour - us - others));
    if (done > 0) this.controls.spendQuota(done);
    return done;
  }

  /** A write that Fastly counts, whatever it answers; one beyond the quota is not counted. */
  spend(): void {
    const { us, others } = this.used;
    if (us + others >= this.#settings.quotaPerHour) return;
    this.account.commit([{ type: 'spent', window: this.window, writes: 1, by: 'us' }]);
  }

  /** As `GET /invitations` lists it, in our words; with nothing expired that was not at `expiredAt`, in Fastly's time. */
  listInvitations(expiredAt: number = this.now): Invitation[] {
    const { behaviour } = this.#settings;
    return [...this.account.state.invitations.values()]
      .filter((invitation) => isListed(invitation, behaviour) && invitation.end !== 'deleted')
      .filter((one) => behaviour.expired === 'listed' || !isExpired(one, behaviour, expiredAt))
      .map((invitation) => this.#render(invitation, expiredAt));
  }

  listMembers(): Member[] {
    return this.controls
      .members()
      .map(({ login, role, roles }) => ({ email: normalizeEmail(login), role, roles }));
  }

  /** Open and not expired, as everybody but the list knows it. */
  liveInvitations(email: Email): SimulatedInvitation[] {
    const { behaviour } = this.#settings;
    return (this.account.state.idsByAddress.get(email) ?? [])
      .map((id) => this.account.state.invitations.get(id))
      .filter((invitation) => invitation !== undefined)
      .filter((one) => one.end === undefined && !isExpired(one, behaviour, this.now));
  }

  #render(invitation: SimulatedInvitation, now: number): Invitation {
    const { behaviour } = this.#settings;
    const { id, email, role, roles, limitServices, createdAt, end } = invitation;
    const over = end !== undefined || isExpired(invitation, behaviour, now);
    return {
      id,
      email: normalizeEmail(email),
      role,
      roles,
      limitServices,
      active: !over || behaviour.expiredStatusCode !== 0,
      createdAt: Math.floor(createdAt / SECOND_MS) * SECOND_MS,
    };
  }
}
