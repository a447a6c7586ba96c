/** What runs that never finished left behind. */

import type { Email, Invitation } from '../domain/invitation.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { mergeLedger, settleRun } from './ledger-update.ts';
import { readOutcomes, readRecord } from './read-run.ts';

/** What runs that never finished have left behind, oldest first; `carried` is what the ledger does not know yet. */
export const settleRuns = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  unsettled: readonly string[],
  ledger: Ledger,
  invitations: readonly Invitation[],
  generation: number,
): Promise<{ readonly ledger: Ledger; readonly carried: ReadonlyMap<Email, LedgerEntry> }> => {
  let settled = ledger;
  let carried: ReadonlyMap<Email, LedgerEntry> = new Map();
  if (unsettled.length === 0) return { ledger, carried };
  const byEmail = Map.groupBy(invitations, ({ email }) => email);
  for (const runId of unsettled) {
    const record = await readRecord(store, account, runId);
    if (record === undefined) continue;
    const outcomes = await readOutcomes(store, account, runId);
    const updates = settleRun({ record, outcomes }, settled, byEmail, generation);
    settled = mergeLedger(settled, updates);
    carried = new Map([...carried, ...updates]);
  }
  return { ledger: settled, carried };
};
