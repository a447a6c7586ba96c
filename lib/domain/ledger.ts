/** What was last sent to whom, and how often: Fastly does not tell, and mail can't be taken back. */

import * as v from 'valibot';
import { decodeJson } from './decode-json.ts';
import { accessDigest } from './digest.ts';
import type { Access, Email } from './invitation.ts';
import { CLOCK_TOLERANCE_MS } from './time.ts';

export type LedgerEntry = {
  /** Mails sent to this address by this tool, whatever the reason, until the person is a member. */
  readonly count: number;
  /** ISO 8601 */
  readonly firstSentAt: string;
  /** ISO 8601 */
  readonly lastSentAt: string;
  /** Of the access last sent; see `accessDigest`. */
  readonly accessDigest: string;
  /** The access last sent, as Fastly does not show all of it. */
  readonly access?: Access;
  /** The invitation last sent. Absent when a POST may have sent one that nobody could identify. */
  readonly invitationId?: string;
  /** The generation that wrote this entry: an older one never overwrites it. */
  readonly generation: number;
  /** A replace cancelled the old invitation and could not send the new one: the cool-down does not apply, the cap does. */
  readonly interrupted?: true;
  /** The event that asked for the last mail past cool-down and cap. Delivered again, it does not get another one. */
  readonly resend?: string;
};

export type Ledger = ReadonlyMap<Email, LedgerEntry>;

export const EMPTY_LEDGER: Ledger = new Map();

const sentAccess = v.object({ limitServices: v.boolean(), services: v.array(v.object({ id: v.string() })) });
const accessSchema = v.custom<Access>((value) => v.is(sentAccess, value));

/** What is stored of an entry, also in the records of runs that recovered it. */
export const ledgerEntrySchema = v.object({
  count: v.pipe(v.number(), v.integer(), v.minValue(0)),
  firstSentAt: v.pipe(v.string(), v.isoTimestamp()),
  lastSentAt: v.pipe(v.string(), v.isoTimestamp()),
  accessDigest: v.string(),
  access: v.exactOptional(accessSchema),
  invitationId: v.exactOptional(v.string()),
  generation: v.optional(v.number(), 0),
  interrupted: v.exactOptional(v.literal(true)),
  resend: v.exactOptional(v.string()),
});
const ledgerSchema = v.record(v.string(), ledgerEntrySchema);

/** The newest generation that wrote an entry; 0 for an empty ledger. */
export const newestGeneration = (ledger: Ledger): number => {
  let newest = 0;
  for (const { generation } of ledger.values()) newest = Math.max(newest, generation);
  return newest;
};

/** Entries with equal access share one object, as those of a roster do: there may be a million of them. */
const withSharedAccess = (entries: v.InferOutput<typeof ledgerSchema>): Ledger => {
  const shared = new Map<string, Access>();
  const ledger = new Map<Email, LedgerEntry>();
  for (const [email, entry] of Object.entries(entries)) {
    const access = shared.get(entry.accessDigest) ?? entry.access;
    if (access !== undefined) {
      shared.set(entry.accessDigest, access);
      entry.access = access;
    }
    ledger.set(email as Email, entry);
  }
  return ledger;
};

/** A damaged ledger is never taken for an empty one: it would mail everybody again. */
export const decodeLedger = (text: string): { ledger: Ledger } | { problem: string } => {
  const decoded = decodeJson(ledgerSchema, text);
  return 'problem' in decoded ? decoded : { ledger: withSharedAccess(decoded.value) };
};

/** Sorted by address, so that equal ledgers are equal files. */
export function* encodeLedger(ledger: Ledger): Generator<string> {
  yield '{';
  let separator = '\n';
  for (const email of [...ledger.keys()].sort()) {
    yield `${separator}${JSON.stringify(email)}:${JSON.stringify(ledger.get(email))}`;
    separator = ',\n';
  }
  yield '\n}\n';
}

/**
 * The entry after one more mail. `number` is absolute, so that applying a run twice counts its mails once. A mail from
 * before the last one, which has another invitation, is counted and no more: people may have put the pointer of its run
 * in place again. Two clocks told the times.
 */
export const withMail = (
  before: LedgerEntry | undefined,
  mail: {
    readonly number: number;
    readonly at: string;
    readonly access: Access;
    readonly generation: number;
    readonly invitationId: string | undefined;
    readonly resend: string | undefined;
  },
): LedgerEntry => {
  const { number, at, access, generation, invitationId, resend } = mail;
  const isOther = before?.invitationId !== undefined && before.invitationId !== invitationId;
  if (isOther && Date.parse(at) < Date.parse(before.lastSentAt) - CLOCK_TOLERANCE_MS)
    return { ...before, count: Math.max(before.count, number), generation };
  return {
    count: number,
    firstSentAt: before?.firstSentAt ?? at,
    lastSentAt: at,
    accessDigest: accessDigest(access),
    access,
    ...(invitationId !== undefined && { invitationId }),
    generation,
    ...(resend !== undefined && { resend }),
  };
};
