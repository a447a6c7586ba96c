import { createHash } from 'node:crypto';
import type { ServiceGrant } from './invitation.ts';

/** SHA-256 over the parts, each ended by a line feed, in hexadecimal. */
export const sha256 = (parts: Iterable<string>): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
};

/** Stands for an address in logs, metrics and errors. 12 hexadecimal digits. */
export const emailHash = (email: string): string => sha256([email]).slice(0, 12);

/** Stands for service permissions, which Fastly does not show on a pending invitation. Order does not matter. */
export const servicesDigest = (services: readonly ServiceGrant[]): string =>
  sha256(services.map(({ id, permission }) => `${id}:${permission}`).sort()).slice(0, 32);
