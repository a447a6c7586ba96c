import { createHash, hash } from 'node:crypto';
import type { Access } from './invitation.ts';

/** SHA-256 over the parts, each ended by a line feed, in hexadecimal. */
export const sha256 = (parts: readonly string[]): string =>
  hash('sha256', parts.map((part) => `${part}\n`).join(''));

/** The same as `sha256`, for more parts than should be in memory at once. */
export const sha256OfMany = (parts: Iterable<string>): string => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part}\n`);
  return digest.digest('hex');
};

/** Stands for an address in logs, metrics and errors. 12 hexadecimal digits. */
export const emailHash = (email: string): string => sha256([email]).slice(0, 12);

/**
 * Stands for the whole access of an invitation, with the service permissions that Fastly does not show while it is
 * pending. The order of services does not matter. 32 hexadecimal digits.
 */
export const accessDigest = ({ role, roles, limitServices, services }: Access): string =>
  sha256([
    role ?? '',
    (roles ?? []).join(';'),
    String(limitServices),
    ...services.map(({ id, permission }) => `${id}:${permission}`).sort(),
  ]).slice(0, 32);
