/**
 * The client of Fastly over a transport that is simulated. It is made of the same parts as `createFastlyClient`, and does
 * with them what that does: it stands here only as long as that one can't be given a transport.
 */

import type { QuotaReading } from '../../lib/domain/quota.ts';
import { failureOf } from '../../lib/fastly/errors.ts';
import {
  encodeInvitation,
  type Parsed,
  parseCreatedId,
  parseMembers,
  parsePage,
  parseToken,
} from '../../lib/fastly/json-api.ts';
import { parseJson } from '../../lib/fastly/json-pieces.ts';
import { listWhole, PAGE_SIZE } from '../../lib/fastly/list.ts';
import { retryPauseMs } from '../../lib/fastly/retry.ts';
import type { Lost, Reply, Request, Send } from '../../lib/fastly/transport.ts';
import type { FastlyReader, FastlyResult, FastlyWriter } from '../../lib/ports/fastly.ts';

export type ClientOptions = {
  readonly send: Send;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly listConcurrency: number;
};

/** What the client sends as its token; the account knows by itself which one it is. */
const TOKEN = 'the-token';
const OK = 200;

const nameOf = ({ method, path }: Request): string => `${method} /${path.join('/')}`;

const lostAnswer = (request: Request, { kind, reason }: Lost): FastlyResult<never> => ({
  ok: false,
  failure: { kind, message: `${nameOf(request)}: ${reason}` },
});

const quotaOf = ({ header }: Reply): QuotaReading => ({
  remaining: header('fastly-ratelimit-remaining'),
  reset: header('fastly-ratelimit-reset'),
  date: header('date'),
});

const isSuccess = ({ status }: Reply): boolean => status >= 200 && status < 300;

const readReply = <T>(
  request: Request,
  reply: Reply,
  parse: (json: unknown) => Parsed<T>,
): FastlyResult<T> => {
  if (!isSuccess(reply)) return { ok: false, failure: failureOf(nameOf(request), reply, TOKEN) };
  const { status } = reply;
  const json = status === OK ? parseJson(reply.body) : undefined;
  const parsed = json === undefined ? undefined : parse(json);
  if (parsed !== undefined && 'value' in parsed) return { ok: true, value: parsed.value };
  const kind = parsed === undefined ? 'unavailable' : 'incomplete';
  const message = `${nameOf(request)}: ${status}, but ${parsed?.problem ?? 'the answer is not whole JSON'}`;
  return { ok: false, failure: { kind, status, message } };
};

export const createClient = ({
  send,
  sleep,
  random,
  listConcurrency,
}: ClientOptions): FastlyReader & FastlyWriter => {
  const read = async <T>(request: Request, parse: (json: unknown) => Parsed<T>): Promise<FastlyResult<T>> => {
    for (let tries = 1; ; tries += 1) {
      const reply = await send(request);
      const answer = 'reason' in reply ? lostAnswer(request, reply) : readReply(request, reply, parse);
      if (answer.ok) return answer;
      const header = 'header' in reply ? reply.header : undefined;
      const pauseMs = retryPauseMs(answer.failure, header, tries, random);
      if (pauseMs === undefined) return answer;
      await sleep(pauseMs);
    }
  };

  const write = async <T>(request: Request, toValue: (reply: Reply) => T): Promise<FastlyResult<T>> => {
    const reply = await send(request);
    if ('reason' in reply) return lostAnswer(request, reply);
    const quota = quotaOf(reply);
    return isSuccess(reply)
      ? { ok: true, value: toValue(reply), quota }
      : { ok: false, failure: failureOf(nameOf(request), reply, TOKEN), quota };
  };

  const readPage = (page: number) => {
    const query = { 'page[number]': String(page), 'page[size]': String(PAGE_SIZE) };
    return read({ method: 'GET', path: ['invitations'], query }, parsePage);
  };

  return {
    readToken: () => read({ method: 'GET', path: ['tokens', 'self'] }, parseToken),
    listInvitations: () => listWhole(readPage, { listConcurrency, sleep, random }),
    listMembers: (customerId) =>
      read({ method: 'GET', path: ['customer', customerId, 'users'] }, parseMembers),
    createInvitation: (customerId, email, access) =>
      write(
        { method: 'POST', path: ['invitations'], body: encodeInvitation(customerId, email, access) },
        ({ body }) => ({ id: parseCreatedId(parseJson(body)) }),
      ),
    deleteInvitation: (id) => write({ method: 'DELETE', path: ['invitations', id] }, () => undefined),
  };
};
