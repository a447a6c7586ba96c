/** The port to Fastly, over HTTP. Whatever Fastly or the network does becomes a result; nothing here throws for it. */

import type { FastlyResult, FastlyWriter } from '../ports/fastly.ts';
import { failureOf, nameOf } from './failure.ts';
import { parseJson } from './json.ts';
import {
  encodeInvitation,
  isId,
  type Parsed,
  parseCreated,
  parseDeleted,
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

export type FastlyClient = FastlyWriter;

export type FastlyOptions = TransportOptions & ListOptions;

const JSON_API = 'application/vnd.api+json';

const OK = 200;

/** Fastly sends all users of an account in one response. 100,000 users take about 50 MiB. */
const MAX_USERS_BYTES = 256 * MIB;

const lostResult = (request: Request, { kind, reason }: Lost): FastlyResult<never> => {
  const doubt =
    request.method === 'GET' || kind !== 'unavailable' ? '' : '; whether it took effect is not known';
  return { ok: false, failure: { kind, message: `${nameOf(request)}: ${reason}${doubt}` } };
};

/** Why the body of a 2xx can't be read. `incomplete`: it has the wrong size or shape, and a quick retry would not help. */
type Unreadable = { readonly kind: 'unavailable' | 'incomplete'; readonly reason: string };

type ParseAnswer<T> = (json: unknown, reply: Reply) => Parsed<T>;

/** Reads a 200 only. A 206 is by definition a part of the list, and no other 2xx belongs to a GET. */
const readBody = <T>(reply: Reply, parse: ParseAnswer<T>): { readonly value: T } | Unreadable => {
  const { status, body, bodyProblem } = reply;
  if (bodyProblem !== undefined)
    return {
      kind: bodyProblem.kind === 'too_large' ? 'incomplete' : 'unavailable',
      reason: `the answer ${bodyProblem.reason}`,
    };
  const json = status === OK ? parseJson(body) : undefined;
  if (json === undefined) return { kind: 'unavailable', reason: 'the answer is not whole JSON' };
  const parsed = parse(json, reply);
  return 'value' in parsed ? parsed : { kind: 'incomplete', reason: parsed.problem };
};

const readResult = <T>(
  request: Request,
  reply: Reply,
  parse: ParseAnswer<T>,
  token: string,
): FastlyResult<T> => {
  const { status } = reply;
  if (!isSuccess(status)) return { ok: false, failure: failureOf(request, reply, token) };
  const read = readBody(reply, parse);
  if ('value' in read) return { ok: true, value: read.value };
  const message = `${nameOf(request)}: ${status}, but ${read.reason}`;
  return { ok: false, failure: { kind: read.kind, status, message } };
};

/** Fastly answers this first request with 200 or 401. With any of these somebody else answers: a wrong address, or a proxy. */
const FOREIGN_STATUSES: ReadonlySet<number | undefined> = new Set([OK, 404, 405, 407, 410]);

const withAddressHint = <T>(result: FastlyResult<T>): FastlyResult<T> => {
  if (result.ok || !FOREIGN_STATUSES.has(result.failure.status)) return result;
  const message = `${result.failure.message}; this is not how Fastly's API answers: check FASTLY_API_URL, and the proxy if there is one`;
  return { ...result, failure: { ...result.failure, message } };
};

/** What a request needs besides itself. `token` is masked where Fastly's messages repeat it. */
type Wire = Pick<FastlyOptions, 'token' | 'sleep' | 'random'> & { readonly send: Send };

/** Sends until there is a result, or a failure that a quick retry would not help. */
const read = async <T>(wire: Wire, request: Request, parse: ParseAnswer<T>): Promise<FastlyResult<T>> => {
  for (let tries = 1; ; tries += 1) {
    const reply = await wire.send(request);
    const result =
      'reason' in reply ? lostResult(request, reply) : readResult(request, reply, parse, wire.token);
    if (result.ok) return result;
    const header = 'header' in reply ? reply.header : undefined;
    const pauseMs = retryPauseMs(result.failure, header, tries, wire.random);
    if (pauseMs === undefined) return result;
    await wire.sleep(pauseMs);
  }
};

/** Sends once. Failed writes cost quota too, so that the quota is read from every response, whatever its status. */
const write = async <T>(
  { send, token }: Wire,
  request: Request,
  parse: (reply: Reply) => { readonly value: T } | undefined,
): Promise<FastlyResult<T>> => {
  const reply = await send(request);
  if ('reason' in reply) return lostResult(request, reply);
  const quota = readQuota(reply);
  if (!isSuccess(reply.status)) return { ok: false, failure: failureOf(request, reply, token), quota };
  const parsed = parse(reply);
  if (parsed !== undefined) return { ok: true, value: parsed.value, quota };
  // A proxy or a firewall may answer in Fastly's place, before or after the request got there.
  const message = `${nameOf(request)}: ${reply.status}, but this is not how Fastly answers; whether it took effect is not known`;
  return { ok: false, failure: { kind: 'unavailable', status: reply.status, message }, quota };
};

const pageRequest = (page: number, size: number): Request => ({
  method: 'GET',
  path: ['invitations'],
  query: { 'page[number]': String(page), 'page[size]': String(size) },
  headers: { accept: JSON_API },
});

const membersRequest = (customerId: string): Request => ({
  method: 'GET',
  path: ['customer', customerId, 'users'],
  maxBodyBytes: MAX_USERS_BYTES,
});

const inviteRequest = (body: string): Request => ({
  method: 'POST',
  path: ['invitations'],
  headers: { accept: JSON_API, 'content-type': JSON_API },
  body,
});

const NO_ID: FastlyResult<never> = {
  ok: false,
  failure: { kind: 'rejected', message: 'DELETE /invitations: there is no id that could be deleted' },
};

/** The client over any transport; tests bring their own. */
export const createClientOver = (
  send: Send,
  options: Pick<TransportOptions, 'token'> & ListOptions,
): FastlyClient => {
  const wire: Wire = { ...options, send };
  return {
    readToken: async () =>
      withAddressHint(await read(wire, { method: 'GET', path: ['tokens', 'self'] }, parseToken)),
    listInvitations: () =>
      listWhole(({ page, size }) => read(wire, pageRequest(page, size), parsePage), options),
    listMembers: (customerId) => read(wire, membersRequest(customerId), parseMembers),
    createInvitation: (customerId, email, access) =>
      write(wire, inviteRequest(encodeInvitation(customerId, email, access)), ({ body }) =>
        parseCreated(parseJson(body)),
      ),
    deleteInvitation: async (id) =>
      isId(id) ? await write(wire, { method: 'DELETE', path: ['invitations', id] }, parseDeleted) : NO_ID,
  };
};

export const createFastlyClient = (options: FastlyOptions): FastlyClient =>
  createClientOver(createSend(options), options);
