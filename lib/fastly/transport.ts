/** One HTTP exchange with Fastly, on got with everything that got would do by itself switched off. */

import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type Response, TimeoutError } from 'got';

export type Request = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Unescaped path segments below the API's address. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Reply = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Empty when it was cut off, or given to `onBody`. */
  readonly body: Buffer;
  /** The status arrived, the whole body did not. */
  readonly cutOff: boolean;
};

/**
 * No answer at all. `unavailable`: whether the request had an effect is unknown; `unauthorized`: it was not sent.
 * `reason` is half a sentence.
 */
export type Lost = { readonly kind: 'unavailable' | 'unauthorized'; readonly reason: string };

/** `onBody` gets the body of a success while it arrives. */
export type Send = (request: Request, onBody?: (bytes: Buffer) => void) => Promise<Reply | Lost>;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export type TransportOptions = {
  /** For example `https://api.fastly.com`; a path is kept as prefix. */
  readonly apiUrl: string;
  readonly token: string;
  readonly requestTimeoutMs: number;
};

const replyOf = ({ statusCode, headers }: Response, body: Buffer, cutOff: boolean): Reply => ({
  status: statusCode,
  header: (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  body,
  cutOff,
});

const NOTHING = Buffer.alloc(0);

/** Only codes leave this function: got's errors carry the request's options, and with them the token. */
const replyOrLost = (error: unknown, requestTimeoutMs: number): Reply | Lost => {
  if (!(error instanceof RequestError)) throw error;
  if (error.response?.statusCode !== undefined) return replyOf(error.response, NOTHING, true);
  const reason =
    error instanceof TimeoutError
      ? `no answer within ${requestTimeoutMs} ms`
      : `the connection failed (${error.code})`;
  return { kind: 'unavailable', reason };
};

/** What a header can carry. A token that was stored with its line end is the usual case of one that can't be. */
const TOKEN = /^[\x21-\x7e]+$/;

const refuseToSend: Send = async () => ({
  kind: 'unauthorized',
  reason: 'not sent, because the token is empty or holds white space: store it again',
});

/**
 * Sends a request once: no retries (they are a policy of their own), no redirects (the token goes to one host only).
 * Never rejects for something that the server or the network does.
 */
export const createSend = ({ apiUrl, token, requestTimeoutMs }: TransportOptions): Send => {
  if (!TOKEN.test(token)) return refuseToSend;
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
  return async ({ method, path, query, headers, body }, onBody) => {
    const url = new URL(path.map(encodeURIComponent).join('/'), base);
    url.search = new URLSearchParams(query).toString();
    const exchange = client.stream(url, {
      method,
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
    });
    // got waits for a body to be written into whatever may have one.
    if (method === 'DELETE') exchange.end();
    // What goes wrong is thrown to whoever reads below; this is for what goes wrong once everything was read.
    exchange.on('error', () => {});
    try {
      const [response] = (await once(exchange, 'response')) as [Response];
      const parts: Buffer[] = [];
      const take =
        onBody !== undefined && isSuccess(response.statusCode) ? onBody : (part: Buffer) => parts.push(part);
      for await (const part of exchange) take(part);
      return replyOf(response, Buffer.concat(parts), false);
    } catch (error) {
      return replyOrLost(error, requestTimeoutMs);
    }
  };
};
