/** The way to Fastly and back, as one invocation goes it: answers that are late, lost, or about something else. */

import type { Email } from '../../lib/domain/invitation.ts';
import type { QuotaReading } from '../../lib/domain/quota.ts';
import type { Lost, Reply, Request, Send } from '../../lib/fastly/transport.ts';
import { refusal, type SimulatedAnswer } from '../../local/simulator/answers.ts';
import { INTERMEDIARY_ANSWERS } from '../support/intermediary-answers.ts';
import type { FastlyAccount } from './fastly-account.ts';
import type { Invocation } from './invocation.ts';
import { duration, travel } from './latency.ts';
import type { Random } from './random.ts';
import type { Strikes } from './settings.ts';

/** As deployed. */
export const REQUEST_TIMEOUT_MS = 10_000;
const TYPICAL_READ_MS = 300;
const TYPICAL_WRITE_MS = 250;
const HOW_LATE_MS = 5 * 60_000;
/** Reads fail once, or for so long that quick retries do not help. */
const LONGEST_SPELL_MS = 20_000;

/** A write, by what it is about. */
export type Write =
  | { readonly method: 'POST'; readonly email: Email }
  | { readonly method: 'DELETE'; readonly id: string };

/** Follows one write from its start to its end. */
export type WriteWatch = {
  /** `late`: after the caller had given up. */
  tookEffect(answer: SimulatedAnswer, late: boolean): void;
  /** What the caller got; undefined: nothing. */
  answered(answer: SimulatedAnswer | undefined): void;
};

export type TransportDeps = {
  readonly fastly: FastlyAccount;
  readonly token: number;
  readonly invocation: Invocation;
  readonly random: Random;
  readonly strikes: Strikes;
  /** Told of every read that Fastly answers as it should, when it does. */
  readonly read: (request: Request) => void;
  /** Told of a write when it starts. */
  readonly watch: (write: Write) => WriteWatch;
  /** Whether this write fails once more than chance alone would have it. */
  readonly failsAgain: (write: Write) => boolean;
};

export const readingOf = ({ headers }: SimulatedAnswer): QuotaReading => ({
  remaining: headers['fastly-ratelimit-remaining'],
  reset: headers['fastly-ratelimit-reset'],
  date: headers.date,
});

const replyOf = ({ status, headers, body }: SimulatedAnswer): Reply => ({
  status,
  header: (name) => headers[name],
  body: Buffer.from(body),
});

const NO_ANSWER: Lost = { kind: 'unavailable', reason: 'simulated: the answer was lost' };

const instead = (status: number, fastly: FastlyAccount): SimulatedAnswer => {
  const answer = refusal(status, `simulated: ${status}`);
  return { ...answer, headers: { ...answer.headers, date: new Date(fastly.now).toUTCString() } };
};

/** Fastly itself, with everything between it and the client as it should be. */
const handle = (fastly: FastlyAccount, { method, path, query, body = '' }: Request): SimulatedAnswer =>
  fastly.account.handle({
    method,
    path: `/${path.join('/')}`,
    query: new URLSearchParams(query),
    headers: { 'fastly-key': fastly.account.options.token },
    body,
  });

/** Somebody changed the account between this page and another one. */
const moved = (answer: SimulatedAnswer): SimulatedAnswer => ({
  ...answer,
  body: answer.body.replace(/"record_count":(\d+)/, (_, count) => `"record_count":${Number(count) + 1}`),
});

const intermediary = (random: Random): SimulatedAnswer =>
  random.pick([INTERMEDIARY_ANSWERS.challenge, INTERMEDIARY_ANSWERS.error]);

const answerRead = (deps: TransportDeps, request: Request): SimulatedAnswer => {
  const { fastly, token, random, strikes } = deps;
  if (strikes('intermediaryAnswers')) return intermediary(random);
  if (fastly.isDown('read')) return instead(503, fastly);
  if (token !== fastly.validToken) return instead(401, fastly);
  if (strikes('fastlyReadFails'))
    fastly.spell = {
      until: fastly.now + (random.chance(0.5) ? 0 : random.between(0, LONGEST_SPELL_MS)),
      moves: random.chance(0.5),
    };
  const isSpell = fastly.spell !== undefined && fastly.now <= fastly.spell.until;
  if (isSpell && !fastly.spell?.moves) return instead(502, fastly);
  const answer = handle(fastly, request);
  if (answer.status === 200) deps.read(request);
  return isSpell ? moved(answer) : answer;
};

const read = async (deps: TransportDeps, request: Request): Promise<Reply> => {
  const { invocation, random, strikes } = deps;
  const slow = strikes('fastlySlow');
  const answerAfterMs = slow ? random.between(1000, 9000) : duration(random, TYPICAL_READ_MS);
  const answer = await invocation.exchange({
    ...travel(random, answerAfterMs),
    effect: () => answerRead(deps, request),
  });
  return replyOf(answer);
};

/** What Fastly does with a write that arrives. */
const carryOut = (deps: TransportDeps, write: Write, request: Request): SimulatedAnswer => {
  const { fastly, token, random, strikes } = deps;
  if (fastly.isDown('write')) return instead(503, fastly);
  if (token !== fastly.validToken) return instead(401, fastly);
  if (deps.failsAgain(write)) return instead(503, fastly);
  if (strikes('writeFails')) {
    if (random.chance(0.5)) fastly.spend();
    return instead(503, fastly);
  }
  if (strikes('writeRefused') || (write.method === 'POST' && fastly.unwelcome.has(write.email))) {
    fastly.spend();
    return instead(random.pick([403, 422]), fastly);
  }
  return handle(fastly, request);
};

type Fate = {
  readonly effectAfterMs: number | undefined;
  readonly answerAfterMs: number;
  readonly answerIsLost: boolean;
};

const fateOf = ({ random, strikes }: TransportDeps): Fate => {
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

const writeOf = ({ method, path, body = '' }: Request): Write =>
  method === 'POST'
    ? { method, email: JSON.parse(body).data.attributes.email }
    : { method: 'DELETE', id: path[1] ?? '' };

const write = async (deps: TransportDeps, request: Request): Promise<Reply | Lost> => {
  const write = writeOf(request);
  const watch = deps.watch(write);
  const fate = fateOf(deps);
  const { random, strikes } = deps;
  const answer = await deps.invocation.exchange<SimulatedAnswer | undefined>({
    effectAfterMs: fate.effectAfterMs,
    answerAfterMs: fate.answerAfterMs,
    effect: () => {
      const isAnsweredByOthers = strikes('intermediaryAnswers');
      if (isAnsweredByOthers && random.chance(0.5)) return intermediary(random);
      const carriedOut = carryOut(deps, write, request);
      watch.tookEffect(carriedOut, (fate.effectAfterMs ?? 0) > REQUEST_TIMEOUT_MS);
      return isAnsweredByOthers ? intermediary(random) : carriedOut;
    },
    ...(fate.answerIsLost && { instead: () => undefined }),
  });
  watch.answered(answer);
  return answer === undefined ? NO_ANSWER : replyOf(answer);
};

/** What the client of Fastly sends its requests with. */
export const sendFor =
  (deps: TransportDeps): Send =>
  (request) =>
    request.method === 'GET' ? read(deps, request) : write(deps, request);
