/** Turns an error response of Fastly into a `Failure`: a kind, and one sentence without addresses and tokens. */

import * as v from 'valibot';
import { maskAddresses } from '../domain/mask-addresses.ts';
import type { Failure, FailureKind } from '../ports/fastly.ts';
import { parseJson } from './json.ts';
import type { Reply, Request } from './transport.ts';

const MAX_EXPLANATION_LENGTH = 300;
const MAX_ERRORS_SHOWN = 3;

const words = v.fallback(v.optional(v.string(), ''), '');
const titled = { title: words, detail: words };
/**
 * Fastly's error bodies come in three shapes: `{msg, detail}`, `{errors: [{title, detail}]}` (JSON:API) and
 * `{title, detail, errors: null}` (problem details). One schema reads all of them, because the content type does not tell
 * which one a body has, and the JSON:API endpoints send all three.
 */
const errorSchema = v.object({
  msg: words,
  ...titled,
  errors: v.fallback(v.array(v.object(titled)), []),
});

const phrase = (title: string, detail: string): string =>
  [title, detail].filter((part) => part !== '').join(': ');

const isNotEmpty = (text: string): boolean => text !== '';

/** Fastly's explanation, or half a sentence that says that there is none. */
const explain = ({ body, bodyProblem, header }: Reply): string => {
  if (bodyProblem !== undefined) return `without an explanation: the answer ${bodyProblem.reason}`;
  const text = body.toString();
  const parsed = v.safeParse(errorSchema, parseJson(text));
  if (parsed.success) {
    const { msg, title, detail, errors } = parsed.output;
    const listed = errors.map((error) => phrase(error.title, error.detail)).filter(isNotEmpty);
    const explanation = [phrase(msg || title, detail), ...listed.slice(0, MAX_ERRORS_SHOWN)]
      .filter(isNotEmpty)
      .join('; ');
    if (explanation !== '') return explanation;
  }
  if (text.trim() === '') return 'without an explanation';
  return `without a readable explanation (${header('content-type') ?? 'no content type'})`;
};

/** Fastly's explanation without the token and without addresses. It may repeat them, also inside a URL or HTML. */
const mask = (text: string, token: string): string =>
  maskAddresses(text)
    .replaceAll(token, '[token]')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, MAX_EXPLANATION_LENGTH);

const REQUEST_TIMEOUT = 408;
const TOO_EARLY = 425;

const KINDS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'gone',
  [REQUEST_TIMEOUT]: 'unavailable',
  410: 'gone',
  [TOO_EARLY]: 'unavailable',
  429: 'rate_limited',
};

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** A redirected write did not take effect, and would be redirected again. For a read, the redirect may be an outage page. */
const kindOf = (method: Request['method'], status: number): FailureKind => {
  if (isRedirect(status)) return method === 'GET' ? 'unavailable' : 'rejected';
  return KINDS[status] ?? (status >= 400 && status < 500 ? 'rejected' : 'unavailable');
};

const REMEDIES: Partial<Record<FailureKind, string>> = {
  unauthorized: '; the token is wrong, expired or revoked: store a valid one',
  forbidden: '; the token needs the scope `global` and a user who may invite',
};

const remedyOf = (kind: FailureKind, status: number): string =>
  isRedirect(status) ? '; redirects are not followed: check the API address' : (REMEDIES[kind] ?? '');

/** How messages name a request: method and path. The query is left out; messages about a page name the page. */
export const nameOf = ({ method, path }: Request): string => `${method} /${path.join('/')}`;

/** The failure that a response with a status other than 2xx means. */
export const failureOf = (request: Request, reply: Reply, token: string): Failure => {
  const { status } = reply;
  const kind = kindOf(request.method, status);
  const explanation = mask(explain(reply), token);
  return {
    kind,
    status,
    message: `${nameOf(request)}: ${status}, ${explanation}${remedyOf(kind, status)}`,
  };
};
