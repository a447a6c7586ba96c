/** The ledger entries that runs could not write because they never finished. */

import type { Email, Invitation } from '../domain/invitation.ts';
import type { Ledger, LedgerEntry } from '../domain/ledger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { mergeLedger, pendingResends, recoverRun } from './ledger-update.ts';
import { readOutcomes, readRecord } from './read-run.ts';

export type Recovered = {
  /** The stored ledger with `recovered` over it. */
  readonly ledger: Ledger;
  /** The entries that the stored ledger lacks. */
  readonly recovered: ReadonlyMap<Email, LedgerEntry>;
  /** Mails that somebody asked for and that were not sent; see `pendingResends`. */
  readonly resends: ReadonlyMap<Email, string>;
};

/** Recovers the runs in `unsettled`, oldest first, as a later run builds on what an earlier one sent. Writes nothing. */
export const recoverRuns = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  unsettled: readonly string[],
  ledger: Ledger,
  invitations: readonly Invitation[],
  generation: number,
): Promise<Recovered> => {
  let known = ledger;
  let recovered: ReadonlyMap<Email, LedgerEntry> = new Map();
  let resends: ReadonlyMap<Email, string> = new Map();
  if (unsettled.length === 0) return { ledger, recovered, resends };
  const byEmail = Map.groupBy(invitations, ({ email }) => email);
  for (const runId of unsettled) {
    const record = await readRecord(store, account, runId);
    if (record === undefined) continue;
    const outcomes = await readOutcomes(store, account, runId);
    const made = recoverRun({ record, outcomes }, known, byEmail, generation);
    // Somebody may have put an older pointer back, with a run that the ledger has left behind since.
    const isNewer = (email: Email): boolean =>
      (ledger.get(email)?.generation ?? 0) > (record.generation ?? generation);
    const updates = new Map([...made].filter(([email]) => !isNewer(email)));
    known = mergeLedger(known, updates);
    recovered = new Map([...recovered, ...updates]);
    resends = new Map([...resends, ...pendingResends({ record, outcomes }, known)]);
  }
  return { ledger: known, recovered, resends };
};
