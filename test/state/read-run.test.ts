import { describe, expect, it } from '@jest/globals';
import { OUTCOME_READ_CONCURRENCY, readOutcomes, readRecord } from '../../lib/state/read-run.ts';
import { email } from '../support/build.ts';
import { FakeStore } from '../support/fakes.ts';
import { outcomeOf, putOutcomes, putRecord, recordWith } from '../support/stored-state.ts';
import { create, names } from '../support/worker.ts';

describe('readRecord', () => {
  it('is the record of this run', async () => {
    const store = new FakeStore();
    putRecord(store, recordWith([create('ada')], { runId: 'run1' }));
    putRecord(store, recordWith([create('bob')], { runId: 'run2' }));
    expect(await readRecord(store, 'acme', 'run2')).toEqual(recordWith([create('bob')], { runId: 'run2' }));
  });

  it('is undefined when the run stored none', async () => {
    const store = new FakeStore();
    putOutcomes(store, 'run1', 'a', []);
    expect(await readRecord(store, 'acme', 'run1')).toBeUndefined();
  });

  it.each([
    { name: 'cut off', text: '{"version":1,' },
    { name: 'empty', text: '' },
    { name: 'of a later version', text: JSON.stringify({ ...recordWith([]), version: 2 }) },
    { name: 'without changes', text: JSON.stringify({ ...recordWith([]), changes: undefined }) },
  ])('throws when the record is $name', async ({ text }) => {
    const store = new FakeStore();
    store.objects.set('runs/acme/run1/plan.json', text);
    await expect(readRecord(store, 'acme', 'run1')).rejects.toThrow();
  });
});

describe('readOutcomes', () => {
  const results = async (store: FakeStore): Promise<Record<string, string>> => {
    const outcomes = await readOutcomes(store, 'acme', 'run1');
    return Object.fromEntries([...outcomes].map(([address, { result }]) => [address, result]));
  };

  it('of a run without any is empty', async () => {
    expect(await results(new FakeStore())).toEqual({});
  });

  it('brings all objects of this run together, one outcome per address', async () => {
    const store = new FakeStore();
    putOutcomes(store, 'run1', 'a', [
      outcomeOf(create('ada'), 'superseded'),
      outcomeOf(create('bob'), 'rejected'),
    ]);
    putOutcomes(store, 'run1', 'b', [outcomeOf(create('ada'), 'created')]);
    putOutcomes(store, 'run10', 'a', [outcomeOf(create('cyd'), 'created')]);
    expect(await results(store)).toEqual({ [email('ada')]: 'created', [email('bob')]: 'rejected' });
  });

  it('goes on when an object is removed after it was listed', async () => {
    const store = new FakeStore();
    putOutcomes(store, 'run1', 'a', [outcomeOf(create('ada'), 'created')]);
    putOutcomes(store, 'run1', 'b', [outcomeOf(create('bob'), 'created')]);
    store.onRead = () => store.objects.delete('runs/acme/run1/outcomes/a.jsonl');
    expect(await results(store)).toEqual({ [email('bob')]: 'created' });
  });

  it.each([
    { name: 'twice: reads it once more', failures: 2 },
    { name: 'three times: throws', failures: 3 },
  ])('that can’t be read $name', async ({ failures }) => {
    const store = new FakeStore();
    putOutcomes(store, 'run1', 'a', [outcomeOf(create('ada'), 'created')]);
    let left = failures;
    store.onRead = () => {
      left -= 1;
      if (left >= 0) throw new Error('S3 is slow');
    };
    if (failures === 2) expect(await results(store)).toEqual({ [email('ada')]: 'created' });
    else await expect(results(store)).rejects.toThrow('S3 is slow');
  });

  it('throws when an object is damaged: an outcome that is left out would be mailed again', async () => {
    const store = new FakeStore();
    putOutcomes(store, 'run1', 'a', [outcomeOf(create('ada'), 'created')]);
    store.objects.set('runs/acme/run1/outcomes/b.jsonl', '{"action":"create","email":');
    await expect(results(store)).rejects.toThrow();
  });

  describe('of a large run', () => {
    const people = names(3 * OUTCOME_READ_CONCURRENCY);

    /** Answers a read only after all others that can begin have begun, and counts those under way. */
    class CountingStore extends FakeStore {
      inFlight = 0;
      mostInFlight = 0;
      readonly asked = new Set<string>();

      override async read(key: string) {
        this.asked.add(key);
        this.inFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
        await new Promise((resume) => setImmediate(resume));
        this.inFlight -= 1;
        return await super.read(key);
      }
    }

    const storeOf = (): CountingStore => {
      const store = new CountingStore();
      for (const name of people) putOutcomes(store, 'run1', name, [outcomeOf(create(name), 'created')]);
      return store;
    };

    it('F68 reads many objects at once, as one after another would outlast the function, but not all', async () => {
      const store = storeOf();
      expect(Object.keys(await results(store)).sort()).toEqual(people.map((name) => email(name)).sort());
      expect(store.mostInFlight).toBe(OUTCOME_READ_CONCURRENCY);
    });

    it('F68 asks for no more objects after one could not be read', async () => {
      const store = storeOf();
      store.onRead = () => {
        throw new Error('the store is away');
      };
      await expect(results(store)).rejects.toThrow('the store is away');
      while (store.inFlight > 0) await new Promise((resume) => setImmediate(resume));
      expect(store.asked.size).toBeLessThan(people.length);
    });
  });
});
