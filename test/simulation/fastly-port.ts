/** Fastly as one invocation sees it: answers as the HTTP client gives them, late, lost, or about something else. */

import type { Access, Email } from '../../lib/domain/invitation.ts';
import type { QuotaReading } from '../../lib/domain/quota.ts';
import { encodeInvitation } from '../../lib/fastly/json-api.ts';
import type {
  Failure,
  FailureKind,
  FastlyReader,
  FastlyResult,
  FastlyWriter,
} from '../../lib/ports/fastly.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../../local/simulator/answers.ts';
import type { FastlyAccount } from './fastly-account.ts';
import type { Exchange, Invocation } from './invocation.ts';
import { duration, travel } from './latency.ts';
import type { Random } from './random.ts';
import type { Strikes } from './settings.ts';

/** As deployed. */
export const REQUEST_TIMEOUT_MS = 10_000;
const TYPICAL_READ_MS = 300;
const TYPICAL_WRITE_MS = 250;
const HOW_LATE_MS = 5 * 60_000;

export type Write =
  | {
      readonly method: 'POST';
      readonly customerId: string;
      readonly email: Email;
      readonly access: Access;
    }
  | { readonly method: 'DELETE'; readonly id: string };

/** Follows one write from its start to its end. */
export type WriteWatch = {
  /** `late`: after the caller had given up. */
  tookEffect(answer: SimulatedAnswer, late: boolean): void;
  answered(reading: QuotaReading | undefined): void;
};

export type FastlyDeps = {
  readonly fastly: FastlyAccount;
  readonly token: number;
  readonly invocation: Invocation;
  readonly random: Random;
  readonly strikes: Strikes;
  /** Told when a planner begins to look at the account. */
  readonly approached: () => void;
  /** Told of listings that came back whole, when they were true. */
  readonly listed: () => void;
};

const failure = (kind: FailureKind, message: string, status?: number): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind, message: `simulated: ${message}`, ...(status !== undefined && { status }) },
});

const read = <T>(deps: FastlyDeps, value: () => T): Promise<FastlyResult<T>> => {
  const { fastly, token, invocation, random, strikes } = deps;
  const slow = strikes('fastlySlow');
  const answerAfterMs = slow ? random.between(1000, 9000) : duration(random, TYPICAL_READ_MS);
  return invocation.exchange<FastlyResult<T>>({
    ...travel(random, answerAfterMs),
    effect: () => {
      if (fastly.isDown('read')) return failure('unavailable', '503', 503);
      const refused = fastly.refuses(token);
      if (refused !== undefined) return { ok: false, failure: refused };
      if (fastly.limitsReads) return failure('rate_limited', '429', 429);
      if (strikes('fastlyReadFails'))
        return random.chance(0.5) ? failure('unavailable', '502', 502) : failure('incomplete', 'not whole');
      return { ok: true, value: value() };
    },
  });
};

export const readerFor = (deps: FastlyDeps): FastlyReader => {
  const { fastly } = deps;
  return {
    readToken: () =>
      read(deps, () => {
        deps.approached();
        return { customerId: fastly.customerId, scopes: ['global'], expiresAt: undefined };
      }),
    listInvitations: () =>
      read(deps, () => {
        deps.listed();
        return fastly.listInvitations();
      }),
    listMembers: () => read(deps, () => fastly.listMembers()),
  };
};

const requestOf = (fastly: FastlyAccount, write: Write): SimulatedRequest => ({
  method: write.method,
  path: write.method === 'POST' ? '/invitations' : `/invitations/${write.id}`,
  query: new URLSearchParams(),
  headers: { 'fastly-key': fastly.account.options.token },
  body: write.method === 'POST' ? encodeInvitation(write.customerId, write.email, write.access) : '',
});

const KINDS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'gone',
  429: 'rate_limited',
  500: 'unavailable',
  503: 'unavailable',
};

const readingOf = ({ headers }: SimulatedAnswer): QuotaReading => ({
  remaining: headers['fastly-ratelimit-remaining'],
  reset: headers['fastly-ratelimit-reset'],
  date: headers.date,
});

const refusal = (status: number, fastly: FastlyAccount): SimulatedAnswer => ({
  status,
  headers: { date: new Date(fastly.account.options.now()).toUTCString() },
  body: '{}',
});

/** What Fastly does with a write that arrives. */
const carryOut = ({ fastly, token, random, strikes }: FastlyDeps, write: Write): SimulatedAnswer => {
  if (fastly.isDown('write')) return refusal(503, fastly);
  if (token !== fastly.validToken) return refusal(401, fastly);
  if (strikes('writeFails')) {
    if (random.chance(0.5)) fastly.account.commit([spent(fastly)]);
    return refusal(503, fastly);
  }
  if (strikes('writeRefused') || (write.method === 'POST' && fastly.unwelcome.has(write.email))) {
    fastly.account.commit([spent(fastly)]);
    return refusal(random.pick([403, 422]), fastly);
  }
  return fastly.account.handle(requestOf(fastly, write));
};

const spent = (fastly: FastlyAccount) =>
  ({ type: 'spent', window: fastly.window, writes: 1, by: 'us' }) as const;

type Fate = {
  readonly effectAfterMs: number | undefined;
  readonly answerAfterMs: number;
  readonly answerIsLost: boolean;
};

const fateOf = ({ random, strikes }: FastlyDeps): Fate => {
  if (strikes('writeTimesOut')) {
    const arrives = random.chance(0.7);
    const effectAfterMs = arrives ? random.between(1, REQUEST_TIMEOUT_MS) : undefined;
    return { effectAfterMs, answerAfterMs: REQUEST_TIMEOUT_MS, answerIsLost: true };
  }
  if (strikes('writeTooLate')) {
    const effectAfterMs = REQUEST_TIMEOUT_MS + random.between(1, HOW_LATE_MS);
    return { effectAfterMs, answerAfterMs: REQUEST_TIMEOUT_MS, answerIsLost: true };
  }
  const slow = strikes('fastlySlow');
  const trip = travel(random, slow ? random.between(1000, 9500) : duration(random, TYPICAL_WRITE_MS));
  return { ...trip, answerIsLost: strikes('writeFailsAfterEffect') };
};

const send = async <T>(
  deps: FastlyDeps,
  write: Write,
  watch: WriteWatch,
  toValue: (body: string) => T,
): Promise<FastlyResult<T>> => {
  const fate = fateOf(deps);
  const exchange: Exchange<SimulatedAnswer | undefined> = {
    effectAfterMs: fate.effectAfterMs,
    answerAfterMs: fate.answerAfterMs,
    effect: () => {
      const answer = carryOut(deps, write);
      watch.tookEffect(answer, (fate.effectAfterMs ?? 0) > REQUEST_TIMEOUT_MS);
      return answer;
    },
    ...(fate.answerIsLost && { instead: () => undefined }),
  };
  const answer = await deps.invocation.exchange(exchange);
  const quota = answer && readingOf(answer);
  watch.answered(quota);
  if (answer === undefined || quota === undefined) return failure('unavailable', 'the answer was lost');
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { ok: true, value: toValue(body), quota };
  return { ...failure(KINDS[status] ?? 'rejected', `${status}`, status), quota };
};

/** `watch` is told of a write when it starts. */
export const writerFor = (deps: FastlyDeps, watch: (write: Write) => WriteWatch): FastlyWriter => {
  const { listInvitations, listMembers } = readerFor(deps);
  const start = <T>(write: Write, toValue: (body: string) => T): Promise<FastlyResult<T>> =>
    send(deps, write, watch(write), toValue);
  return {
    listInvitations,
    listMembers,
    createInvitation: (customerId, email, access) =>
      start({ method: 'POST', customerId, email, access }, () => ({ id: undefined })),
    deleteInvitation: (id) => start({ method: 'DELETE', id }, () => undefined),
  };
};
