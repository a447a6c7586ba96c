/** The current state: what Fastly, the ledger and unfinished runs say. */

import type { Email } from '../domain/invitation.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../domain/outcome.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { outcomesPrefix, runPrefix } from './keys.ts';
import { decodeRecord, type PlanRecord } from './plan-record.ts';
/** Undefined when the run died before it had a plan; then none of its jobs exists either. */
export const readRecord = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
  runId: string,
): Promise<PlanRecord | undefined> => {
  const stored = await readText(store, `${runPrefix(account, runId)}plan.json`);
  return stored && decodeRecord(stored.text);
};

/** All outcomes of a run, one per address. */
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
