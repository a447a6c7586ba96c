import { createHash, hash } from 'node:crypto';
import type { ServiceGrant } from './invitation.ts';

const asLine = (part: string): string => `${part}\n`;

/** SHA-256 over the parts, each ended by a line feed, in hexadecimal. */
export const sha256 = (parts: readonly string[]): string => {
  let text = '';
  for (const part of parts) text += asLine(part);
  return hash('sha256', text);
};

/** Enough text to be worth a call. */
const PIECE_LENGTH = 16 * 1024;

/** The same over more parts than should be in memory at once. */
export const sha256OfMany = (parts: Iterable<string>): string => {
  const digest = createHash('sha256');
  let text = '';
  for (const part of parts) {
    text += asLine(part);
    if (text.length < PIECE_LENGTH) continue;
    digest.update(text);
    text = '';
  }
  return digest.update(text).digest('hex');
};

/** Stands for an address in logs, metrics and errors. 12 hexadecimal digits. */
export const emailHash = (email: string): string => sha256([email]).slice(0, 12);

/** Stands for service permissions, which Fastly does not show on a pending invitation. Order does not matter. */
export const servicesDigest = (services: readonly ServiceGrant[]): string =>
  sha256(services.map(({ id, permission }) => `${id}:${permission}`).sort()).slice(0, 32);
