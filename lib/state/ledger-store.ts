/** Writing the ledger: the one place that does. */

import type { Email } from '../domain/invitation.ts';
import type { Ledger } from '../domain/ledger.ts';
import { decodeLedger, EMPTY_LEDGER, encodeLedger } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readText } from '../ports/object-store.ts';
import { ledgerKey } from './keys.ts';
import { applyOutcomes } from './ledger-update.ts';
import type { PlanRecord } from './plan-record.ts';
import { DamagedStateError } from './pointer-store.ts';

/** Losing this often to another fold of the same account is not a race. */
const MAX_ATTEMPTS = 5;

/** Folds a run's outcomes into the ledger by compare-and-swap; again and again, if need be, with the same result. */
export const updateLedger = async (
  store: ObjectStore,
  record: PlanRecord,
  outcomes: ReadonlyMap<Email, Outcome>,
  generation: number,
): Promise<void> => {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { ledger, etag } = await readLedger(store, record.account);
    const folded = applyOutcomes(ledger, record, outcomes, generation);
    const condition = etag === undefined ? { ifAbsent: true as const } : { ifMatch: etag };
    const written = await store.write(ledgerKey(record.account), encodeLedger(folded), condition);
    if (written !== 'conflict') return;
  }
  throw new Error(`${ledgerKey(record.account)} kept changing while it was folded; try again`);
};

export type StoredLedger = { readonly ledger: Ledger; readonly etag: string | undefined };

/** An absent ledger is a first run; a damaged one throws a {@link DamagedStateError}. */
export const readLedger = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
): Promise<StoredLedger> => {
  const key = ledgerKey(account);
  const stored = await readText(store, key);
  if (stored === undefined) return { ledger: EMPTY_LEDGER, etag: undefined };
  const decoded = decodeLedger(stored.text);
  if ('problem' in decoded) throw new DamagedStateError(key, decoded.problem);
  return { ledger: decoded.ledger, etag: stored.etag };
};
