/** What other people and other tools do to an account meanwhile. */

import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { isExpired } from '../../local/simulator/listing.ts';
import type { SimulatedInvitation } from '../../local/simulator/state.ts';
import { openInvitations } from '../../local/simulator/writes.ts';
import type { FastlyAccount } from './fastly-account.ts';
import { ACCESSES, nameOf, person } from './people.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
/** Until a token that is right again is stored, and no process remembers another one. */
const TOKEN_SPREADS_MS = 12 * MINUTE_MS;
/** Sooner than after seven days, but not before a job that is on its way can be done. */
const MIN_EXPIRY_AGE_MS = 4 * 60 * MINUTE_MS;

export class Outsiders {
  readonly #world: World;
  readonly #fastly: FastlyAccount;

  constructor(world: World, fastly: FastlyAccount) {
    this.#world = world;
    this.#fastly = fastly;
  }

  /** How an account looks before we ever saw it. */
  settle(): void {
    const { random, settings } = this.#world;
    for (let index = 0; index < settings.people; index += 1) {
      const email = random.chance(0.2) ? person(index).toUpperCase() : person(index);
      const { role, roles, limitServices, services } = random.pick(ACCESSES);
      const access = { role, ...(roles !== undefined && { roles }), limitServices };
      if (random.chance(0.15)) this.#fastly.controls.seed({ members: [{ login: email, ...access }] });
      else if (random.chance(0.25)) {
        // Of very many, one would expire in every hour of the calm at the end.
        const oldestMinutes = settings.people > 100 ? 60 : 9 * 24 * 60;
        // Long enough ago for the list to show it, however late it is.
        const createdAt = this.#fastly.now - random.between(1, oldestMinutes) * MINUTE_MS;
        this.#fastly.controls.seed({ invitations: [{ email, ...access, services, createdAt }] });
      }
      if (random.chance(0.02)) this.#fastly.unwelcome.add(person(index));
    }
  }

  accept(): void {
    const invitation = this.#someLive();
    if (invitation === undefined) return;
    this.#fastly.controls.accept(invitation.email);
    this.#did('accepts', invitation.email, invitation.id);
  }

  cancel(): void {
    const invitation = this.#someLive();
    if (invitation === undefined) return;
    this.#fastly.controls.removeInvitation(invitation.email);
    this.#did('is cancelled by somebody', invitation.email, invitation.id);
  }

  expire(): void {
    const { behaviour } = this.#world.settings;
    const invitation = this.#someLive();
    // An expiry that nobody can see would be a lie of the simulation.
    if (invitation === undefined || (behaviour.expired === 'listed' && behaviour.expiredStatusCode !== 0))
      return;
    if (this.#fastly.now - invitation.createdAt < MIN_EXPIRY_AGE_MS) return;
    this.#fastly.controls.expire(invitation.email);
    this.#fastly.expiredAt.set(invitation.id, this.#fastly.now);
    // What is not listed any more is no trace of its mail: too late for a run that was not counted until now.
    if (behaviour.expired === 'hidden')
      this.#world.witness.mails.blur(this.#fastly.name, normalizeEmail(invitation.email));
    this.#world.counts.add('expiries');
    this.#world.note(() => `${this.#fastly.name}: ${nameOf(invitation.email)} expires`);
  }

  invite(): void {
    const { random, settings } = this.#world;
    const email = person(random.between(0, settings.people - 1));
    if (this.#fastly.account.state.members.has(email)) return;
    const { role, roles, limitServices, services } = random.pick(ACCESSES);
    this.#fastly.controls.seed({
      invitations: [{ email, role, ...(roles !== undefined && { roles }), limitServices, services }],
    });
    this.#did('is invited by somebody', email);
  }

  /** Between two pages, which moves people from one page to another. */
  actBetweenPages(): void {
    const { random } = this.#world;
    const happens = random.next();
    // One leaves, or one comes, or both: then there are as many as before.
    if (happens < 0.75) random.pick([() => this.accept(), () => this.cancel()])();
    if (happens > 0.25) this.invite();
  }

  /** The stored token is one of another customer, until somebody puts it right. */
  swapToken(): void {
    const { random, scheduler, counts, witness } = this.#world;
    const fastly = this.#fastly;
    // Before the first run there is no telling whose token is the right one.
    if (fastly.isSwapped || witness.book.pointers.get(fastly.name) === undefined) return;
    fastly.isSwapped = true;
    witness.contract.triggers.trouble(fastly.name, 'customer');
    counts.add('swapped tokens');
    this.#world.note(() => `${fastly.name}: the token is one of another customer`);
    scheduler.after(random.between(1, 180) * MINUTE_MS, () => {
      fastly.isSwapped = false;
      witness.contract.triggers.over(fastly.name, 'customer', scheduler.now + TOKEN_SPREADS_MS);
      this.#world.note(() => `${fastly.name}: the token is the right one again`);
    });
  }

  /** From now on Fastly tells the quota otherwise. */
  changeHeaders(): void {
    const { random, counts } = this.#world;
    const quotaHeaders = random.pick([true, false, 'some'] as const);
    this.#fastly.controls.behave({ quotaHeaders });
    counts.add('changes of quota headers');
    this.#world.note(() => `${this.#fastly.name}: quota headers ${quotaHeaders}`);
  }

  /** The token stops working; later it works again, or there is a new one. */
  revoke(): void {
    const { random, scheduler, counts, note } = this.#world;
    const fastly = this.#fastly;
    const token = fastly.validToken;
    if (token === undefined) return;
    fastly.validToken = undefined;
    counts.add('revocations');
    const { triggers } = this.#world.witness.contract;
    triggers.trouble(fastly.name, 'token');
    note.call(this.#world, () => `${fastly.name}: the token is revoked`);
    scheduler.after(random.between(1, 180) * MINUTE_MS, () => {
      if (fastly.validToken === undefined) this.restoreToken();
    });
  }

  restoreToken(): void {
    const { random, scheduler } = this.#world;
    const { triggers } = this.#world.witness.contract;
    const fastly = this.#fastly;
    fastly.validToken = random.chance(0.5) ? fastly.storedToken : fastly.storedToken + 1;
    const stored = fastly.validToken;
    scheduler.after(random.between(0, 5 * MINUTE_MS), () => {
      if (this.#world.isCalm) return;
      fastly.storedToken = stored;
      // It was exchanged once more meanwhile: somebody stores the older one over the one that works.
      if (fastly.validToken !== stored) triggers.trouble(fastly.name, 'token');
    });
    triggers.over(fastly.name, 'token', scheduler.now + TOKEN_SPREADS_MS);
    this.#world.note(() => `${fastly.name}: the token is good again`);
  }

  outage(): void {
    const { random, scheduler, counts } = this.#world;
    const from = scheduler.now;
    const to = from + random.between(1, 240) * MINUTE_MS;
    this.#fastly.outages.push({ from, to, reads: random.chance(0.5) });
    counts.add('outages');
  }

  useQuota(writes: number): void {
    const { counts } = this.#world;
    const done = this.#fastly.otherWrites(writes);
    counts.add("others' writes", done);
    counts.add("others' writes refused", writes - done);
  }

  #someLive(): SimulatedInvitation | undefined {
    const { settings, random } = this.#world;
    const { state } = this.#fastly.account;
    const live = this.#fastly.controls
      .invitations()
      .filter((invitation) => !isExpired(invitation, settings.behaviour, this.#fastly.now));
    // The controls take the one of an address that was made last: only then it is the one that was picked.
    const newest = live.filter(({ id, email }) => openInvitations(state, email).at(-1)?.id === id);
    return newest.length === 0 ? undefined : random.pick(newest);
  }

  /** `id`: of the invitation that is over. */
  #did(what: string, email: string, id?: string): void {
    const { witness, counts } = this.#world;
    counts.add(`people: ${what}`);
    this.#world.note(() => `${this.#fastly.name}: ${nameOf(email)} ${what}`);
    witness.outsiderActed(this.#fastly.name, normalizeEmail(email), id);
  }
}
