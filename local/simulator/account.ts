/**
 * A Fastly account that answers requests from its state: no sockets, no clock and no randomness of its own, so that
 * the HTTP server and the deterministic simulation use the same one.
 */

import { sha256 } from '../../lib/domain/digest.ts';
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

const SECOND_MS = 1000;

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

const tokenWorks = ({ state, options }: Account, headers: SimulatedRequest['headers']): boolean =>
  state.tokenValid &&
  headers['fastly-key'] === options.token &&
  (options.tokenExpiresAt === undefined || options.now() < options.tokenExpiresAt);

const CHANGES_LISTING: ReadonlySet<AccountEvent['type']> = new Set(['invited', 'ended', 'expired']);

export const createAccount = (given: AccountOptions): Account => {
  const options = { ...given, behaviour: { ...given.behaviour } };
  const state = createState();
  /** Sorting 100,000 invitations for each of 1,000 pages would be most of the work. */
  let sorted: SimulatedInvitation[] | undefined;

  const commit = (events: readonly AccountEvent[]): void => {
    options.record(events);
    for (const event of events) applyEvent(state, event);
    if (events.some(({ type }) => CHANGES_LISTING.has(type))) sorted = undefined;
  };

  const behave = (change: Partial<Behaviour>): void => {
    Object.assign(options.behaviour, change);
    sorted = undefined;
  };

  const listPage = (request: SimulatedRequest): SimulatedAnswer => {
    const { behaviour, customerId } = options;
    const { expired, listingLagMs } = behaviour;
    const now = options.now();
    sorted ??= inOrder(state.invitations.values(), behaviour).filter((invitation) =>
      isListed(invitation, behaviour),
    );
    const arrived =
      listingLagMs === 0 ? sorted : sorted.filter(({ createdAt }) => createdAt <= now - listingLagMs);
    const listed =
      expired === 'listed' ? arrived : arrived.filter((invitation) => !isExpired(invitation, behaviour, now));
    return pageAnswer(request, listed, { behaviour, customerId, now });
  };

  const read = (request: SimulatedRequest): SimulatedAnswer => {
    const { customerId, behaviour } = options;
    if (behaviour.limitsReads && usedWrites(account) >= options.quotaPerHour) return limited(account);
    if (request.path === '/invitations') return listPage(request);
    if (request.path === '/tokens/self') return answerToken(options);
    if (request.path === `/customer/${customerId}/users`)
      return usersAnswer(state.members.values(), { behaviour, customerId });
    return refusal(404, 'Record not found');
  };

  const handle = (request: SimulatedRequest): SimulatedAnswer => {
    const answer = !tokenWorks(account, request.headers)
      ? refusal(401, 'Provided credentials are missing or invalid')
      : request.method === 'GET'
        ? read(request)
        : handleWrite(account, request);
    const date = new Date(options.now()).toUTCString();
    return { ...answer, headers: { ...answer.headers, date, 'cache-control': 'no-store' } };
  };

  const account: Account = { options, state, handle, commit, behave };
  return account;
};
