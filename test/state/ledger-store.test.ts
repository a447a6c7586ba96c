import { describe, expect, it } from '@jest/globals';
import { encodeLedger } from '../../lib/domain/ledger.ts';
import { foldOutcomes } from '../../lib/domain/outcome.ts';
import { DamagedStateError } from '../../lib/state/damaged-state.ts';
import { readLedger, updateLedger } from '../../lib/state/ledger-store.ts';
import { access, email, ledgerEntry } from '../support/build.ts';
import { FakeStore } from '../support/fakes.ts';
import { addressed, LEDGER_KEY, mailCounts, outcomeOf, recordWith } from '../support/stored-state.ts';
import { create } from '../support/worker.ts';

const putLedger = (store: FakeStore, counts: Record<string, number>): void => {
  const entries = Object.entries(counts).map(
    ([name, count]) => [email(name), ledgerEntry({ count })] as const,
  );
  store.objects.set(LEDGER_KEY, [...encodeLedger(new Map(entries))].join(''));
};

const storeWith = (counts?: Record<string, number>): FakeStore => {
  const store = new FakeStore();
  if (counts !== undefined) putLedger(store, counts);
  return store;
};

/** Before each of the next `times` writes, another run writes one mail to `bob` more. */
const race = (store: FakeStore, times: number) => {
  const tried = { writes: 0 };
  store.onWrite = () => {
    tried.writes += 1;
    if (tried.writes <= times) putLedger(store, { bob: tried.writes });
  };
  return tried;
};

const update = (store: FakeStore) => {
  const change = create('ada');
  const outcomes = foldOutcomes([outcomeOf(change, 'created')]);
  return updateLedger(store, recordWith([change]), outcomes, 7);
};

describe('readLedger', () => {
  it('of an account without one is empty and has no etag', async () => {
    expect(await readLedger(storeWith(), 'acme')).toEqual({ ledger: new Map(), etag: undefined });
  });

  it('comes with the etag of what was read', async () => {
    const store = storeWith({ bob: 2 });
    expect(await readLedger(store, 'acme')).toEqual({
      ledger: new Map([[email('bob'), ledgerEntry({ count: 2 })]]),
      etag: store.etag(LEDGER_KEY),
    });
  });

  it('keeps equal access once, however many people have it', async () => {
    const store = new FakeStore();
    const entries = ['ada', 'bob'].map((name) => [email(name), ledgerEntry({ access: access() })] as const);
    store.objects.set(LEDGER_KEY, [...encodeLedger(new Map(entries))].join(''));
    const { ledger } = await readLedger(store, 'acme');
    expect(ledger).toEqual(new Map(entries));
    expect(ledger.get(email('ada'))?.access).toBe(ledger.get(email('bob'))?.access);
  });

  it('throws for a damaged one, which is never taken for an empty one', async () => {
    const store = storeWith();
    store.objects.set(LEDGER_KEY, '{"ada@example.com":{"count":1,');
    const reading = readLedger(store, 'acme');
    await expect(reading).rejects.toThrow(DamagedStateError);
    await expect(reading).rejects.toThrow(/state\/acme\/ledger\.json is damaged: it is not JSON\. Restore/);
    await expect(update(store)).rejects.toThrow(DamagedStateError);
    expect(store.objects.get(LEDGER_KEY)).toBe('{"ada@example.com":{"count":1,');
  });
});

describe('updateLedger', () => {
  it.each([
    { name: 'writes the first ledger', before: undefined, after: { ada: 1 } },
    { name: 'keeps what the ledger has', before: { bob: 2 }, after: { ada: 1, bob: 2 } },
  ])('$name', async ({ before, after }) => {
    const store = storeWith(before);
    const tried = race(store, 0);
    await update(store);
    expect(mailCounts(store)).toEqual(addressed(after));
    expect(tried.writes).toBe(1);
  });

  it.each([
    { name: 'no ledger', before: undefined },
    { name: 'an older ledger', before: { bob: 9 } },
  ])('that read $name and lost the race keeps what the winner wrote', async ({ before }) => {
    const store = storeWith(before);
    const tried = race(store, 1);
    await update(store);
    expect(mailCounts(store)).toEqual(addressed({ ada: 1, bob: 1 }));
    expect(tried.writes).toBe(2);
  });

  it('may lose four times, and gives up after the fifth, naming the file', async () => {
    const patient = storeWith();
    race(patient, 4);
    await update(patient);
    expect(mailCounts(patient)).toEqual(addressed({ ada: 1, bob: 4 }));
    const unlucky = storeWith();
    const tried = race(unlucky, 5);
    await expect(update(unlucky)).rejects.toThrow(/state\/acme\/ledger\.json kept changing .*try again/);
    expect(tried.writes).toBe(5);
    expect(mailCounts(unlucky)).toEqual(addressed({ bob: 5 }));
  });
});
