/** A simulated Fastly account behind a real HTTP server on this machine. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOUR_MS, SECOND_MS } from '../../lib/domain/time.ts';
import { type Account, type AccountOptions, createAccount } from './account.ts';
import type { SimulatedAnswer, SimulatedRequest } from './answers.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from './behaviour.ts';
import { createControls } from './controls.ts';
import { type Journal, openJournal } from './journal.ts';
import { type AccountEvent, applyEvent } from './state.ts';

/** Defaults are those of an account that nobody has used yet: 1000 writes per hour, a token `simulated-token` with all rights. */
type SimulatorOptions = Partial<
  Pick<AccountOptions, 'token' | 'customerId' | 'scopes' | 'tokenExpiresAt' | 'quotaPerHour' | 'now'>
> & {
  /** Default 0: any free one */
  readonly port?: number;
  /** How long an "hour" is. Default 3600; shorter ones are for tests and demonstrations. */
  readonly windowSeconds?: number;
  /** Where every change is kept before it is answered. Without it the account ends with the process. */
  readonly journalPath?: string;
  readonly behaviour?: Partial<Behaviour>;
  /** Added before every answer. Default 0 */
  readonly delayMs?: number;
  /** Before a write takes effect, whether or not its caller still waits. Default 0 */
  readonly writeDelayMs?: number;
  /** Called when a request arrives. What it returns answers in the account's place: so tests make something go wrong. */
  readonly intercept?: (request: SimulatedRequest, url: string) => Interception | undefined;
};

/** `carryOut` does what the account would, and returns what it would answer. */
type Interception = (response: ServerResponse, carryOut: () => SimulatedAnswer) => Promise<void>;

const HOST = '127.0.0.1';

type AccountJournal = Journal<readonly AccountEvent[]>;

const requestOf = (message: IncomingMessage, body: string): SimulatedRequest => {
  const { pathname, searchParams } = new URL(message.url ?? '/', `http://${HOST}`);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  return { method: message.method ?? 'GET', path: pathname, query: searchParams, headers, body };
};

export const send = (response: ServerResponse, { status, headers, body }: SimulatedAnswer): void => {
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
};

type Wiring = Pick<SimulatorOptions, 'delayMs' | 'writeDelayMs' | 'intercept'> & {
  readonly account: Account;
};

const respond = async (
  { account, delayMs = 0, writeDelayMs = 0, intercept }: Wiring,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const request = requestOf(message, await text(message));
  const answerOtherwise = intercept?.(request, message.url ?? '/');
  if (request.method !== 'GET' && writeDelayMs > 0) await sleep(writeDelayMs);
  const carryOut = (): SimulatedAnswer => account.handle(request);
  if (answerOtherwise !== undefined) return await answerOtherwise(response, carryOut);
  const answer = carryOut();
  if (delayMs > 0) await sleep(delayMs);
  send(response, answer);
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const problem = inUse ? 'is in use: choose another one, or 0 for any' : `can't be used (${cause.code})`;
      reject(new Error(`Port ${port} on ${HOST} ${problem}`, { cause }));
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });

const accountWith = (options: SimulatorOptions, journal: AccountJournal | undefined): Account => {
  const account = createAccount({
    token: options.token ?? 'simulated-token',
    customerId: options.customerId ?? 'simulatedCustomer00001',
    scopes: options.scopes ?? ['global'],
    tokenExpiresAt: options.tokenExpiresAt,
    quotaPerHour: options.quotaPerHour ?? 1000,
    windowMs: options.windowSeconds === undefined ? HOUR_MS : options.windowSeconds * SECOND_MS,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
    now: options.now ?? Date.now,
    record: (events) => journal?.append(events),
  });
  for (const event of journal?.replayed.flat() ?? []) applyEvent(account.state, event);
  return account;
};

const serverOf = (wiring: Wiring): Server =>
  createServer((message, response) => {
    respond(wiring, message, response).catch((error: unknown) => {
      // A client that went away in the middle of its request, an address that can't be read, or a full disk.
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ msg: error instanceof Error ? error.message : String(error) }));
    });
  });

/** Rejects with one clear sentence when the port can't be had or the journal can't be read. */
export const startSimulator = async (options: SimulatorOptions = {}) => {
  const { journalPath } = options;
  const journal = journalPath === undefined ? undefined : openJournal<readonly AccountEvent[]>(journalPath);
  const account = accountWith(options, journal);
  const server = serverOf({ ...options, account });
  const port = await listen(server, options.port ?? 0).catch((error) => {
    journal?.close();
    throw error;
  });
  return {
    ...createControls(account),
    url: `http://${HOST}:${port}`,
    token: account.options.token,
    customerId: account.options.customerId,
    /** Nothing was replayed from a journal: this is the moment to seed. */
    isNew: journal === undefined || journal.replayed.length === 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          journal?.close();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;
