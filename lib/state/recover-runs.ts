/** What runs that never finished left behind. */

import type { Email, Invitation } from '../domain/invitation.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { mergeLedger, recoverRun } from './ledger-update.ts';
import { readOutcomes, readRecord } from './read-run.ts';

/** What runs that never finished have left behind, oldest first; `recovered` is what the ledger does not know yet. */
export const recoverRuns = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  unsettled: readonly string[],
  ledger: Ledger,
  invitations: readonly Invitation[],
  generation: number,
): Promise<{ readonly ledger: Ledger; readonly recovered: ReadonlyMap<Email, LedgerEntry> }> => {
  let settled = ledger;
  let recovered: ReadonlyMap<Email, LedgerEntry> = new Map();
  if (unsettled.length === 0) return { ledger, recovered };
  const byEmail = Map.groupBy(invitations, ({ email }) => email);
  for (const runId of unsettled) {
    const record = await readRecord(store, account, runId);
    if (record === undefined) continue;
    const outcomes = await readOutcomes(store, account, runId);
    const updates = recoverRun({ record, outcomes }, settled, byEmail, generation);
    settled = mergeLedger(settled, updates);
    recovered = new Map([...recovered, ...updates]);
  }
  return { ledger: settled, recovered };
};
