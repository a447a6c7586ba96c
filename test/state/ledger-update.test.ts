import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../lib/domain/change.ts';
import type { Email, Invitation } from '../../lib/domain/invitation.ts';
import { decodeLedger, encodeLedger, type Ledger } from '../../lib/domain/ledger.ts';
import {
  decodeOutcomes,
  encodeOutcomes,
  foldOutcomes,
  OUTCOME_RESULTS,
  type Outcome,
  type OutcomeResult,
} from '../../lib/domain/outcome.ts';
import { applyOutcomes, recoverRun } from '../../lib/state/ledger-update.ts';
import { decodeRecord } from '../../lib/state/plan-record.ts';
import { email, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { create, remove, replace, WorkerWorld } from '../support/worker.ts';

const at = new Date(NOW).toISOString();
const outcome = (name: string, result: OutcomeResult, action: Outcome['action'] = 'create'): Outcome => ({
  action,
  email: email(name),
  result,
  at,
});

const recordOf = (changes: readonly Change[]) => {
  const world = new WorkerWorld();
  world.setPlan(changes);
  return decodeRecord(world.store.objects.get('runs/acme/run1/plan.json') ?? '');
};

const recoveredEntry = (
  change: Change,
  given: { outcomes?: Outcome[]; found?: Invitation[]; ledger?: Ledger } = {},
) => {
  const { outcomes = [], found = [], ledger = new Map() } = given;
  const run = { record: recordOf([change]), outcomes: foldOutcomes(outcomes) };
  const byEmail = Map.groupBy(found, (one) => one.email) as Map<Email, Invitation[]>;
  return recoverRun(run, ledger, byEmail, 8).get(change.email);
};

describe('recoverRun: what a run that never finished has done', () => {
  const known: Ledger = new Map([[email('ada'), ledgerEntry({ count: 1 })]]);
  it.each([
    {
      name: 'a stored success counts',
      change: create('ada'),
      given: { outcomes: [outcome('ada', 'created')] },
      entry: { count: 1, generation: 8 },
    },
    {
      name: 'an invitation without an outcome counts: the answer or the outcome was lost',
      change: create('ada'),
      given: { found: [invitation('ada')] },
      entry: { count: 1 },
    },
    {
      name: 'a void job may have been written before it was void',
      change: create('ada'),
      given: { outcomes: [outcome('ada', 'superseded')], found: [invitation('ada')] },
      entry: { count: 1 },
    },
    {
      name: 'an invitation that the ledger knows was only listed late',
      change: create('ada'),
      given: {
        ledger: new Map([[email('ada'), ledgerEntry({ count: 1, invitationId: 'id-ada' })]]),
        found: [invitation('ada', { id: 'id-ada' })],
      },
      entry: undefined,
    },
    {
      name: 'neither outcome nor invitation: nothing was sent',
      change: create('ada'),
      given: {},
      entry: undefined,
    },
    {
      name: 'refused, and delivered again: an invitation counts whose outcome was lost',
      change: create('ada'),
      given: { outcomes: [outcome('ada', 'rejected')], found: [invitation('ada')] },
      entry: { count: 1 },
    },
    {
      name: 'refused: nothing was sent',
      change: create('ada'),
      given: { outcomes: [outcome('ada', 'rejected')] },
      entry: undefined,
    },
    {
      name: 'a replace that never began leaves all as it is',
      change: replace('ada'),
      given: { found: [invitation('ada')], ledger: known },
      entry: undefined,
    },
    {
      name: 'a replace between its writes is interrupted',
      change: replace('ada'),
      given: { ledger: known },
      entry: { count: 1, interrupted: true },
    },
    {
      name: 'a replace that got through is a second mail',
      change: replace('ada'),
      given: { found: [invitation('ada', { id: 'new', createdAt: NOW })], ledger: known },
      entry: { count: 2 },
    },
    {
      name: 'an invitation that has expired since was a mail all the same',
      change: create('ada'),
      given: { found: [invitation('ada', { active: false })] },
      entry: { count: 1 },
    },
    {
      name: 'an older expired invitation beside the one to replace was no mail of this run',
      change: replace('ada'),
      given: {
        found: [invitation('ada'), invitation('ada', { id: 'older', active: false })],
        ledger: known,
      },
      entry: undefined,
    },
    {
      name: 'an older live invitation that somebody sent was no mail of this run either',
      change: replace('ada'),
      given: { found: [invitation('ada'), invitation('ada', { id: 'older' })], ledger: known },
      entry: undefined,
    },
    {
      name: 'a replace that got through counts although the clock of Fastly is four minutes behind',
      change: replace('ada'),
      given: { found: [invitation('ada', { id: 'new', createdAt: NOW - 4 * 60_000 })], ledger: known },
      entry: { count: 2 },
    },
    {
      name: 'an invitation from six minutes before the plan was no mail of this replace',
      change: replace('ada'),
      given: {
        found: [invitation('ada'), invitation('ada', { id: 'other', createdAt: NOW - 6 * 60_000 })],
        ledger: known,
      },
      entry: undefined,
    },
    {
      name: 'a POST that was given up counts when its invitation is there after all',
      change: create('ada'),
      given: { outcomes: [outcome('ada', 'failed')], found: [invitation('ada')] },
      entry: { count: 1 },
    },
    {
      name: 'an invitation that shows something else counts, but is not called our own',
      change: create('ada'),
      given: { found: [invitation('ada', { role: 'billing' })] },
      entry: { count: 1, invitationId: undefined },
    },
    {
      name: 'an invitation that shows what was asked for is our own',
      change: create('ada'),
      given: { found: [invitation('ada')] },
      entry: { count: 1, invitationId: 'id-ada' },
    },
    { name: 'a delete mails nobody', change: remove('ada'), given: {}, entry: undefined },
  ])('$name', ({ change, given, entry }) => {
    const result = recoveredEntry(change, given);
    if (entry === undefined) expect(result).toBeUndefined();
    else expect({ invitationId: undefined, ...result }).toMatchObject(entry);
  });
});

const names = ['ada', 'bob', 'cyd', 'dee'];
const changesOf = fc
  .subarray(names)
  .chain((some) =>
    fc.tuple(...some.map((name) => fc.constantFrom(create(name), replace(name), remove(name)))),
  );
const outcomesOf = fc.array(
  fc
    .record({ name: fc.constantFrom(...names), result: fc.constantFrom(...OUTCOME_RESULTS) })
    .map(({ name, result }) => outcome(name, result)),
);

describe('outcomes', () => {
  it('are counted once, however often they are applied', () => {
    fc.assert(
      fc.property(changesOf, outcomesOf, fc.subarray(names), (changes, outcomes, before) => {
        const ledger: Ledger = new Map(before.map((name) => [email(name), ledgerEntry()]));
        const record = recordOf(changes);
        const byEmail = foldOutcomes(outcomes);
        const once = applyOutcomes(ledger, record, byEmail, 7);
        expect(applyOutcomes(once, record, byEmail, 7)).toEqual(once);
      }),
    );
  });

  it('do not depend on the order or number of their objects', () => {
    fc.assert(
      fc.property(outcomesOf, (outcomes) => {
        const byEmail = foldOutcomes(outcomes);
        expect(foldOutcomes([...outcomes].reverse().concat(outcomes))).toEqual(byEmail);
        for (const one of outcomes)
          expect(OUTCOME_RESULTS.indexOf(byEmail.get(one.email)?.result ?? 'superseded')).toBeLessThanOrEqual(
            OUTCOME_RESULTS.indexOf(one.result),
          );
      }),
    );
  });

  it('survive their file', () => {
    fc.assert(
      fc.property(outcomesOf, (outcomes) => {
        expect(decodeOutcomes(encodeOutcomes(outcomes))).toEqual(outcomes);
      }),
    );
  });
});

describe('the ledger file', () => {
  it('is read back as it was written', () => {
    const ledger: Ledger = new Map(names.map((name, index) => [email(name), ledgerEntry({ count: index })]));
    expect(decodeLedger([...encodeLedger(ledger)].join(''))).toEqual({ ledger });
    expect(decodeLedger([...encodeLedger(new Map())].join(''))).toEqual({ ledger: new Map() });
  });

  it.each([
    { name: 'cut off', text: '{"ada@example.com":{"count":1,' },
    { name: 'empty', text: '' },
    { name: 'a list', text: '[]' },
    { name: 'null', text: 'null' },
    {
      name: 'a count that is none',
      text: '{"ada@example.com":{"count":"1","firstSentAt":"2026-11-23T10:00:00.000Z","lastSentAt":"2026-11-23T10:00:00.000Z","accessDigest":""}}',
    },
    {
      name: 'a time that is none',
      text: '{"ada@example.com":{"count":1,"firstSentAt":"soon","lastSentAt":"2026-11-23T10:00:00.000Z","accessDigest":""}}',
    },
  ])('is refused when it is $name, without an address in the message', ({ text }) => {
    const decoded = decodeLedger(text);
    expect(decoded).toHaveProperty('problem');
    expect(JSON.stringify(decoded)).not.toContain('@');
  });
});

describe('applyOutcomes: which mails count', () => {
  const finished = (change: Change, more: Partial<Outcome>) => {
    const one: Outcome = { ...outcome('ada', 'created', change.action), ...more };
    return applyOutcomes(new Map(), recordOf([change]), foldOutcomes([one]), 7).get(email('ada'));
  };
  it.each([
    {
      name: 'a created one, with its id',
      more: { invitationId: 'i1' },
      entry: { count: 1, invitationId: 'i1' },
    },
    {
      name: 'one found hours after its mail, by the time of the mail',
      more: { result: 'already_invited' as const, sentAt: '2026-03-02T01:59:40.000Z' },
      entry: { count: 1, lastSentAt: '2026-03-02T01:59:40.000Z' },
    },
    { name: 'a refused one: none', more: { result: 'rejected' as const }, entry: undefined },
    {
      name: 'a refused one whose POST may have been sent: one, of which nobody knows the id',
      more: { result: 'rejected' as const, mayHaveSent: true as const },
      entry: { count: 1, invitationId: undefined },
    },
  ])('$name', ({ more, entry }) => {
    const after = finished(create('ada'), more);
    if (entry === undefined) expect(after).toBeUndefined();
    else expect({ invitationId: undefined, ...after }).toMatchObject(entry);
  });

  it.each([
    { name: 'by an earlier run', entryGeneration: 6, finishes: 1, recovers: 1 },
    { name: 'by this run, or what it recovered', entryGeneration: 7, finishes: 1, recovers: 1 },
    { name: 'by the recovery itself, as a guess', entryGeneration: 8, finishes: 1, recovers: 2 },
  ])('an invitation found that is counted already, $name', ({ entryGeneration, finishes, recovers }) => {
    const change = { ...create('ada'), mailNumber: 2 };
    const outcomes = foldOutcomes([{ ...outcome('ada', 'already_invited'), invitationId: 'i1' }]);
    const ledger: Ledger = new Map([
      [email('ada'), ledgerEntry({ count: 1, invitationId: 'i1', generation: entryGeneration })],
    ]);
    const countIn = (after: ReadonlyMap<Email, { readonly count: number }>) =>
      after.get(email('ada'))?.count ?? 1;
    const record = recordOf([change]);
    expect(countIn(applyOutcomes(ledger, record, outcomes, 7))).toBe(finishes);
    expect(countIn(recoverRun({ record, outcomes }, ledger, new Map(), 8))).toBe(recovers);
  });

  it('F57 somebody who left stays in the ledger, as does the count of their mails', () => {
    const ledger: Ledger = new Map([[email('ada'), ledgerEntry({ count: 2 })]]);
    const outcomes = foldOutcomes([outcome('ada', 'deleted', 'delete')]);
    expect(applyOutcomes(ledger, recordOf([remove('ada')]), outcomes, 7).get(email('ada'))?.count).toBe(2);
  });
});

describe('an entry that a newer generation wrote', () => {
  const newer = ledgerEntry({ count: 2, generation: 9 });
  const same = ledgerEntry({ count: 2, generation: 7 });
  const withLedger = (update: object) => ({ ...recordOf([create('bob')]), ...update });
  const recovered = withLedger({
    ledger: { recovered: { [email('ada')]: ledgerEntry({ count: 1, generation: 7 }) }, forgotten: [] },
  });
  const forgotten = withLedger({ ledger: { recovered: {}, forgotten: [email('ada')] } });

  it.each([
    { name: 'is not overwritten by what an older run recovered', record: recovered, entry: newer, after: 2 },
    { name: 'is not removed because an older run forgot it', record: forgotten, entry: newer, after: 2 },
    { name: 'of the same generation is overwritten', record: recovered, entry: same, after: 1 },
    { name: 'of the same generation is forgotten', record: forgotten, entry: same, after: undefined },
  ])('$name', ({ record, entry, after }) => {
    const ledger = applyOutcomes(new Map([[email('ada'), entry]]), record, new Map(), 7);
    expect(ledger.get(email('ada'))?.count).toBe(after);
  });
});
