/** What the use cases ask of Fastly, over HTTP. Answers are values: nothing here throws for what Fastly or the network does. */

import type { FastlyReader, FastlyResult, FastlyWriter } from '../ports/fastly.ts';
import { failureOf } from './failure.ts';
import { parseJson } from './json.ts';
import {
  encodeInvitation,
  isId,
  type Parsed,
  parseCreatedId,
  parseMembers,
  parsePage,
  parseToken,
} from './json-api.ts';
import { type ListOptions, listWhole } from './list.ts';
import { readQuota } from './quota-headers.ts';
import { retryPauseMs } from './retry.ts';
import {
  createSend,
  isSuccess,
  type Lost,
  MIB,
  type Reply,
  type Request,
  type Send,
  type TransportOptions,
} from './transport.ts';

export type FastlyClient = FastlyReader & FastlyWriter;

export type FastlyOptions = TransportOptions & ListOptions;

const JSON_API = 'application/vnd.api+json';

const OK = 200;

/** Every user of an account comes in one answer: 100,000 of them take about 50 MiB. */
const MAX_USERS_BYTES = 256 * MIB;

/** Method and path, for messages. The query is left out: a message says which page it is about where that matters. */
const nameOf = ({ method, path }: Request): string => `${method} /${path.join('/')}`;

const lostResult = (request: Request, { kind, reason }: Lost): FastlyResult<never> => {
  const doubt =
    request.method === 'GET' || kind !== 'unavailable' ? '' : '; whether it took effect is not known';
  return { ok: false, failure: { kind, message: `${nameOf(request)}: ${reason}${doubt}` } };
};

/** Why nothing can be read from the body of a 2xx. `kind`: an answer that is too large or has another shape stays so. */
type Unreadable = { readonly kind: 'unavailable' | 'incomplete'; readonly reason: string };

/** Only a 200 is read: a 206 says itself that it is a part. */
const readBody = <T>(
  { status, body, bodyProblem }: Reply,
  parse: (json: unknown) => Parsed<T>,
): { readonly value: T } | Unreadable => {
  if (bodyProblem !== undefined)
    return {
      kind: bodyProblem.kind === 'too_large' ? 'incomplete' : 'unavailable',
      reason: `the answer ${bodyProblem.reason}`,
    };
  const json = status === OK ? parseJson(body) : undefined;
  if (json === undefined) return { kind: 'unavailable', reason: 'the answer is not whole JSON' };
  const parsed = parse(json);
  return 'value' in parsed ? parsed : { kind: 'incomplete', reason: parsed.problem };
};

const readResult = <T>(
  request: Request,
  reply: Reply,
  parse: (json: unknown) => Parsed<T>,
  token: string,
): FastlyResult<T> => {
  const { status } = reply;
  if (!isSuccess(status)) return { ok: false, failure: failureOf(nameOf(request), reply, token) };
  const read = readBody(reply, parse);
  if ('value' in read) return { ok: true, value: read.value };
  const message = `${nameOf(request)}: ${status}, but ${read.reason}`;
  return { ok: false, failure: { kind: read.kind, status, message } };
};

/** The client over any way to Fastly. `token` is masked in what Fastly says, should Fastly repeat it. */
export const createClientOver = (
  send: Send,
  { token, ...options }: Pick<TransportOptions, 'token'> & ListOptions,
): FastlyClient => {
  const { sleep, random } = options;

  const read = async <T>(request: Request, parse: (json: unknown) => Parsed<T>): Promise<FastlyResult<T>> => {
    for (let tries = 1; ; tries += 1) {
      const reply = await send(request);
      const result =
        'reason' in reply ? lostResult(request, reply) : readResult(request, reply, parse, token);
      if (result.ok) return result;
      const header = 'header' in reply ? reply.header : undefined;
      const pauseMs = retryPauseMs(result.failure, header, tries, random);
      if (pauseMs === undefined) return result;
      await sleep(pauseMs);
    }
  };

  /** Once only. The quota's headers are read from every answer, whatever its status. */
  const write = async <T>(request: Request, toValue: (reply: Reply) => T): Promise<FastlyResult<T>> => {
    const reply = await send(request);
    if ('reason' in reply) return lostResult(request, reply);
    const quota = readQuota(reply);
    return isSuccess(reply.status)
      ? { ok: true, value: toValue(reply), quota }
      : { ok: false, failure: failureOf(nameOf(request), reply, token), quota };
  };

  return {
    readToken: () => read({ method: 'GET', path: ['tokens', 'self'] }, parseToken),

    listInvitations: () =>
      listWhole(({ page, size }) => {
        const query = { 'page[number]': String(page), 'page[size]': String(size) };
        return read(
          { method: 'GET', path: ['invitations'], query, headers: { accept: JSON_API } },
          parsePage,
        );
      }, options),

    listMembers: (customerId) =>
      read(
        { method: 'GET', path: ['customer', customerId, 'users'], maxBodyBytes: MAX_USERS_BYTES },
        parseMembers,
      ),

    createInvitation: (customerId, email, access) =>
      write(
        {
          method: 'POST',
          path: ['invitations'],
          headers: { accept: JSON_API, 'content-type': JSON_API },
          body: encodeInvitation(customerId, email, access),
        },
        ({ body }) => ({ id: parseCreatedId(parseJson(body)) }),
      ),

    deleteInvitation: async (id) => {
      if (!isId(id)) {
        const message = 'DELETE /invitations: there is no id that could be deleted';
        return { ok: false, failure: { kind: 'rejected', message } };
      }
      return write({ method: 'DELETE', path: ['invitations', id] }, () => undefined);
    },
  };
};

export const createFastlyClient = (options: FastlyOptions): FastlyClient =>
  createClientOver(createSend(options), options);
