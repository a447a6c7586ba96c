import type { QuotaReading } from '../domain/quota.ts';
import type { Reply } from './transport.ts';

/**
 * What a response says of the hourly write quota. Fastly sends these headers with many responses to writes, not with all.
 *
 * @see https://www.fastly.com/documentation/reference/api/#rate-limiting
 */
export const readQuota = ({ header }: Pick<Reply, 'header'>): QuotaReading => ({
  remaining: header('fastly-ratelimit-remaining'),
  reset: header('fastly-ratelimit-reset'),
  date: header('date'),
});
