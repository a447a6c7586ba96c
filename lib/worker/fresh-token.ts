/** Fastly's token for one account's part of a batch. */

import type { Failure, FastlyWriter } from '../ports/fastly.ts';
import type { WorkerPorts } from './ports.ts';

/** `fresh`: its token was read past the cache. */
export type Connection = { readonly fastly: FastlyWriter; readonly fresh: boolean };

/** What to say where no token is configured. */
export const NO_TOKEN: Failure = { kind: 'unauthorized', message: 'there is no token to work with' };

/**
 * Where tokens are kept they are also cached, so a token that was exchanged may be refused for some minutes. A refused
 * token is therefore read once more, past the cache, before anybody concludes that the account has no valid one.
 */
export class FreshToken {
  readonly #account: string;
  readonly #connect: WorkerPorts['connect'];
  #connection: Promise<Connection | undefined> | undefined;
  #refusedOnce = false;

  constructor(account: string, connect: WorkerPorts['connect']) {
    this.#account = account;
    this.#connect = connect;
  }

  /** All jobs share one connection. `undefined`: there is no token. Throws when that can't be told now. */
  async connect(): Promise<Connection | undefined> {
    this.#connection ??= this.#open(this.#refusedOnce);
    return await this.#connection;
  }

  /** Fastly refused this connection's token. True: `connect` again, with a token read anew. False: it was that one. */
  refuse({ fresh }: Connection): boolean {
    if (fresh) return false;
    // Jobs at work at the same time are all refused; the first of them has the token read again for all.
    if (!this.#refusedOnce) this.#connection = undefined;
    this.#refusedOnce = true;
    return true;
  }

  async #open(fresh: boolean): Promise<Connection | undefined> {
    const connected = await this.#connect(this.#account, { fresh });
    return 'problem' in connected ? undefined : { fastly: connected.fastly, fresh };
  }
}
