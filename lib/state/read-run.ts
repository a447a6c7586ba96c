/** The current state: what Fastly, the ledger and unfinished runs say. */

import type { Email, Invitation, Member } from '../domain/invitation.ts';
import { decodeLedger, EMPTY_LEDGER, type Ledger, type LedgerEntry } from '../domain/ledger.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../domain/outcome.ts';
import type { FastlyReader } from '../planner/ports.ts';
import type { Answer, Failure } from '../ports/fastly.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { ledgerKey, outcomesPrefix, runPrefix } from './keys.ts';
import { mergeLedger, settleRun } from './ledger-update.ts';
import { decodeRecord, type PlanRecord } from './plan-record.ts';
import { DamagedStateError } from './pointer-store.ts';

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

export type Current = { readonly invitations: readonly Invitation[]; readonly members: readonly Member[] };

/**
 * Invitations first: somebody who accepts in between is then found twice, and counts as a member. The other way round
 * they would be found nowhere, and mailed again.
 */
export const readCurrent = async (
  fastly: Pick<FastlyReader, 'listInvitations' | 'listMembers'>,
  customerId: string,
): Promise<Answer<Current> | { readonly ok: false; readonly failure: Failure }> => {
  const invitations = await fastly.listInvitations();
  if (!invitations.ok) return invitations;
  const members = await fastly.listMembers(customerId);
  if (!members.ok) return members;
  return { ok: true, value: { invitations: invitations.value, members: members.value } };
};

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
