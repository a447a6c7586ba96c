/** Fastly's errors, in the four shapes they come in, as one sentence without secrets. */

import * as v from 'valibot';
import type { Failure, FailureKind } from '../ports/fastly.ts';
import { parseJson } from './json.ts';
import type { Reply } from './transport.ts';

const MAX_EXPLANATION_LENGTH = 300;
const MAX_ERRORS_SHOWN = 3;

const words = v.fallback(v.optional(v.string(), ''), '');
const titled = { title: words, detail: words };
/**
 * Legacy `{msg, detail}`, JSON:API `{errors: [{title, detail}]}` and problem `{title, detail, errors: null}` at once:
 * any of them comes under any content type, also from the JSON:API endpoints.
 */
const errorSchema = v.object({
  msg: words,
  ...titled,
  errors: v.fallback(v.array(v.object(titled)), []),
});

const phrase = (title: string, detail: string): string =>
  [title, detail].filter((part) => part !== '').join(': ');

const isNotEmpty = (text: string): boolean => text !== '';

/** Fastly's own words, or what came instead of them. */
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

const AT_SIGN = /@|%40|&#64;|\\u0040/i;

/** What Fastly says may repeat what it was sent, also in a URL or in HTML: too much is masked rather than too little. */
const mask = (text: string, token: string): string =>
  text
    .replaceAll(token, '[token]')
    .split(/[\s\p{Cc}]+/u)
    .map((word) => (AT_SIGN.test(word) ? '[address]' : word))
    .join(' ')
    .slice(0, MAX_EXPLANATION_LENGTH);

const REQUEST_TIMEOUT = 408;

const KINDS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'gone',
  [REQUEST_TIMEOUT]: 'unavailable',
  410: 'gone',
  429: 'rate_limited',
};

const kindOf = (status: number): FailureKind =>
  KINDS[status] ?? (status >= 400 && status < 500 ? 'rejected' : 'unavailable');

const REMEDIES: Partial<Record<FailureKind, string>> = {
  unauthorized: '; the token is wrong, expired or revoked: store a valid one',
  forbidden: '; the token needs the scope `global` and a user who may invite',
};

const remedyOf = (kind: FailureKind, status: number): string =>
  status >= 300 && status < 400
    ? '; redirects are not followed: check the API address'
    : (REMEDIES[kind] ?? '');

/** For an answer that is not what was asked for. `where` is method and path. */
export const failureOf = (where: string, reply: Reply, token: string): Failure => {
  const kind = kindOf(reply.status);
  const explanation = mask(explain(reply), token);
  return {
    kind,
    status: reply.status,
    message: `${where}: ${reply.status}, ${explanation}${remedyOf(kind, reply.status)}`,
  };
};
