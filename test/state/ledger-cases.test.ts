import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { accessDigest } from '../../lib/domain/digest.ts';
import type { Email, Invitation } from '../../lib/domain/invitation.ts';
import type { Ledger, LedgerEntry } from '../../lib/domain/ledger.ts';
import { foldOutcomes, type OutcomeResult } from '../../lib/domain/outcome.ts';
import { applyOutcomes, recoverRun } from '../../lib/state/ledger-update.ts';
import { access, email, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { outcomeOf, recordWith } from '../support/stored-state.ts';
import { create, remove, replace } from '../support/worker.ts';

const MINUTE_MS = 60_000;
const LATER = new Date(NOW + MINUTE_MS).toISOString();
const FIVE_MINUTES_LATER = new Date(NOW + 6 * MINUTE_MS).toISOString();
const SIX_MINUTES_LATER = new Date(NOW + 6 * MINUTE_MS + 1).toISOString();
const PLANNED_AT = new Date(NOW).toISOString();
const ADA = email('ada');

/** Mailed once, by an older generation. */
const KNOWN = ledgerEntry({ count: 1, generation: 3 });

type Case = {
  readonly name: string;
  readonly change: Change;
  /** The entry before; `undefined`: none. */
  readonly before?: LedgerEntry;
  readonly result?: OutcomeResult;
  readonly found?: readonly Invitation[];
  /** The entry after; `unchanged`: the one before, and nothing is written. */
  readonly after: Partial<LedgerEntry> | 'unchanged';
};

const ledgerWith = (before: LedgerEntry | undefined): Ledger =>
  new Map(before === undefined ? [] : [[ADA, before]]);

const outcomesWith = (change: Change, result: OutcomeResult | undefined) =>
  foldOutcomes(result === undefined ? [] : [outcomeOf(change, result, LATER)]);

const MAILED = { lastSentAt: LATER, generation: 7 };
const INTERRUPTED = { ...KNOWN, generation: 7, interrupted: true as const };

describe('the entry after a run that finished', () => {
  it.each<Case>([
    {
      name: 'created: mailed',
      change: create('ada'),
      result: 'created',
      after: { ...MAILED, count: 1, firstSentAt: LATER },
    },
    {
      name: 'replaced: mailed once more, and the first mail is remembered',
      change: replace('ada'),
      before: KNOWN,
      result: 'replaced',
      after: { ...MAILED, count: 2, firstSentAt: KNOWN.firstSentAt },
    },
    {
      name: 'a create that was refused',
      change: create('ada'),
      before: KNOWN,
      result: 'rejected',
      after: 'unchanged',
    },
    {
      name: 'a create that failed',
      change: create('ada'),
      before: KNOWN,
      result: 'failed',
      after: 'unchanged',
    },
    {
      name: 'a replace that was refused: its old invitation is gone',
      change: replace('ada'),
      before: KNOWN,
      result: 'rejected',
      after: INTERRUPTED,
    },
    {
      name: 'a replace that failed: its old invitation may be gone',
      change: replace('ada'),
      before: KNOWN,
      result: 'failed',
      after: INTERRUPTED,
    },
    {
      name: 'a replace that failed for an address without an entry: no cool-down that could be lifted',
      change: replace('ada'),
      result: 'failed',
      after: 'unchanged',
    },
    {
      name: 'a replace of somebody who accepted meanwhile',
      change: replace('ada'),
      before: KNOWN,
      result: 'already_member',
      after: 'unchanged',
    },
    {
      name: 'a replace that was void',
      change: replace('ada'),
      before: KNOWN,
      result: 'superseded',
      after: 'unchanged',
    },
    { name: 'a create without an outcome', change: create('ada'), after: 'unchanged' },
    { name: 'a replace without an outcome', change: replace('ada'), before: KNOWN, after: 'unchanged' },
    {
      name: 'created, but a newer generation has mailed already',
      change: create('ada'),
      before: ledgerEntry({ count: 2, generation: 8 }),
      result: 'created',
      after: 'unchanged',
    },
    {
      name: 'created, and the same generation is applied again',
      change: create('ada'),
      before: ledgerEntry({ count: 1, generation: 7 }),
      result: 'created',
      after: { ...MAILED, count: 1 },
    },
  ])('$name', ({ change, before, result, after }) => {
    const ledger = ledgerWith(before);
    const applied = applyOutcomes(ledger, recordWith([change]), outcomesWith(change, result), 7);
    if (after === 'unchanged') expect([...applied]).toEqual([...ledger]);
    else expect([...applied]).toMatchObject([[ADA, after]]);
  });

  it.each(['created', 'replaced'] as const)(
    '%s, which found the very invitation of the last mail: counted once',
    (result) => {
      const change = { ...replace('ada'), mailNumber: 3 };
      const outcome = { ...outcomeOf(change, result, LATER), invitationId: 'last' };
      const before = ledgerEntry({ count: 2, invitationId: 'last', generation: 3 });
      const applied = applyOutcomes(ledgerWith(before), recordWith([change]), foldOutcomes([outcome]), 7);
      expect([...applied]).toEqual([[ADA, before]]);
    },
  );

  it('a delete that found its invitation gone mailed nobody', () => {
    const gone = remove('ada');
    const applied = applyOutcomes(new Map(), recordWith([gone]), outcomesWith(gone, 'already_gone'), 7);
    expect([...applied]).toEqual([]);
  });
});

describe('the entry after a run that was cut off', () => {
  it.each<Case>([
    {
      name: 'a replace that Fastly refused: its old invitation is gone',
      change: replace('ada'),
      before: KNOWN,
      result: 'rejected',
      after: INTERRUPTED,
    },
    {
      name: 'a create of which nothing is found',
      change: create('ada'),
      before: KNOWN,
      after: 'unchanged',
    },
    {
      name: 'a replace of which nothing is found, for an address without an entry',
      change: replace('ada'),
      after: 'unchanged',
    },
    {
      name: 'a replace of an older run than the last mail, whose record people put in place again',
      change: replace('ada'),
      before: { ...KNOWN, lastSentAt: LATER, invitationId: 'later' },
      after: 'unchanged',
    },
    {
      name: 'a replace of an invitation that was sent while the run was planned',
      change: replace('ada', ['later']),
      before: { ...KNOWN, lastSentAt: LATER, invitationId: 'later' },
      after: { generation: 7, interrupted: true },
    },
    {
      name: 'a mail from before the last one: counted, and the last one stays the last',
      change: create('ada'),
      before: ledgerEntry({ count: 2, lastSentAt: SIX_MINUTES_LATER, invitationId: 'last', generation: 5 }),
      result: 'created',
      after: { count: 2, lastSentAt: SIX_MINUTES_LATER, invitationId: 'last', generation: 7 },
    },
    {
      name: 'a mail five minutes before that of another invitation: perhaps after it, by clocks that differ',
      change: create('ada'),
      before: ledgerEntry({ lastSentAt: FIVE_MINUTES_LATER, invitationId: 'last' }),
      result: 'created',
      after: MAILED,
    },
    {
      name: 'a new invitation: mailed when Fastly says',
      change: create('ada'),
      found: [invitation('ada', { id: 'new', createdAt: NOW + MINUTE_MS })],
      after: { ...MAILED, count: 1 },
    },
    {
      name: 'a new invitation without a time: mailed when it was planned',
      change: replace('ada'),
      before: KNOWN,
      found: [invitation('ada', { id: 'new', createdAt: undefined })],
      after: { count: 2, lastSentAt: PLANNED_AT, generation: 7 },
    },
    {
      name: 'an invitation from exactly five minutes before the plan, which two clocks may differ by: mailed',
      change: replace('ada'),
      before: KNOWN,
      found: [invitation('ada', { id: 'new', createdAt: NOW - 5 * MINUTE_MS })],
      after: { count: 2 },
    },
  ])('$name', ({ change, before, result, found = [], after }) => {
    const run = { record: recordWith([change]), outcomes: outcomesWith(change, result) };
    const byEmail: ReadonlyMap<Email, readonly Invitation[]> = new Map([[ADA, found]]);
    const updates = recoverRun(run, ledgerWith(before), byEmail, 7);
    if (after === 'unchanged') expect([...updates]).toEqual([]);
    else expect([...updates]).toMatchObject([[ADA, after]]);
  });

  it('counts once the invitation that a POST whose answer was lost found, and an older run had sent', () => {
    const change = { ...create('ada'), mailNumber: 3 };
    const outcome = { ...outcomeOf(change, 'created', LATER), invitationId: 'last' };
    const run = { record: recordWith([change]), outcomes: foldOutcomes([outcome]) };
    const before = ledgerEntry({ count: 2, invitationId: 'last', generation: 3 });
    expect([...recoverRun(run, ledgerWith(before), new Map(), 7)]).toMatchObject([[ADA, { count: 2 }]]);
  });

  it('is of this run where an older one was taken for the sender of its mail, by a clock that was ahead', () => {
    const change = create('ada');
    const outcome = { ...outcomeOf(change, 'created', LATER), invitationId: 'sent' };
    const run = { record: recordWith([change]), outcomes: foldOutcomes([outcome]) };
    const guessed = ledgerEntry({
      lastSentAt: SIX_MINUTES_LATER,
      invitationId: 'sent',
      accessDigest: 'other',
    });
    const updates = recoverRun(run, ledgerWith(guessed), new Map(), 7);
    expect([...updates]).toMatchObject([[ADA, { ...MAILED, accessDigest: accessDigest(access()) }]]);
  });

  it('builds on what the run itself had recovered, not on the older ledger', () => {
    const recovered = { [ADA]: ledgerEntry({ count: 1, firstSentAt: PLANNED_AT, generation: 6 }) };
    const change = replace('ada');
    const record = recordWith([change], { ledger: { recovered, forgotten: [] } });
    const run = { record, outcomes: outcomesWith(change, 'replaced') };
    const updates = recoverRun(run, ledgerWith(KNOWN), new Map(), 7);
    expect([...updates]).toMatchObject([[ADA, { ...MAILED, count: 2, firstSentAt: PLANNED_AT }]]);
  });
});
