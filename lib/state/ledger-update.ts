/**
 * What a run's outcomes, or their absence, say about who was mailed. Pure; doing it twice gives the same.
 *
 * A run plans changes (its record), the worker stores an outcome per job, and only at the end the ledger is written.
 * There are three ways to that end:
 *
 * 1. The run **finished**: every job has its outcome. `applyOutcomes` counts a mail for each outcome that sent one.
 * 2. The run was **cut off** (superseded, halted, or killed): some jobs have no outcome, or one that does not tell
 *    whether the write before it took effect. The pointer keeps the run's id in `unsettled`. The next run asks Fastly's
 *    list about those jobs (`recoverRun`), plans with what it learned, and writes that down in its own record as
 *    `recovered`.
 * 3. The recovering run is **cut off as well**. Its record still holds `recovered`, its id is in `unsettled` too, and the
 *    run after it recovers both, oldest first. Of two entries it takes the one that tells of more.
 *
 * Entries name the generation that wrote them. A `finish` job that was asleep while a newer run wrote the same address
 * changes nothing there.
 */

import type { CreateChange, ReplaceChange } from '../domain/change.ts';
import type { Email, Invitation } from '../domain/invitation.ts';
import { shownDifferences } from '../domain/invitation-match.ts';
import { type Ledger, type LedgerEntry, withMail } from '../domain/ledger.ts';
import { isSent, type Outcome, type OutcomeResult } from '../domain/outcome.ts';
import { CLOCK_TOLERANCE_MS } from '../domain/time.ts';
import { type LedgerUpdate, type PlanRecord, releasedChanges } from './plan-record.ts';

type MailingChange = CreateChange | ReplaceChange;
type Outcomes = ReadonlyMap<Email, Outcome>;

const mailingChanges = (record: Pick<PlanRecord, 'changes'>): MailingChange[] =>
  releasedChanges(record).filter((change) => change.action !== 'delete');

const interrupted = (entry: LedgerEntry | undefined, generation: number): LedgerEntry | undefined =>
  // An address without an entry has no cool-down, so there is nothing to lift.
  entry === undefined ? undefined : { ...entry, generation, interrupted: true };

/**
 * The invitation of a job is the one last counted: no new mail. The list had shown it too late for the plan, and the job
 * found it, before its POST or after one whose answer was lost.
 */
const isCounted = (outcome: Outcome | undefined, before: LedgerEntry | undefined): before is LedgerEntry =>
  outcome?.invitationId !== undefined && outcome.invitationId === before?.invitationId;

/** The entry after one mailing change of a run that finished: every job has its outcome. */
const afterOutcome = (
  change: MailingChange,
  outcome: Outcome | undefined,
  before: LedgerEntry | undefined,
  generation: number,
): LedgerEntry | undefined => {
  if (outcome === undefined) return before;
  if (isSent(outcome) || outcome.mayHaveSent) {
    const { access, resend } = change;
    const { invitationId, sentAt: at = outcome.at } = outcome;
    // An entry of this recovery is a guess: it may have taken this run's invitation for that of an older run.
    const isCountedBefore = isCounted(outcome, before) && before.generation < generation;
    const number = isCountedBefore ? before.count : change.mailNumber;
    return withMail(before, { number, access, at, generation, invitationId, resend });
  }
  const stranded = outcome.result === 'rejected' || outcome.result === 'failed';
  return change.action === 'replace' && stranded ? interrupted(before, generation) : before;
};

const isSince = ({ createdAt }: PlanRecord, invitation: Invitation): boolean =>
  invitation.createdAt === undefined || invitation.createdAt >= Date.parse(createdAt) - CLOCK_TOLERANCE_MS;

/** Whether the last counted mail came after a run that would cancel the invitations with these ids. */
const isMailedSince = (
  { createdAt }: PlanRecord,
  old: ReadonlySet<string>,
  before: LedgerEntry | undefined,
): boolean =>
  before?.invitationId !== undefined &&
  !old.has(before.invitationId) &&
  Date.parse(before.lastSentAt) >= Date.parse(createdAt);

/** The entry after one mailing change of a run that was cut off: what its outcomes leave open, the listing answers. */
const afterListing = (
  change: MailingChange,
  record: PlanRecord,
  found: readonly Invitation[],
  before: LedgerEntry | undefined,
  generation: number,
): LedgerEntry | undefined => {
  const old = new Set(change.action === 'replace' ? change.invitationIds : []);
  // Before this recovery, not by an older run of it: that one's guess is no better than this one's.
  const isKnown = ({ id }: Invitation): boolean =>
    before !== undefined && before.invitationId === id && before.generation < generation;
  // An invitation with a new id means that this run sent a mail, even if it has expired since. A create found no
  // invitation at all, so for a create every invitation is new but one that is known, which the list showed late.
  const fresh = found.find(
    (invitation) =>
      !old.has(invitation.id) &&
      !isKnown(invitation) &&
      (change.action === 'create' || isSince(record, invitation)),
  );
  if (fresh !== undefined) {
    const { mailNumber: number, access, resend } = change;
    const at = fresh.createdAt === undefined ? record.createdAt : new Date(fresh.createdAt).toISOString();
    // Counted as a mail of this run in any case. Called its own only if it shows what the run asked for: somebody else
    // may have sent it, and then the next plan has to replace it.
    const isOurs = shownDifferences(access, fresh).length === 0;
    const invitationId = isOurs ? fresh.id : undefined;
    return withMail(before, { number, access, at, generation, invitationId, resend });
  }
  const cancelled = change.action === 'replace' && !found.some(({ id }) => old.has(id));
  return cancelled && !isMailedSince(record, old, before) ? interrupted(before, generation) : before;
};

/** Outcomes that do not tell whether another write took effect: before them, or in a delivery whose outcome was lost. */
const OPEN_RESULTS: ReadonlySet<OutcomeResult> = new Set(['superseded', 'failed', 'rejected']);

const isOpen = (outcome: Outcome | undefined): boolean =>
  outcome === undefined || (OPEN_RESULTS.has(outcome.result) && !outcome.mayHaveSent);

/** Whether `entry` tells of a mail, or of a mail's invitation, that `other` does not know. */
const tellsMore = (entry: LedgerEntry | undefined, other: LedgerEntry): boolean => {
  if (entry?.count !== other.count) return (entry?.count ?? 0) > other.count;
  return entry.invitationId !== undefined && other.invitationId === undefined;
};

/**
 * The ledger entries that a run which never finished would have written, given what Fastly lists now. The run must be
 * void already, so that nothing of it can still happen.
 */
export const recoverRun = (
  run: { readonly record: PlanRecord; readonly outcomes: Outcomes },
  ledger: Ledger,
  invitationsByEmail: ReadonlyMap<Email, readonly Invitation[]>,
  generation: number,
): ReadonlyMap<Email, LedgerEntry> => {
  const guessed = Object.entries(run.record.ledger.recovered) as [Email, LedgerEntry][];
  // What this run recovered from the runs before it. Their workers may have told more since.
  const updates = new Map(guessed.filter(([email, entry]) => !tellsMore(ledger.get(email), entry)));
  for (const change of mailingChanges(run.record)) {
    const before = updates.get(change.email) ?? ledger.get(change.email);
    const outcome = run.outcomes.get(change.email);
    const found = invitationsByEmail.get(change.email) ?? [];
    if (outcome?.result === 'already_invited' && isCounted(outcome, before) && before.generation < generation)
      continue;
    const after = isOpen(outcome)
      ? afterListing(change, run.record, found, before, generation)
      : afterOutcome(change, outcome, before, generation);
    if (after !== undefined && after !== before) updates.set(change.email, after);
  }
  return updates;
};

/**
 * The mails that somebody asked for and that a run which never finished did not send: by address, the event that asked.
 * `ledger`: with what {@link recoverRun} found. The next plan sends them.
 */
export const pendingResends = (
  run: { readonly record: PlanRecord; readonly outcomes: Outcomes },
  ledger: Ledger,
): ReadonlyMap<Email, string> => {
  const pending = new Map<Email, string>();
  for (const { email, resend } of mailingChanges(run.record))
    if (resend !== undefined && isOpen(run.outcomes.get(email)) && ledger.get(email)?.resend !== resend)
      pending.set(email, resend);
  return pending;
};

/** `ledger` with `updates` over it. */
export const mergeLedger = (ledger: Ledger, updates: ReadonlyMap<Email, LedgerEntry>): Ledger =>
  updates.size === 0 ? ledger : new Map([...ledger, ...updates]);

/**
 * The ledger after a finished run. Applying its outcomes twice gives the same ledger. An entry that a newer generation
 * wrote stays, so a `finish` that was asleep for long can't turn back the clock.
 */
export const applyOutcomes = (
  ledger: Ledger,
  record: PlanRecord,
  outcomes: Outcomes,
  generation: number,
): Ledger => {
  const updated = new Map(ledger);
  const isNewer = (email: Email): boolean => (updated.get(email)?.generation ?? 0) > generation;
  const update: LedgerUpdate = record.ledger;
  for (const [email, entry] of Object.entries(update.recovered) as [Email, LedgerEntry][])
    if (!isNewer(email)) updated.set(email, entry);
  for (const change of mailingChanges(record)) {
    const before = updated.get(change.email);
    const outcome = outcomes.get(change.email);
    const after = isCounted(outcome, before) ? before : afterOutcome(change, outcome, before, generation);
    if (after !== undefined && !isNewer(change.email)) updated.set(change.email, after);
  }
  for (const email of update.forgotten) if (!isNewer(email)) updated.delete(email);
  return updated;
};
