/** One HTTP exchange with Fastly: got, without retries and redirects, and with a limit on what it reads. */

import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { type Request as Exchange, RequestError, type Response, TimeoutError } from 'got';
import { isSendableToken } from '../domain/api-token.ts';

export type Request = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Unescaped path segments below the API's address. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes, after decompression, of a success's body. Default: 8 MiB. */
  readonly maxBodyBytes?: number;
};

export type Reply = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Decompressed; empty when there is a `bodyProblem`. */
  readonly body: Buffer;
  /** Why the body is not there, although the status is. */
  readonly bodyProblem?: BodyProblem | undefined;
};

/**
 * - `cut_off`: the connection ended, or the time ran out, before the end of the body
 * - `too_large`: reading ended where the body passed its limit
 *
 * `reason` goes on a sentence about the answer: `is larger than 8 MiB`.
 */
type BodyProblem = { readonly kind: 'cut_off' | 'too_large'; readonly reason: string };

/**
 * No answer at all. `unavailable`: whether the request had an effect is unknown; `unauthorized`: it was not sent.
 * `reason` is half a sentence.
 */
export type Lost = { readonly kind: 'unavailable' | 'unauthorized'; readonly reason: string };

/** Sends a request once. Never rejects for something that the server or the network does. */
export type Send = (request: Request) => Promise<Reply | Lost>;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export type TransportOptions = {
  /** For example `https://api.fastly.com`; a path is kept as prefix. */
  readonly apiUrl: string;
  readonly token: string;
  readonly requestTimeoutMs: number;
};

const KIB = 1024;
export const MIB = 1024 * KIB;

/** A page of 100 invitations takes about 100 KiB, and no answer but the list of users is longer. */
const MAX_BODY_BYTES = 8 * MIB;
/** Of an answer that is no success: an explanation is a sentence or two. */
const MAX_ERROR_BYTES = 64 * KIB;

const sizeText = (bytes: number): string => (bytes < MIB ? `${bytes / KIB} KiB` : `${bytes / MIB} MiB`);

const NO_BODY = Buffer.alloc(0);
const CUT_OFF: BodyProblem = { kind: 'cut_off', reason: 'was cut off' };

const replyOf = (
  { statusCode, headers }: Response,
  body: Buffer,
  bodyProblem?: BodyProblem | undefined,
): Reply => ({
  status: statusCode,
  header: (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  body,
  bodyProblem,
});

/**
 * Counts while the body arrives, after decompression, and leaves off at the limit: a megabyte of gzip can hold a gigabyte.
 * got's promise API tells the status, on which the limit depends, only once the whole body is in memory.
 */
const readReply = async (exchange: Exchange, maxBodyBytes: number): Promise<Reply> => {
  const [response] = (await once(exchange, 'response')) as [Response];
  const maxBytes = isSuccess(response.statusCode) ? maxBodyBytes : MAX_ERROR_BYTES;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of exchange as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) {
      const reason = `is larger than ${sizeText(maxBytes)}`;
      // Leaving the loop closes the connection.
      return replyOf(response, NO_BODY, { kind: 'too_large', reason });
    }
    parts.push(part);
  }
  return replyOf(response, Buffer.concat(parts));
};

/** Only codes leave this function: got's errors carry the request's options, and with them the token. */
const replyOrLost = (error: unknown, requestTimeoutMs: number): Reply | Lost => {
  if (!(error instanceof RequestError)) throw error;
  if (error.response?.statusCode !== undefined) return replyOf(error.response, NO_BODY, CUT_OFF);
  const reason =
    error instanceof TimeoutError
      ? `no answer within ${requestTimeoutMs} ms`
      : `the connection failed (${error.code})`;
  return { kind: 'unavailable', reason };
};

const refuseToSend: Send = async () => ({
  kind: 'unauthorized',
  reason: 'not sent, because the token is empty or holds white space: store it again',
});

/** Without retries, which are a policy of their own, and redirects: the token goes to one host only. */
export const createSend = ({ apiUrl, token, requestTimeoutMs }: TransportOptions): Send => {
  if (!isSendableToken(token)) return refuseToSend;
  const base = new URL(apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`);
  const client = got.extend({
    headers: { 'fastly-key': token, 'user-agent': 'fastly-invitation-sync' },
    timeout: { request: requestTimeoutMs },
    // got would repeat DELETE after a 429 and sleep for as long as Retry-After says.
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    // Without a limit on sockets: how many requests run at once is for the callers to say.
    agent: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
  });
  return async ({ method, path, query, headers, body, maxBodyBytes = MAX_BODY_BYTES }) => {
    const url = new URL(path.map(encodeURIComponent).join('/'), base);
    url.search = new URLSearchParams(query).toString();
    const exchange = client.stream(url, {
      method,
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
    });
    // got waits for a body to be written into whatever may have one.
    if (method === 'DELETE') exchange.end();
    // The reader below gets what goes wrong while it reads; without a listener, a later error would end the process.
    exchange.on('error', () => {});
    try {
      return await readReply(exchange, maxBodyBytes);
    } catch (error) {
      return replyOrLost(error, requestTimeoutMs);
    }
  };
};
