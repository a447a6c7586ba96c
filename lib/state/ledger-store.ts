/** The ledger in the store. It is written here only, by compare-and-swap. */

import type { Email } from '../domain/invitation.ts';
import { decodeLedger, EMPTY_LEDGER, encodeLedger, type Ledger } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { DamagedStateError } from './damaged-state.ts';
import { ledgerKey } from './keys.ts';
import { applyOutcomes } from './ledger-update.ts';
import type { PlanRecord } from './plan-record.ts';

/** More lost writes than this in a row are not a race. */
const MAX_ATTEMPTS = 5;

/**
 * Applies a run's outcomes to the stored ledger. Doing it twice leaves the same ledger. Throws a
 * {@link DamagedStateError} when the ledger can't be read, and an `Error` when other writers win every time.
 */
export const updateLedger = async (
  store: ObjectStore,
  record: PlanRecord,
  outcomes: ReadonlyMap<Email, Outcome>,
  generation: number,
): Promise<void> => {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { ledger, etag } = await readLedger(store, record.account);
    const updated = applyOutcomes(ledger, record, outcomes, generation);
    const condition = etag === undefined ? { ifAbsent: true as const } : { ifMatch: etag };
    const written = await store.write(ledgerKey(record.account), encodeLedger(updated), condition);
    if (written !== 'conflict') return;
  }
  throw new Error(`${ledgerKey(record.account)} kept changing while a run updated it; try again`);
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
