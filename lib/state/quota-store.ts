/** What is known of an account's write quota, in the store: `state/<account>/quota.json`. */

import * as v from 'valibot';
import type { KnownQuota } from '../domain/quota.ts';
import { type ObjectStore, readText, type WriteCondition } from '../ports/object-store.ts';
import { quotaKey } from './keys.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());
const quotaSchema = v.object({
  remaining: v.exactOptional(v.pipe(v.number(), v.integer())),
  windowEndsAt: time,
  seenAt: time,
  taken: count,
  perHour: count,
});

const decodeQuota = (text: string): KnownQuota | undefined => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), quotaSchema), text);
  if (!parsed.success) return undefined;
  const { remaining, windowEndsAt, seenAt, ...counts } = parsed.output;
  return { remaining, windowEndsAt: Date.parse(windowEndsAt), seenAt: Date.parse(seenAt), ...counts };
};

/**
 * `quota` undefined: nothing was stored, or nothing that can be read. That is no reason to stop: the next answer tells
 * again. `condition`: under which it may be written anew.
 */
export const readQuota = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
): Promise<{ readonly quota: KnownQuota | undefined; readonly condition: WriteCondition }> => {
  const stored = await readText(store, quotaKey(account));
  return stored === undefined
    ? { quota: undefined, condition: { ifAbsent: true } }
    : { quota: decodeQuota(stored.text), condition: { ifMatch: stored.etag } };
};

/** Returns the condition for writing it once more. */
export const writeQuota = async (
  store: Pick<ObjectStore, 'write'>,
  account: string,
  { remaining, windowEndsAt, seenAt, ...counts }: KnownQuota,
  condition: WriteCondition,
): Promise<WriteCondition | 'conflict'> => {
  const stored = {
    ...(remaining !== undefined && { remaining }),
    windowEndsAt: new Date(windowEndsAt).toISOString(),
    seenAt: new Date(seenAt).toISOString(),
    ...counts,
  };
  const written = await store.write(quotaKey(account), `${JSON.stringify(stored)}\n`, condition);
  return written === 'conflict' ? 'conflict' : { ifMatch: written.etag };
};
