/**
 * What an error of the AWS SDK says. Errors are told apart by name and status, never by `instanceof`: S3 has error codes
 * without a class of their own, `PreconditionFailed` among them.
 */

type Described = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

const described = (error: unknown): Described =>
  typeof error === 'object' && error !== null ? (error as Described) : {};

/** The error code, such as `NoSuchKey`. */
export const errorName = (error: unknown): string => String(described(error).name ?? 'UnknownError');

/** `undefined`: there was no answer. */
export const statusOf = (error: unknown): number | undefined => described(error).$metadata?.httpStatusCode;

/** AWS quotes parameters in some messages, and a parameter can contain an address. */
export const withoutAddresses = (text: string): string => text.replace(/[^\s"'<>]+@[^\s"'<>]+/g, '(address)');

/** Code and message, without addresses and without a full stop: the sentence goes on. */
export const describeError = (error: unknown): string =>
  withoutAddresses(`${errorName(error)}: ${described(error).message ?? 'no message'}`).replace(/\.$/, '');

/** May pass without anybody doing something: no answer, an answer that does not add up, throttling, 5xx. */
export const isTransient = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429 || /throttl/i.test(errorName(error));
};

/** Access was denied, with or without a statement on why. */
export const isAccessDenied = (error: unknown): boolean =>
  statusOf(error) === 403 || /AccessDenied/.test(errorName(error));
