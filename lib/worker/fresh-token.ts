/** Fastly's token for one account's part of a batch. */

import {
  clockProblem,
  type Failure,
  type FastlyResult,
  type FastlyWriter,
  type TokenInfo,
} from '../ports/fastly.ts';
import type { WorkerPorts } from './ports.ts';

/**
 * `fresh`: its token was read past the cache. `token`: what Fastly says of it, asked once, or that our clock is wrong.
 * `heardAt`: when it had said so, by our clock.
 */
export type Connection = {
  readonly fastly: FastlyWriter;
  readonly fresh: boolean;
  readonly token: FastlyResult<TokenInfo>;
  readonly heardAt: number;
};

/** What to say where no token is configured. */
export const NO_TOKEN: Failure = { kind: 'unauthorized', message: 'there is no token to work with' };

/**
 * Why nothing may be read or written over this connection for this customer of Fastly; undefined: it may. Somebody may
 * have put another account's token in place since the run was planned, and the run's plan is void there. Such a token is
 * as good as refused.
 */
export const tokenFailure = ({ token }: Connection, customerId: string): Failure | undefined => {
  if (!token.ok) return token.failure;
  if (token.value.customerId === customerId) return undefined;
  const message = `the token belongs to customer ${token.value.customerId}, but the run is for ${customerId}: put the right token in place`;
  return { kind: 'unauthorized', message };
};

/** When a mail was sent is told by our clock: with one that is days off nothing may be written. */
const checkClock = (token: FastlyResult<TokenInfo>, now: number): FastlyResult<TokenInfo> => {
  const message = token.ok ? clockProblem(token.value, now) : undefined;
  return message === undefined ? token : { ok: false, failure: { kind: 'unauthorized', message } };
};

/**
 * Where tokens are kept they are also cached, so a token that was exchanged may be refused for some minutes. A refused
 * token is therefore read once more, past the cache, before anybody concludes that the account has no valid one.
 */
export class FreshToken {
  readonly #account: string;
  readonly #ports: Pick<WorkerPorts, 'connect' | 'now'>;
  #connection: Promise<Connection | undefined> | undefined;
  #refusedOnce = false;

  constructor(account: string, ports: Pick<WorkerPorts, 'connect' | 'now'>) {
    this.#account = account;
    this.#ports = ports;
  }

  /** All jobs share one connection. `undefined`: there is no token. Throws when that can't be told now. */
  async connect(): Promise<Connection | undefined> {
    this.#connection ??= this.#open(this.#refusedOnce);
    return await this.#connection;
  }

  /** This connection's token was refused, or is another customer's. True: `connect` again, with a token read anew. False: it was that one. */
  refuse({ fresh }: Connection): boolean {
    if (fresh) return false;
    // Jobs at work at the same time are all refused; the first of them has the token read again for all.
    if (!this.#refusedOnce) this.#connection = undefined;
    this.#refusedOnce = true;
    return true;
  }

  /** By how many milliseconds Fastly's clock is ahead of ours, at least; undefined: its answer did not tell. */
  async clockAhead(): Promise<number | undefined> {
    const connection = await this.connect();
    const answeredAt = connection?.token.ok ? connection.token.value.answeredAt : undefined;
    return connection && answeredAt !== undefined ? answeredAt - connection.heardAt : undefined;
  }

  async #open(fresh: boolean): Promise<Connection | undefined> {
    const connected = await this.#ports.connect(this.#account, { fresh });
    if ('problem' in connected) return undefined;
    const { fastly } = connected;
    const token = await fastly.readToken();
    const heardAt = this.#ports.now();
    return { fastly, fresh, token: checkClock(token, heardAt), heardAt };
  }
}
