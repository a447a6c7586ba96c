import { describe, expect, it } from '@jest/globals';
import { accessDigest } from '../../lib/domain/digest.ts';
import type { Invitation } from '../../lib/domain/invitation.ts';
import type { Ledger } from '../../lib/domain/ledger.ts';
import { recoverRuns } from '../../lib/state/recover-runs.ts';
import { DAY_MS, email, engineer, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { FakeStore } from '../support/fakes.ts';
import { outcomeOf, putOutcomes, putRecord, recordWith } from '../support/stored-state.ts';
import { create, replace } from '../support/worker.ts';

const EARLIER = new Date(NOW - DAY_MS).toISOString();
const LATER = new Date(NOW).toISOString();

const ledger: Ledger = new Map([[email('bob'), ledgerEntry({ count: 2 })]]);

const recover = (store: FakeStore, unsettled: readonly string[], invitations: readonly Invitation[] = []) =>
  recoverRuns(store, 'acme', unsettled, ledger, invitations, 9);

/** `run1` mailed ada for the first time, `run2` a second time; neither wrote the ledger. */
const twoRuns = (): FakeStore => {
  const store = new FakeStore();
  const [first, second] = [create('ada'), replace('ada')];
  putRecord(store, recordWith([first], { runId: 'run1' }));
  putOutcomes(store, 'run1', 'a', [outcomeOf(first, 'created', EARLIER)]);
  putRecord(store, recordWith([second], { runId: 'run2' }));
  putOutcomes(store, 'run2', 'a', [outcomeOf(second, 'replaced', LATER)]);
  return store;
};

describe('recoverRuns', () => {
  it('reads nothing when every run finished', async () => {
    const store = twoRuns();
    const read: string[] = [];
    store.onRead = (key) => read.push(key);
    expect(await recover(store, [])).toEqual({ ledger, recovered: new Map(), resends: new Map() });
    expect(read).toEqual([]);
  });

  it('gives what a run sent, and the ledger with it', async () => {
    const entry = { count: 1, firstSentAt: EARLIER, lastSentAt: EARLIER, generation: 9 };
    const { ledger: after, recovered } = await recover(twoRuns(), ['run1']);
    expect(Object.fromEntries(recovered)).toMatchObject({ [email('ada')]: entry });
    expect([...recovered.keys()]).toEqual([email('ada')]);
    expect(after).toEqual(new Map([...ledger, ...recovered]));
  });

  it('lets the later of two runs build on the earlier one', async () => {
    const { ledger: after, recovered } = await recover(twoRuns(), ['run1', 'run2']);
    const entry = { count: 2, firstSentAt: EARLIER, lastSentAt: LATER, generation: 9 };
    expect(recovered.get(email('ada'))).toMatchObject(entry);
    expect(after.get(email('ada'))).toEqual(recovered.get(email('ada')));
  });

  it('takes an invitation for that of the latest run that may have sent it', async () => {
    const store = new FakeStore();
    putRecord(store, recordWith([create('ada', engineer('full'))], { runId: 'run1' }));
    putRecord(store, recordWith([create('ada', engineer('read_only'))], { runId: 'run2' }));
    const found = [invitation('ada', { role: 'engineer', limitServices: true, createdAt: NOW })];
    const { recovered } = await recover(store, ['run1', 'run2'], found);
    const digest = accessDigest(engineer('read_only'));
    expect(recovered.get(email('ada'))).toMatchObject({
      count: 1,
      accessDigest: digest,
      invitationId: 'id-ada',
    });
  });

  it.each([
    {
      name: 'the id of its invitation',
      change: create('ada'),
      result: 'created' as const,
      guess: ledgerEntry({ count: 1, generation: 7 }),
      count: 1,
    },
    {
      name: 'its mail',
      change: replace('ada'),
      result: 'replaced' as const,
      guess: ledgerEntry({ count: 1, invitationId: 'old', interrupted: true, generation: 7 }),
      count: 2,
    },
  ])(
    'believes an outcome that tells $name rather than what a later run had guessed before it was stored',
    async ({ change, result, guess, count }) => {
      const store = new FakeStore();
      putRecord(store, recordWith([change], { runId: 'run1' }));
      putOutcomes(store, 'run1', 'a', [{ ...outcomeOf(change, result, LATER), invitationId: 'new' }]);
      const recovered = { recovered: { [email('ada')]: guess }, forgotten: [] };
      putRecord(store, recordWith([], { runId: 'run2', ledger: recovered }));
      const { ledger: after } = await recover(store, ['run1', 'run2']);
      expect(after.get(email('ada'))).toMatchObject({ count, invitationId: 'new' });
      expect(after.get(email('ada'))).not.toHaveProperty('interrupted');
    },
  );

  it('takes what a later run had guessed where nothing more is known', async () => {
    const store = new FakeStore();
    const guess = ledgerEntry({ count: 1, interrupted: true, generation: 7 });
    putRecord(
      store,
      recordWith([], { runId: 'run2', ledger: { recovered: { [email('ada')]: guess }, forgotten: [] } }),
    );
    const known: Ledger = new Map([[email('ada'), ledgerEntry({ count: 1 })]]);
    const { ledger: after } = await recoverRuns(store, 'acme', ['run2'], known, [], 9);
    expect(after.get(email('ada'))).toEqual(guess);
  });

  it('keeps what only the earlier run sent', async () => {
    const store = twoRuns();
    putRecord(store, recordWith([create('cyd')], { runId: 'run2' }));
    putOutcomes(store, 'run2', 'a', [outcomeOf(create('cyd'), 'created', LATER)]);
    const { recovered } = await recover(store, ['run1', 'run2']);
    expect([...recovered.keys()]).toEqual([email('ada'), email('cyd')]);
  });

  it.each([
    { name: 'before', unsettled: ['gone', 'run1'] },
    { name: 'after', unsettled: ['run1', 'gone'] },
  ])('passes over a run without a record $name another', async ({ unsettled }) => {
    const { recovered } = await recover(twoRuns(), unsettled);
    expect([...recovered.keys()]).toEqual([email('ada')]);
  });

  it.each([
    { name: 'below', generation: 6, known: [] },
    { name: 'at', generation: 7, known: [email('ada')] },
  ])(
    'F58 changes no entry of a newer run than $name its own, which an older pointer names again',
    async (given) => {
      const store = new FakeStore();
      putRecord(store, recordWith([create('ada')], { runId: 'run1', generation: given.generation }));
      const newer: Ledger = new Map([[email('ada'), ledgerEntry({ generation: 7 })]]);
      const found = [invitation('ada', { createdAt: NOW })];
      const { ledger: after, recovered } = await recoverRuns(store, 'acme', ['run1'], newer, found, 9);
      expect([...recovered.keys()]).toEqual(given.known);
      expect(after.get(email('ada'))?.generation).toBe(given.known.length === 0 ? 7 : 9);
    },
  );

  it('asks the listing where a run has no outcome, for each address its own invitations', async () => {
    const store = new FakeStore();
    putRecord(store, recordWith([create('ada'), create('cyd')], { runId: 'run1' }));
    const { recovered } = await recover(store, ['run1'], [invitation('cyd', { createdAt: NOW })]);
    expect([...recovered.keys()]).toEqual([email('cyd')]);
  });
});
