/** What a run has stored: the record of its plan, and the outcomes of its jobs. */

import type { Email } from '../domain/invitation.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../domain/outcome.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { outcomesPrefix, runPrefix } from './keys.ts';
import { decodeRecord, type PlanRecord } from './plan-record.ts';

/**
 * Undefined when there is no record: the run ended before it had stored its plan, and so before its first job. Throws
 * when the record is damaged.
 */
export const readRecord = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
  runId: string,
): Promise<PlanRecord | undefined> => {
  const stored = await readText(store, `${runPrefix(account, runId)}plan.json`);
  return stored && decodeRecord(stored.text);
};

/** The outcomes stored so far, one per address. Throws when one of them is damaged. */
export const readOutcomes = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  runId: string,
): Promise<ReadonlyMap<Email, Outcome>> => {
  const outcomes: Outcome[] = [];
  for await (const key of store.list(outcomesPrefix(account, runId))) {
    const stored = await readText(store, key);
    if (stored !== undefined) outcomes.push(...decodeOutcomes(stored.text));
  }
  return foldOutcomes(outcomes);
};
