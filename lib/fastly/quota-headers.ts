import { type QuotaReading, wholeNumber } from '../domain/quota.ts';
import type { Reply } from './transport.ts';

/** A header that was sent several times holds several numbers, with commas between them: the one that `better` prefers. */
const oneOf = (text: string | undefined, better: (a: number, b: number) => number): string | undefined => {
  const numbers = (text ?? '')
    .split(',')
    .map(wholeNumber)
    .filter((number) => number !== undefined);
  return numbers.length === 0 ? text : String(numbers.reduce((a, b) => better(a, b)));
};

/**
 * What a response says of the hourly write quota. Fastly sends these headers with many responses to writes, not with all.
 * Where they come more than once, the fewest writes and the latest reset count: neither can spend a write too many.
 *
 * @see https://www.fastly.com/documentation/reference/api/#rate-limiting
 */
export const readQuota = ({ header }: Pick<Reply, 'header'>): QuotaReading => ({
  remaining: oneOf(header('fastly-ratelimit-remaining'), Math.min),
  reset: oneOf(header('fastly-ratelimit-reset'), Math.max),
  date: header('date'),
});
