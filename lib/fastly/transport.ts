/** One HTTP exchange with Fastly: got without retries and redirects, and with a limit on the size of a response. */

import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { type Request as Exchange, RequestError, type Response, TimeoutError } from 'got';
import { isSendableToken } from '../domain/api-token.ts';
import { type ProxySettings, proxyIn } from './proxy.ts';

export type Request = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path segments below the API's address, not escaped yet. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The largest body of a 2xx, in bytes after decompression. Default: 8 MiB. */
  readonly maxBodyBytes?: number;
};

export type Reply = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Decompressed. Empty when there is a `bodyProblem`. */
  readonly body: Buffer;
  /** Why the body could not be read, although status and headers arrived. */
  readonly bodyProblem?: BodyProblem | undefined;
};

/**
 * - `cut_off`: the connection ended, or the time ran out, before the end of the body
 * - `too_large`: the body passed its limit, and the rest was not read
 *
 * `reason` continues the sentence "the answer …", for example `is larger than 8 MiB`.
 */
type BodyProblem = { readonly kind: 'cut_off' | 'too_large'; readonly reason: string };

/**
 * There is no response. `unavailable`: the request may have had an effect or not. `unauthorized`: it was not sent.
 * `reason` is half a sentence.
 */
export type Lost = { readonly kind: 'unavailable' | 'unauthorized'; readonly reason: string };

/** Sends a request once. Does not reject for anything that the server or the network does. */
export type Send = (request: Request) => Promise<Reply | Lost>;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export type TransportOptions = {
  /** For example `https://api.fastly.com`; a path is kept as prefix. */
  readonly apiUrl: string;
  readonly token: string;
  readonly requestTimeoutMs: number;
  /** Of the process, for `HTTPS_PROXY` and `NO_PROXY`; without it requests go straight to the API. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

const KIB = 1024;
export const MIB = 1024 * KIB;

/** A page of 100 invitations takes about 100 KiB. Only the list of users is longer, and has a limit of its own. */
const MAX_BODY_BYTES = 8 * MIB;
/** The largest body of any other status. Fastly explains an error in a sentence or two. */
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
 * Counts the bytes of the body after decompression, while they arrive, and stops reading at the limit: a megabyte of gzip
 * can become a gigabyte. This takes got's stream. The limit depends on the status, and got's promise API tells the status
 * only after it has read the whole body.
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
      // Leaving the loop destroys the stream, and that closes the connection.
      return replyOf(response, NO_BODY, { kind: 'too_large', reason });
    }
    parts.push(part);
  }
  return replyOf(response, Buffer.concat(parts));
};

/** A certificate that nobody vouches for, and one for another host. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const isUntrusted = (code: string): boolean => /CERT|UNABLE_TO_VERIFY/.test(code);

const remedyOf = (code: string, proxy: ProxySettings | undefined): string => {
  const through = proxy === undefined ? '' : `; HTTPS_PROXY names the proxy ${proxy.host}`;
  return isUntrusted(code)
    ? `: the certificate is not trusted${through}. If your network has certificates of its own, name their file in NODE_EXTRA_CA_CERTS`
    : through;
};

/** Of got's errors, only codes are passed on. The errors themselves hold the request's options, and so the token. */
const replyOrLost = (
  error: unknown,
  requestTimeoutMs: number,
  proxy: ProxySettings | undefined,
): Reply | Lost => {
  if (!(error instanceof RequestError)) throw error;
  if (error.response?.statusCode !== undefined) return replyOf(error.response, NO_BODY, CUT_OFF);
  const reason =
    error instanceof TimeoutError
      ? `no answer within ${requestTimeoutMs} ms${remedyOf('', proxy)}`
      : `the connection failed (${error.code})${remedyOf(error.code, proxy)}`;
  return { kind: 'unavailable', reason };
};

const refuseToSend: Send = async () => ({
  kind: 'unauthorized',
  reason: 'not sent, because the token is empty, or holds white space or quotation marks: store it again',
});

/** Requests are not repeated, because retry.ts decides on that. Redirects are not followed: only one host gets the token. */
export const createSend = ({ apiUrl, token, requestTimeoutMs, environment = {} }: TransportOptions): Send => {
  if (!isSendableToken(token)) return refuseToSend;
  const base = new URL(apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`);
  // Plain http: is for this machine only, and no proxy has to see it.
  const proxy = base.protocol === 'https:' ? proxyIn(environment) : undefined;
  const client = got.extend({
    headers: { 'fastly-key': token, 'user-agent': 'fastly-invitation-sync' },
    timeout: { request: requestTimeoutMs },
    // By default got repeats a GET or DELETE after a 429, and sleeps for as long as Retry-After says.
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    // Sockets are not limited: callers decide how many requests run at the same time.
    agent: {
      http: new HttpAgent({ keepAlive: true }),
      https: new HttpsAgent({ keepAlive: true, ...(proxy && { proxyEnv: proxy.agentEnvironment }) }),
    },
  });
  return async ({ method, path, query, headers, body, maxBodyBytes = MAX_BODY_BYTES }) => {
    const url = new URL(path.map(encodeURIComponent).join('/'), base);
    url.search = new URLSearchParams(query).toString();
    const exchange = client.stream(url, {
      method,
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
    });
    // got's stream waits for a body to be written, unless the method never has one.
    if (method === 'DELETE') exchange.end();
    // readReply sees errors only while it reads. Without a listener, a later error would end the process.
    exchange.on('error', () => {});
    try {
      return await readReply(exchange, maxBodyBytes);
    } catch (error) {
      return replyOrLost(error, requestTimeoutMs, proxy);
    }
  };
};
