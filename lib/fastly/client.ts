/** What the use cases ask of Fastly, over HTTP. Answers are values: nothing here throws for what Fastly or the network does. */

import type { Access, Email, Invitation, Member } from '../domain/invitation.ts';
import type { QuotaReading } from '../domain/quota.ts';
import type { FastlyResult, TokenInfo } from '../ports/fastly.ts';
import { failureOf } from './errors.ts';
import {
  encodeInvitation,
  isId,
  type Parsed,
  parseCreatedId,
  parseMembers,
  parsePage,
  parseToken,
} from './json-api.ts';
import { createPieceReader, parseJson } from './json-pieces.ts';
import { type ListOptions, listWhole, PAGE_SIZE } from './list.ts';
import { retryPauseMs } from './retry.ts';
import {
  createSend,
  isSuccess,
  type Lost,
  type Reply,
  type Request,
  type TransportOptions,
} from './transport.ts';

export type FastlyClient = {
  /** `GET /tokens/self` */
  readToken(): Promise<FastlyResult<TokenInfo>>;
  /** Every pending invitation, whole or not at all. Deleted ones are left out. */
  listInvitations(): Promise<FastlyResult<readonly Invitation[]>>;
  /** Every user of the account, locked ones too. */
  listMembers(customerId: string): Promise<FastlyResult<readonly Member[]>>;
  /** Sends one POST, and Fastly one mail. `id` is undefined when it succeeded without a readable answer. */
  createInvitation(
    customerId: string,
    email: Email,
    access: Access,
  ): Promise<FastlyResult<{ readonly id: string | undefined }>>;
  /** Sends one DELETE. */
  deleteInvitation(id: string): Promise<FastlyResult<undefined>>;
};

export type FastlyOptions = TransportOptions & ListOptions;

const JSON_API = 'application/vnd.api+json';

const OK = 200;

/** The query is left out: which page it was is said where it matters. */
const nameOf = ({ method, path }: Request): string => `${method} /${path.join('/')}`;

const lostAnswer = (request: Request, { kind, reason }: Lost): FastlyResult<never> => {
  const doubt =
    request.method === 'GET' || kind !== 'unavailable' ? '' : '; whether it took effect is not known';
  return { ok: false, failure: { kind, message: `${nameOf(request)}: ${reason}${doubt}` } };
};

const quotaOf = ({ header }: Reply): QuotaReading => ({
  remaining: header('fastly-ratelimit-remaining'),
  reset: header('fastly-ratelimit-reset'),
  date: header('date'),
});

/** Reads the body of one answer. `end`: what it says, or undefined when it is not JSON. */
type BodyReader<T> = { add(bytes: Buffer): void; end(): Parsed<T> | undefined };

const whole =
  <T>(parse: (json: unknown) => Parsed<T>) =>
  (): BodyReader<T> => {
    const parts: Buffer[] = [];
    return {
      add: (bytes) => parts.push(bytes),
      end: () => {
        const json = parseJson(Buffer.concat(parts));
        return json === undefined ? undefined : parse(json);
      },
    };
  };

/** For lists that come in one answer, however long they are. */
const inPieces =
  <T>(parse: (json: unknown) => Parsed<readonly T[]>) =>
  (): BodyReader<readonly T[]> => {
    const items: T[] = [];
    let problem: { readonly problem: string } | undefined;
    const pieces = createPieceReader((json) => {
      if (problem !== undefined) return;
      const parsed = parse(json);
      if ('problem' in parsed) problem = parsed;
      else for (const item of parsed.value) items.push(item);
    });
    return { add: pieces.add, end: () => (pieces.end() ? (problem ?? { value: items }) : undefined) };
  };

/** A listing needs 200: a 206 is a part by name. */
const readReply = <T>(
  request: Request,
  reply: Reply,
  body: BodyReader<T>,
  token: string,
): FastlyResult<T> => {
  if (!isSuccess(reply.status)) return { ok: false, failure: failureOf(nameOf(request), reply, token) };
  const where = `${nameOf(request)}: ${reply.status}, but`;
  const parsed = reply.cutOff || reply.status !== OK ? undefined : body.end();
  if (parsed === undefined) {
    const what = reply.cutOff ? 'the answer was cut off' : 'the answer is not whole JSON';
    return { ok: false, failure: { kind: 'unavailable', status: reply.status, message: `${where} ${what}` } };
  }
  if ('value' in parsed) return { ok: true, value: parsed.value };
  return {
    ok: false,
    failure: { kind: 'incomplete', status: reply.status, message: `${where} ${parsed.problem}` },
  };
};

export const createFastlyClient = (options: FastlyOptions): FastlyClient => {
  const { token, sleep, random } = options;
  const send = createSend(options);

  const read = async <T>(request: Request, startBody: () => BodyReader<T>): Promise<FastlyResult<T>> => {
    for (let tries = 1; ; tries += 1) {
      const body = startBody();
      const reply = await send(request, body.add);
      const header = 'header' in reply ? reply.header : undefined;
      const answer = 'reason' in reply ? lostAnswer(request, reply) : readReply(request, reply, body, token);
      if (answer.ok) return answer;
      const pauseMs = retryPauseMs(answer.failure, header, tries, random);
      if (pauseMs === undefined) return answer;
      await sleep(pauseMs);
    }
  };

  /** Once only, and whatever the answer is, what it says of the quota is kept. */
  const write = async <T>(request: Request, toValue: (reply: Reply) => T): Promise<FastlyResult<T>> => {
    const reply = await send(request);
    if ('reason' in reply) return lostAnswer(request, reply);
    const quota = quotaOf(reply);
    return isSuccess(reply.status)
      ? { ok: true, value: toValue(reply), quota }
      : { ok: false, failure: failureOf(nameOf(request), reply, token), quota };
  };

  return {
    readToken: () => read({ method: 'GET', path: ['tokens', 'self'] }, whole(parseToken)),

    listInvitations: () =>
      listWhole((page) => {
        const query = { 'page[number]': String(page), 'page[size]': String(PAGE_SIZE) };
        return read(
          { method: 'GET', path: ['invitations'], query, headers: { accept: JSON_API } },
          whole(parsePage),
        );
      }, options),

    listMembers: (customerId) =>
      read({ method: 'GET', path: ['customer', customerId, 'users'] }, inPieces(parseMembers)),

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
