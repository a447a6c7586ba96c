/**
 * A Fastly account that answers requests from its state: no sockets, no clock and no randomness of its own, so that
 * the HTTP server and the deterministic simulation use the same one.
 */

import { sha256 } from '../../lib/domain/digest.ts';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { json, refusal, type SimulatedAnswer, type SimulatedRequest, timestamp } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { inOrder, isExpired, isListed, pageAnswer, usersAnswer } from './listing.ts';
import {
  type AccountEvent,
  type AccountState,
  applyEvent,
  createState,
  type SimulatedInvitation,
} from './state.ts';
import { answerWrite } from './writes.ts';

export type AccountOptions = {
  readonly token: string;
  readonly customerId: string;
  /** Of the token, for example `global` or `global:read`. */
  readonly scopes: readonly string[];
  /** When the token expires; undefined: never. */
  readonly tokenExpiresAt?: number | undefined;
  readonly quotaPerHour: number;
  /** 3,600,000 at Fastly. Windows begin at multiples of it. */
  readonly windowMs: number;
  readonly behaviour: Behaviour;
  /** Milliseconds since 1970 */
  readonly now: () => number;
  /** Told of every change before it happens, all events of one request at once. */
  readonly record: (events: readonly AccountEvent[]) => void;
};

export type Account = {
  readonly options: AccountOptions;
  readonly state: AccountState;
  /** Invitations in the order of the list, also those that only a listing that is late, or hides expired ones, leaves out. */
  listed(): readonly SimulatedInvitation[];
  handle(request: SimulatedRequest): SimulatedAnswer;
  /** Records the events, then makes them true. */
  commit(events: readonly AccountEvent[]): void;
  /** Fastly behaves otherwise from now on. */
  behave(change: Partial<Behaviour>): void;
};

export const windowOf = ({ windowMs, now }: AccountOptions): number =>
  Math.floor(now() / windowMs) * windowMs;

const answerToken = ({ token, customerId, scopes, tokenExpiresAt }: AccountOptions): SimulatedAnswer =>
  json({
    id: sha256([token]).slice(0, 22),
    customer_id: customerId,
    name: 'simulated token',
    expires_at: tokenExpiresAt === undefined ? null : timestamp(tokenExpiresAt),
    scopes,
    scope: scopes.join(' '),
    services: [],
  });

const RATE_LIMITED =
  'You have exceeded your hourly rate limit. Please contact support@fastly.com if you think this is a mistake.';

const usedWrites = ({ state, options }: Account): number => {
  const writes = state.writes.get(windowOf(options));
  return writes === undefined ? 0 : writes.us + writes.others;
};

const resetSeconds = (options: AccountOptions): number =>
  Math.ceil((windowOf(options) + options.windowMs) / SECOND_MS);

/** Of five answers in a row two tell it: which ones depends on the size of the quota, so that the first of a window may be without. */
const isTold = ({ quotaHeaders }: Behaviour, remaining: number): boolean =>
  quotaHeaders === 'some' ? (remaining * 7) % 5 < 2 : quotaHeaders;

const shownReset = (options: AccountOptions): number => {
  const reset = resetSeconds(options);
  const window = options.windowMs / SECOND_MS;
  const shown = { true: reset, past: reset - 2 * window, far_future: reset + 1000 * window };
  const { quotaReset } = options.behaviour;
  return quotaReset === 'milliseconds' ? reset * SECOND_MS : shown[quotaReset];
};

const quotaHeaders = ({ options }: Account, remaining: number): Record<string, string> => {
  const { behaviour } = options;
  if (!isTold(behaviour, remaining)) return {};
  // What a client sees of two headers of one name.
  const shown = (value: number): string =>
    behaviour.repeatedQuotaHeaders ? `${value}, ${value}` : `${value}`;
  return {
    'fastly-ratelimit-remaining': shown(remaining),
    'fastly-ratelimit-reset': shown(shownReset(options)),
  };
};

const limited = (account: Account): SimulatedAnswer => {
  const { options } = account;
  account.commit([{ type: 'limited' }]);
  const { status, headers, body } = refusal(429, RATE_LIMITED);
  const seconds = resetSeconds(options) - Math.floor(options.now() / SECOND_MS);
  return {
    status,
    headers: {
      ...headers,
      ...quotaHeaders(account, 0),
      ...(options.behaviour.retryAfter && { 'retry-after': String(seconds) }),
    },
    body,
  };
};

/** Every write is counted, also one that is refused; only one that is limited is not. */
const handleWrite = (account: Account, request: SimulatedRequest): SimulatedAnswer => {
  const used = usedWrites(account);
  const { quotaPerHour } = account.options;
  if (used >= quotaPerHour) return limited(account);
  const { answer, events = [] } = answerWrite(account, request);
  account.commit([{ type: 'spent', window: windowOf(account.options), writes: 1, by: 'us' }, ...events]);
  return { ...answer, headers: { ...answer.headers, ...quotaHeaders(account, quotaPerHour - used - 1) } };
};

/** What the list shows just now. */
const listNow = (account: Account): readonly SimulatedInvitation[] => {
  const { behaviour, now } = account.options;
  const { expired, listingLagMs } = behaviour;
  const listed = account.listed();
  const arrived =
    listingLagMs === 0 ? listed : listed.filter(({ createdAt }) => createdAt <= now() - listingLagMs);
  if (expired === 'listed') return arrived;
  return arrived.filter((invitation) => !isExpired(invitation, behaviour, now()));
};

const handleRead = (account: Account, request: SimulatedRequest): SimulatedAnswer => {
  const { state, options } = account;
  const { customerId, behaviour } = options;
  if (behaviour.limitsReads && usedWrites(account) >= options.quotaPerHour) return limited(account);
  switch (request.path) {
    case '/invitations':
      return pageAnswer(request, listNow(account), { behaviour, customerId, now: options.now() });
    case '/tokens/self':
      return answerToken(options);
    case `/customer/${customerId}/users`:
      return usersAnswer(state.members.values(), { behaviour, customerId });
    default:
      return refusal(404, 'Record not found');
  }
};

const tokenWorks = ({ state, options }: Account, headers: SimulatedRequest['headers']): boolean =>
  state.tokenValid &&
  headers['fastly-key'] === options.token &&
  (options.tokenExpiresAt === undefined || options.now() < options.tokenExpiresAt);

const handle = (account: Account, request: SimulatedRequest): SimulatedAnswer => {
  const answer = !tokenWorks(account, request.headers)
    ? refusal(401, 'Provided credentials are missing or invalid')
    : request.method === 'GET'
      ? handleRead(account, request)
      : handleWrite(account, request);
  const date = new Date(account.options.now()).toUTCString();
  return { ...answer, headers: { ...answer.headers, date, 'cache-control': 'no-store' } };
};

const CHANGES_LISTING: ReadonlySet<AccountEvent['type']> = new Set(['invited', 'ended', 'expired']);

export const createAccount = (given: AccountOptions): Account => {
  const options = { ...given, behaviour: { ...given.behaviour } };
  const state = createState();
  /** Sorting 100,000 invitations for each of 1,000 pages would be most of the work. */
  let sorted: readonly SimulatedInvitation[] | undefined;
  const account: Account = {
    options,
    state,
    listed: () => {
      sorted ??= inOrder(state.invitations.values(), options.behaviour).filter((invitation) =>
        isListed(invitation, options.behaviour),
      );
      return sorted;
    },
    handle: (request) => handle(account, request),
    commit: (events) => {
      options.record(events);
      for (const event of events) applyEvent(state, event);
      if (events.some(({ type }) => CHANGES_LISTING.has(type))) sorted = undefined;
    },
    behave: (change) => {
      Object.assign(options.behaviour, change);
      sorted = undefined;
    },
  };
  return account;
};
