/**
 * What an error of the AWS SDK says. Errors are told apart by name and status, never by `instanceof`: S3 has error codes
 * without a class of their own, `PreconditionFailed` among them.
 */

import { maskAddresses } from '../domain/mask-addresses.ts';

type Described = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

const described = (error: unknown): Described =>
  typeof error === 'object' && error !== null ? (error as Described) : {};

/** The error code, such as `NoSuchKey`. */
export const errorName = (error: unknown): string => String(described(error).name ?? 'UnknownError');

/** The HTTP status; undefined when there was no response. */
export const statusOf = (error: unknown): number | undefined => described(error).$metadata?.httpStatusCode;

/**
 * Code and message. AWS quotes parameters in some messages, and these can contain addresses. A full stop at the end is
 * dropped, because callers continue the sentence.
 */
export const describeError = (error: unknown): string =>
  maskAddresses(`${errorName(error)}: ${described(error).message ?? 'no message'}`).replace(/\.$/, '');

/** Whether the same request may succeed later: there was no response or no usable one, throttling, or a 5xx. */
export const isTransient = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429 || /throttl/i.test(errorName(error));
};

/** Whether a permission is missing. */
export const isAccessDenied = (error: unknown): boolean =>
  statusOf(error) === 403 || /AccessDenied/.test(errorName(error));
