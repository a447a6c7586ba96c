import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../lib/domain/time.ts';
import { email, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { create, remove, replace, WorkerWorld } from '../support/worker.ts';

const plan = [remove('bob'), replace('cyd'), create('ada')];

const ready = (): WorkerWorld => {
  const w = new WorkerWorld();
  w.setPlan(plan);
  w.fastly.invitations = [invitation('bob'), invitation('cyd')];
  return w;
};
const batch = (w: WorkerWorld) => [...plan.map((change) => w.message(change)), w.message('finish')];
const logLines = (w: WorkerWorld): unknown[] => w.telemetry.lines.map((line) => JSON.parse(line));

describe('finish', () => {
  it('folds outcomes into ledger, report and pointer', async () => {
    const w = ready();
    w.setPointer({ unsettled: ['run0'] });
    const before = w.pointer();
    w.clock.time = NOW + HOUR_MS;
    expect(await w.work(batch(w))).toEqual([]);
    const updatedAt = new Date(NOW + HOUR_MS).toISOString();
    expect(w.pointer()).toEqual({ ...before, status: 'finished', unsettled: [], updatedAt });
    expect(Object.keys(w.ledger())).toEqual([email('ada'), email('cyd')]);
    expect(w.telemetry.notifications).toEqual([]);
    expect(w.telemetry.values.get('RunFinished')).toBe(1);
    expect(logLines(w)).toContainEqual(
      expect.objectContaining({ message: 'finished', runId: 'run1', created: 1, failed: 0, seconds: 3600 }),
    );
  });

  it('lets the page of the plan say that the run is over, and lead to the report', async () => {
    const w = ready();
    await w.work(batch(w));
    expect(w.store.objects.get('runs/acme/run1/plan.html')).toContain('<a href="report.html">its report</a>');
  });

  it('finishes a run whose record lacks what the page shows, and leaves the page as it was', async () => {
    const w = ready();
    const { guards: _guards, ...older } = JSON.parse(w.store.objects.get('runs/acme/run1/plan.json') ?? '');
    w.store.objects.set('runs/acme/run1/plan.json', JSON.stringify(older));
    w.store.objects.set('runs/acme/run1/plan.html', 'as it was');
    expect(await w.work(batch(w))).toEqual([]);
    expect(w.pointer().status).toBe('finished');
    expect(w.store.objects.get('runs/acme/run1/plan.html')).toBe('as it was');
    expect(logLines(w)).toContainEqual(expect.objectContaining({ message: 'plan.html stays as it was' }));
  });

  it('reports every job in the order of the plan', async () => {
    const w = ready();
    const approval = { approval: 'sha256:a', approveCommand: 'npm run sync -- --approve sha256:a' };
    const held = [{ action: 'delete' as const, count: 80, reason: '80 deletes exceed the limit of 50' }];
    const leftOut = [{ reason: 'Status: Suspended', rows: 3 }];
    w.setPlan([], { changes: [...plan, { ...remove('dan'), held: true }], held, leftOut, ...approval });
    w.clock.time = NOW + HOUR_MS;
    await w.work(batch(w));
    const at = new Date(NOW + HOUR_MS).toISOString();
    expect(w.report()).toEqual({
      version: 1,
      account: 'acme',
      runId: 'run1',
      generation: 7,
      startedAt: new Date(NOW).toISOString(),
      finishedAt: at,
      durationSeconds: 3600,
      counts: {
        created: 1,
        deleted: 1,
        replaced: 1,
        already_invited: 0,
        already_member: 0,
        already_gone: 0,
        rejected: 0,
        failed: 0,
        superseded: 0,
        unknown: 0,
      },
      outcomes: [
        { action: 'delete', email: email('bob'), reason: 'not_in_roster', result: 'deleted', at },
        {
          action: 'replace',
          email: email('cyd'),
          reason: 'changed',
          role: 'billing',
          result: 'replaced',
          at,
        },
        { action: 'create', email: email('ada'), reason: 'not_invited', role: 'user', result: 'created', at },
      ],
      held,
      ...approval,
      leftOut,
      waiting: [],
    });
  });

  it('waits for everything before it', async () => {
    const w = ready();
    w.fastly.fail('create ada', 'unavailable');
    const back = await w.work(batch(w));
    expect(back).toHaveLength(2);
    expect(w.pointer().status).toBe('draining');
  });

  it('waits for a message before it that is malformed and could not be copied', async () => {
    const w = ready();
    w.onBury = () => {
      throw new Error('no');
    };
    const back = await w.work([
      w.message({ body: 'x' }, { id: 'bad' }),
      w.message('finish', { id: 'finish' }),
    ]);
    expect(back).toEqual(['bad', 'finish']);
    expect(w.pointer().status).toBe('draining');
  });

  it('waits for outcomes that could not be stored', async () => {
    const w = ready();
    w.store.onWrite = (key) => {
      if (key.includes('/outcomes/')) throw new Error('S3 is away');
    };
    expect(await w.work(batch(w))).toHaveLength(4);
    expect(w.pointer().status).toBe('draining');
  });

  it('delivered twice folds once', async () => {
    const w = ready();
    await w.work(batch(w));
    const ledger = w.store.objects.get('state/acme/ledger.json');
    w.setPointer({ status: 'draining' });
    await w.work([w.message('finish', { receives: 2 })]);
    expect(w.store.objects.get('state/acme/ledger.json')).toBe(ledger);
    expect(w.pointer().status).toBe('finished');
  });

  it('F26 a batch processed twice counts once', async () => {
    const w = ready();
    await w.work(batch(w).slice(0, 3));
    await w.work(
      batch(w)
        .slice(0, 3)
        .map((message) => ({ ...message, receives: 2 })),
    );
    await w.work([w.message('finish')]);
    const { counts, outcomes } = w.report();
    expect(outcomes).toHaveLength(3);
    expect(counts).toMatchObject({ created: 1, deleted: 1, replaced: 1 });
    expect([...w.fastly.mails.values()]).toEqual([1, 1]);
  });

  it.each([
    { name: 'a newer generation', given: (w: WorkerWorld) => w.setPointer({ generation: 8 }) },
    { name: 'another run of the same number', given: (w: WorkerWorld) => w.setPointer({ runId: 'run2' }) },
    { name: 'a halted run', given: (w: WorkerWorld) => w.setPointer({ status: 'halted' }) },
    { name: 'a finished run', given: (w: WorkerWorld) => w.setPointer({ status: 'finished' }) },
  ])('does nothing for $name', async ({ given }) => {
    const w = ready();
    given(w);
    expect(await w.work([w.message('finish')])).toEqual([]);
    expect(w.report()).toBeNull();
    expect(w.ledger()).toEqual({});
  });

  it('is handed back when the plan is missing, and says what to do', async () => {
    const w = ready();
    w.store.objects.delete('runs/acme/run1/plan.json');
    expect(await w.work([w.message('finish')])).toHaveLength(1);
    expect(w.pointer().status).toBe('draining');
    expect(logLines(w)).toContainEqual({
      level: 'error',
      message: 'finish goes back',
      account: 'acme',
      runId: 'run1',
      error: 'runs/acme/run1/plan.json is missing: restore it from an older version',
    });
  });

  it('is handed back when somebody removes the records of the run while it reads them', async () => {
    const w = ready();
    await w.work(plan.map((change) => w.message(change)));
    w.store.list = async function* (prefix) {
      const keys = [...w.store.objects.keys()].filter((key) => key.startsWith('runs/'));
      for (const key of keys) w.store.objects.delete(key);
      yield* keys.filter((key) => key.startsWith(prefix));
    };
    expect(await w.work([w.message('finish')])).toHaveLength(1);
    expect(w.pointer().status).toBe('draining');
    expect(w.report()).toBeNull();
  });

  it('is handed back when the ledger cannot be read', async () => {
    const w = ready();
    w.store.objects.set('state/acme/ledger.json', '{');
    expect(await w.work([w.message('finish')])).toHaveLength(1);
    expect(w.store.objects.get('state/acme/ledger.json')).toBe('{');
    expect(w.pointer().status).toBe('draining');
    expect(w.telemetry.lines.join()).toContain('"why":"finish_interrupted"');
  });

  it('never overwrites what a newer generation knows of an address', async () => {
    const w = ready();
    const newer = { ...ledgerEntry({ count: 5, generation: 9 }) };
    w.store.objects.set('state/acme/ledger.json', JSON.stringify({ [email('ada')]: newer }));
    await w.work(batch(w));
    expect(w.ledger()[email('ada')]).toEqual(newer);
  });

  it('a replace that was refused after its DELETE leaves no cool-down behind', async () => {
    const w = ready();
    w.store.objects.set('state/acme/ledger.json', JSON.stringify({ [email('cyd')]: ledgerEntry() }));
    w.fastly.fail('create cyd', 'rejected');
    await w.work(batch(w));
    expect(w.ledger()[email('cyd')]).toMatchObject({ count: 1, interrupted: true });
    expect(w.report().outcomes[1]).toMatchObject({ email: email('cyd'), interrupted: true });
  });

  it('one that was refused with its DELETE is not reported as interrupted', async () => {
    const w = ready();
    w.fastly.fail('delete id-cyd', 'rejected');
    await w.work(batch(w));
    expect(w.report().outcomes[1]).not.toHaveProperty('interrupted');
  });

  it('of a plan that says it was made later than now: no time was needed', async () => {
    const w = ready();
    w.clock.time = NOW - HOUR_MS;
    await w.work([w.message('finish')]);
    expect(w.report().durationSeconds).toBe(0);
  });
});

describe('people are told', () => {
  it('of a job without any outcome, which is reported and not guessed', async () => {
    const w = ready();
    await w.work([w.message('finish')]);
    expect(w.report().counts.unknown).toBe(3);
    expect(w.report().outcomes[0]).toEqual({
      action: 'delete',
      email: email('bob'),
      reason: 'not_in_roster',
      result: 'unknown',
    });
    expect(w.telemetry.notifications[0]?.subject).toBe('[acme] finished with 3 left to a person');
    expect(w.telemetry.notifications[0]?.message).toContain('- 3 without a recorded outcome');
  });

  it('of rejected jobs, with the place of the report', async () => {
    const w = ready();
    w.fastly.fail('create ada', 'rejected', { message: 'no' });
    await w.work(batch(w));
    expect(w.report().outcomes[2]).toMatchObject({ result: 'rejected', detail: 'no' });
    expect(w.telemetry.notifications).toHaveLength(1);
    expect(w.telemetry.notifications[0]?.message).toContain('- 1 rejected by Fastly');
    expect(w.telemetry.notifications[0]?.message).toContain('Report: runs/acme/run1/report.json');
  });

  it('of failed jobs', async () => {
    const w = ready();
    w.fastly.fail('create ada', 'unavailable', { times: 9 });
    w.failedBefore(4, 'ada');
    await w.work(batch(w).map((message) => ({ ...message, receives: 5 })));
    expect(w.telemetry.notifications[0]?.message).toContain('- 1 failed and copied');
  });
});
