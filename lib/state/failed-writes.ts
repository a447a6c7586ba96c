/**
 * How often the write of a job has failed: a queue counts deliveries, and a message can't be changed. One small object
 * per job whose write failed, beside the outcomes of its run.
 */

import * as v from 'valibot';
import { decodeJson } from '../domain/decode-json.ts';
import type { ChangeJob } from '../domain/job.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { failedWritesKey } from './keys.ts';

const countSchema = v.object({ failedWrites: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/**
 * Counts one more, and returns how many there are now. `isFirst`: the message was never delivered before, so nothing is
 * read. Throws when the count can't be read or stored.
 */
export const countFailedWrite = async (
  store: Pick<ObjectStore, 'read' | 'write'>,
  { account, runId, email }: Pick<ChangeJob, 'account' | 'runId' | 'email'>,
  isFirst: boolean,
): Promise<number> => {
  const key = failedWritesKey(account, runId, email);
  const stored = isFirst ? undefined : await readText(store, key);
  const decoded = stored && decodeJson(countSchema, stored.text);
  if (decoded && 'problem' in decoded) throw new Error(`${key} is damaged: ${decoded.problem}`);
  const failedWrites = (decoded?.value.failedWrites ?? 0) + 1;
  await store.write(key, `${JSON.stringify({ failedWrites })}\n`);
  return failedWrites;
};
