import { describe, expect, it } from '@jest/globals';
import { DamagedStateError } from '../../lib/state/damaged-state.ts';
import { claimGeneration, readPointer, updatePointer } from '../../lib/state/pointer-store.ts';
import { PLANNING_TIMEOUT_MS, type RunPointer } from '../../lib/state/run-pointer.ts';
import { NOW } from '../support/build.ts';
import { FakeStore } from '../support/fakes.ts';
import { POINTER_KEY, putPointer, runPointer } from '../support/stored-state.ts';

const storeWith = (pointer?: RunPointer): FakeStore => {
  const store = new FakeStore();
  if (pointer !== undefined) putPointer(store, pointer);
  return store;
};

const stored = (store: FakeStore): RunPointer => store.json(POINTER_KEY) as RunPointer;

/** Before each of the next `times` writes, somebody else writes `next`'s pointer. Returns how many writes were tried. */
const race = (store: FakeStore, times: number, next: (found: RunPointer | null) => RunPointer) => {
  const tried = { writes: 0 };
  store.onWrite = () => {
    tried.writes += 1;
    if (tried.writes <= times) putPointer(store, next(store.json(POINTER_KEY) as RunPointer | null));
  };
  return tried;
};

/** The next write takes effect, but its answer is lost: the SDK repeats it, and the repetition meets a conflict. */
const loseAnswer = (store: FakeStore, afterwards: () => void = () => {}): void => {
  const write = store.write.bind(store);
  let lost = false;
  store.write = async (key, content, condition) => {
    const written = await write(key, content, condition);
    if (lost) return written;
    lost = true;
    afterwards();
    return 'conflict';
  };
};

const run = { account: 'acme', runId: 'run8', customerId: 'customer1' };
const roster = { key: 'rosters/acme.csv', etag: '"new"' };
const claim = (store: FakeStore, more: { approve?: string } = {}) =>
  claimGeneration(store, run, { roster, now: NOW, planningTimeoutMs: PLANNING_TIMEOUT_MS, ...more });

/** A run of somebody else, one generation on, about another roster. */
const anotherRun = (found: RunPointer | null): RunPointer =>
  runPointer({
    generation: (found?.generation ?? 0) + 1,
    runId: `other${(found?.generation ?? 0) + 1}`,
    unsettled: [...(found?.unsettled ?? []), ...(found === null ? [] : [found.runId])],
  });

describe('readPointer', () => {
  it('of an account without state is undefined', async () => {
    expect(await readPointer(storeWith(), 'acme')).toBeUndefined();
  });

  it('comes with the etag of what was read', async () => {
    const store = storeWith(runPointer());
    expect(await readPointer(store, 'acme')).toEqual({
      pointer: runPointer(),
      etag: store.etag(POINTER_KEY),
    });
  });

  it('throws for a damaged one, and names the file, the field and the remedy', async () => {
    const store = storeWith();
    store.objects.set(POINTER_KEY, JSON.stringify({ ...runPointer(), jobs: 'many' }));
    const reading = readPointer(store, 'acme');
    await expect(reading).rejects.toThrow(DamagedStateError);
    await expect(reading).rejects.toThrow(/state\/acme\/run\.json is damaged: "jobs" is .*Restore/);
  });
});

describe('claimGeneration', () => {
  it('stores a planning pointer of its own', async () => {
    const store = storeWith(runPointer({ announced: 'sha256:a', approved: 'sha256:old', reason: 'old' }));
    const claimed = await claim(store, { approve: 'sha256:b' });
    const at = new Date(NOW).toISOString();
    expect(stored(store)).toEqual({
      generation: 8,
      runId: 'run8',
      status: 'planning',
      customerId: 'customer1',
      roster,
      jobs: 0,
      estimatedFinish: at,
      startedAt: at,
      updatedAt: at,
      unsettled: ['run7'],
      approved: 'sha256:b',
      announced: 'sha256:a',
    });
    expect(claimed).toMatchObject({
      claim: { generation: 8, mustWait: true },
      held: { pointer: stored(store), etag: store.etag(POINTER_KEY) },
    });
  });

  it('writes nothing when another run does what is asked', async () => {
    const store = storeWith(runPointer({ roster }));
    const tried = race(store, 0, anotherRun);
    expect(await claim(store)).toMatchObject({
      kind: 'in_progress',
      reason: expect.stringContaining('run7'),
    });
    expect(tried.writes).toBe(0);
  });

  it.each([
    { name: 'the first one', before: undefined, generation: 2, unsettled: ['other1'] },
    { name: 'a later one', before: runPointer(), generation: 9, unsettled: ['run7', 'other8'] },
  ])('that lost $name claims above the winner and takes over from it', async (given) => {
    const store = storeWith(given.before);
    const tried = race(store, 1, anotherRun);
    const { generation, unsettled } = given;
    expect(await claim(store)).toMatchObject({ claim: { generation, mustWait: true, unsettled } });
    expect(stored(store)).toMatchObject({ generation, runId: 'run8', unsettled });
    expect(tried.writes).toBe(2);
  });

  it('that lost to a run of the same roster stands back', async () => {
    const store = storeWith();
    race(store, 1, (found) => ({ ...anotherRun(found), roster, status: 'planning' }));
    expect(await claim(store)).toMatchObject({ kind: 'in_progress' });
    expect(stored(store).runId).toBe('other1');
  });

  it('F63 never takes over from a run for another customer, which came since the token was asked', async () => {
    const store = storeWith();
    race(store, 1, (found) => ({ ...anotherRun(found), customerId: 'customer2' }));
    await expect(claim(store)).rejects.toThrow('a run for customer customer2 has claimed acme; try again');
    expect(stored(store).runId).toBe('other1');
  });

  it('may lose four times, and gives up after the fifth, naming the file', async () => {
    expect(await tryAgainst(4)).toMatchObject({ claimed: { claim: { generation: 12 } }, writes: 5 });
    const lost = await tryAgainst(5);
    expect(lost).toMatchObject({ writes: 5, generation: 12 });
    expect(String(lost.claimed)).toMatch(/state\/acme\/run\.json kept moving .*try again/);
  });

  const tryAgainst = async (others: number) => {
    const store = storeWith(runPointer());
    const tried = race(store, others, anotherRun);
    const claimed = await claim(store).catch((error: unknown) => error);
    return { claimed, writes: tried.writes, generation: stored(store).generation };
  };

  it('recognises its own pointer when the answer to its write was lost', async () => {
    const store = storeWith(runPointer());
    loseAnswer(store);
    expect(await claim(store)).toMatchObject({
      claim: { kind: 'take', generation: 8, mustWait: true, unsettled: ['run7'] },
      held: { pointer: { generation: 8, runId: 'run8' }, etag: store.etag(POINTER_KEY) },
    });
    expect(stored(store).generation).toBe(8);
  });

  it('takes over from a newer run that came after its lost answer', async () => {
    const store = storeWith(runPointer());
    loseAnswer(store, () => putPointer(store, anotherRun(stored(store))));
    const unsettled = ['run7', 'run8', 'other9'];
    expect(await claim(store)).toMatchObject({ claim: { generation: 10, unsettled } });
    expect(stored(store)).toMatchObject({ generation: 10, runId: 'run8' });
  });

  it('never writes over a damaged pointer', async () => {
    const store = storeWith();
    store.objects.set(POINTER_KEY, '{"generation":');
    await expect(claim(store)).rejects.toThrow(DamagedStateError);
    expect(store.objects.get(POINTER_KEY)).toBe('{"generation":');
  });
});

describe('updatePointer', () => {
  const RUN = { generation: 7, runId: 'run7' };
  const halt = (store: FakeStore) =>
    updatePointer(store, 'acme', RUN, (pointer) => ({ ...pointer, status: 'halted' }));

  it('stores the change', async () => {
    const store = storeWith(runPointer());
    expect(await halt(store)).toEqual({
      pointer: runPointer({ status: 'halted' }),
      etag: store.etag(POINTER_KEY),
    });
    expect(stored(store)).toEqual(runPointer({ status: 'halted' }));
  });

  it.each([
    { name: 'a newer generation', before: runPointer({ generation: 8 }) },
    { name: 'an older generation', before: runPointer({ generation: 6 }) },
    { name: 'another run of this generation', before: runPointer({ runId: 'run8' }) },
    { name: 'no pointer', before: undefined },
  ])('finds $name: superseded, and nothing is written', async ({ before }) => {
    const store = storeWith(before);
    const tried = race(store, 0, anotherRun);
    expect(await halt(store)).toBe('superseded');
    expect(tried.writes).toBe(0);
  });

  it('writes nothing when there is nothing to change', async () => {
    const store = storeWith(runPointer());
    const tried = race(store, 0, anotherRun);
    const found = await updatePointer(store, 'acme', RUN, () => undefined);
    expect(found).toEqual({ pointer: runPointer(), etag: store.etag(POINTER_KEY) });
    expect(tried.writes).toBe(0);
  });

  const addJob = (found: RunPointer | null): RunPointer => ({
    ...runPointer(),
    jobs: (found?.jobs ?? 0) + 1,
  });

  it('that lost changes what the winner wrote', async () => {
    const store = storeWith(runPointer());
    race(store, 1, addJob);
    await halt(store);
    expect(stored(store)).toMatchObject({ status: 'halted', jobs: 2 });
  });

  it('that lost to a newer generation leaves it alone', async () => {
    const store = storeWith(runPointer());
    race(store, 1, anotherRun);
    expect(await halt(store)).toBe('superseded');
    expect(stored(store)).toMatchObject({ generation: 8, status: 'draining' });
  });

  it('may lose four times, and gives up after the fifth, naming the file', async () => {
    const patient = storeWith(runPointer());
    race(patient, 4, addJob);
    expect(await halt(patient)).toMatchObject({ pointer: { jobs: 5 } });
    const unlucky = storeWith(runPointer());
    const tried = race(unlucky, 5, addJob);
    await expect(halt(unlucky)).rejects.toThrow(/state\/acme\/run\.json kept moving .*run run7.*try again/);
    expect(tried.writes).toBe(5);
    expect(stored(unlucky).status).toBe('draining');
  });
});
