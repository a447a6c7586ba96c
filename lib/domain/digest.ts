import { createHash, hash } from 'node:crypto';
import type { ServiceGrant } from './invitation.ts';

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

/** Stands for service permissions, which Fastly does not show on a pending invitation. Order does not matter. */
export const servicesDigest = (services: readonly ServiceGrant[]): string =>
  sha256(services.map(({ id, permission }) => `${id}:${permission}`).sort()).slice(0, 32);
