/** What Fastly lists for the account, read once for many jobs. */

import type { Email, Invitation, Member } from '../domain/invitation.ts';
import { type FastlyResult, type FastlyState, readFastlyState } from '../ports/fastly.ts';
import { type FreshToken, NO_TOKEN, tokenFailure } from './fresh-token.ts';

/** Invitations and members by address. */
export type Listed = {
  readonly invitations: ReadonlyMap<Email, readonly Invitation[]>;
  readonly members: ReadonlyMap<Email, Member>;
  /** Of whom the readings of Fastly's list disagree. */
  readonly moving: ReadonlySet<Email>;
};

const byAddress = ({ invitations, members, moving }: FastlyState): Listed => ({
  invitations: Map.groupBy(invitations, ({ email }) => email),
  members: new Map(members.map((member) => [member.email, member])),
  moving: new Set(moving),
});

export class Listing {
  readonly #token: FreshToken;
  readonly #customerId: () => string;
  readonly #now: () => number;
  #latest: { readonly startedAt: number; readonly listed: Promise<FastlyResult<Listed>> } | undefined;

  constructor(token: FreshToken, customerId: () => string, now: () => number) {
    this.#token = token;
    this.#customerId = customerId;
    this.#now = now;
  }

  /** As read at any time in this invocation: enough for jobs that ask what earlier invocations did. */
  any(): Promise<FastlyResult<Listed>> {
    return this.after(Number.NEGATIVE_INFINITY);
  }

  /** A reading that began later than `time`, in milliseconds since 1970. Throws when the token can't be read now. */
  async after(time: number): Promise<FastlyResult<Listed>> {
    if (this.#latest === undefined || this.#latest.startedAt <= time)
      this.#latest = { startedAt: this.#now(), listed: this.#read() };
    return await this.#latest.listed;
  }

  async #read(): Promise<FastlyResult<Listed>> {
    for (;;) {
      const connection = await this.#token.connect();
      if (connection === undefined) return { ok: false, failure: NO_TOKEN };
      const customerId = this.#customerId();
      const failure = tokenFailure(connection, customerId);
      const state = failure
        ? { ok: false as const, failure }
        : await readFastlyState(connection.fastly, customerId);
      if (state.ok) return { ok: true, value: byAddress(state.value) };
      if (state.failure.kind !== 'unauthorized' || !this.#token.refuse(connection)) return state;
    }
  }
}
