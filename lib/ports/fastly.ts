/** How Fastly's answers look to the use cases: values, never exceptions. */

import type { QuotaReading } from '../domain/quota.ts';

/**
 * Why Fastly did not do it.
 *
 * - `unauthorized` 401: the token is wrong or expired
 * - `forbidden` 403: the token may not do this
 * - `gone` 404 or 410
 * - `rate_limited` 429
 * - `rejected` any other 4xx: the same call would fail again
 * - `unavailable` 5xx, time-out, lost connection, unreadable answer: the effect is unknown
 * - `incomplete` a listing that is not whole; nothing may be concluded from it
 */
export type FailureKind =
  | 'unauthorized'
  | 'forbidden'
  | 'gone'
  | 'rate_limited'
  | 'rejected'
  | 'unavailable'
  | 'incomplete';

export type Failure = {
  readonly kind: FailureKind;
  /** HTTP status, absent when there was no answer. */
  readonly status?: number;
  /** One sentence with method, path and Fastly's own words; never an address or a token. */
  readonly message: string;
};

export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly quota?: QuotaReading }
  | { readonly ok: false; readonly failure: Failure; readonly quota?: QuotaReading };

/** What `GET /tokens/self` says of the token in use. */
export type TokenInfo = {
  readonly customerId: string;
  /** For example `global` or `global:read`. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; undefined: it does not expire. */
  readonly expiresAt: number | undefined;
};
