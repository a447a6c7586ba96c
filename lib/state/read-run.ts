/** What a run has stored: the record of its plan, and the outcomes of its jobs. */

import pLimit from 'p-limit';
import type { Email } from '../domain/invitation.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../domain/outcome.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { errorText } from '../ports/telemetry.ts';
import { outcomesPrefix, runPrefix } from './keys.ts';
import { decodeRecord, type PlanRecord } from './plan-record.ts';

const namingDamaged = <T>(key: string, decode: () => T): T => {
  try {
    return decode();
  } catch (error) {
    throw new Error(`${key} is damaged: ${errorText(error)}`, { cause: error });
  }
};

/**
 * Undefined when there is no record: the run ended before it had stored its plan, and so before its first job. Throws
 * when the record is damaged.
 */
export const readRecord = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
  runId: string,
): Promise<PlanRecord | undefined> => {
  const key = `${runPrefix(account, runId)}plan.json`;
  const stored = await readText(store, key);
  return stored && namingDamaged(key, () => decodeRecord(stored.text));
};

/**
 * Objects of outcomes that are read at once. One after another, at some 20 ms each, those of a large run take longer than
 * the function may run. The AWS client opens 50 connections at most; this leaves some of them to others.
 */
export const OUTCOME_READ_CONCURRENCY = 32;

/** The outcomes stored so far, one per address. Throws when one of them is damaged or can't be read. */
export const readOutcomes = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  runId: string,
): Promise<ReadonlyMap<Email, Outcome>> => {
  const keys = await Array.fromAsync(store.list(outcomesPrefix(account, runId)));
  const limit = pLimit(OUTCOME_READ_CONCURRENCY);
  try {
    const outcomes = await limit.map(keys, async (key) => {
      const stored = await readText(store, key);
      return stored === undefined ? [] : namingDamaged(key, () => decodeOutcomes(stored.text));
    });
    return foldOutcomes(outcomes.flat());
  } finally {
    // After a failure the other reads would be of no use.
    limit.clearQueue();
  }
};
