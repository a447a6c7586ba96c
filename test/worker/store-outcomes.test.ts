import { describe, expect, it } from '@jest/globals';
import { OUTCOME_RESULTS, type OutcomeResult } from '../../lib/domain/outcome.ts';
import type { MetricName } from '../../lib/ports/metrics.ts';
import type { Final } from '../../lib/worker/final-or-retry.ts';
import { storeOutcomes } from '../../lib/worker/store-outcomes.ts';
import { email, encodeJob, NOW } from '../support/build.ts';
import { create, names, WorkerWorld } from '../support/worker.ts';

const at = new Date(NOW).toISOString();

const finalOf = (name: string, result: OutcomeResult, runId = 'run1'): Final => {
  const run = { account: 'acme', runId, generation: 7 };
  const job = { ...run, action: 'delete' as const, email: email(name), invitationIds: ['id'] };
  const message = { id: name, account: 'acme', body: encodeJob(job).body, receives: 1, receiptHandle: name };
  return { delivered: { message, job }, outcome: { action: 'delete', email: email(name), result, at } };
};

const METRICS: Readonly<Record<OutcomeResult, MetricName>> = {
  created: 'JobsCreated',
  deleted: 'JobsDeleted',
  replaced: 'JobsReplaced',
  already_invited: 'JobsAlreadySo',
  already_member: 'JobsAlreadySo',
  already_gone: 'JobsAlreadySo',
  rejected: 'JobsRejected',
  failed: 'JobsFailed',
  superseded: 'JobsSuperseded',
};

describe('outcomes', () => {
  it.each(OUTCOME_RESULTS)('%s: counted under its metric', async (result) => {
    const w = new WorkerWorld();
    const final = names(2).map((name) => finalOf(name, result));
    expect(await storeOutcomes('acme', final, w.deps())).toEqual([]);
    expect([...w.telemetry.values]).toEqual([[METRICS[result], 2]]);
  });

  it('of two runs are stored apart, each batch in an object of its own', async () => {
    const w = new WorkerWorld();
    const stored = async (): Promise<void> => {
      await storeOutcomes(
        'acme',
        [finalOf('ada', 'deleted'), finalOf('bob', 'superseded', 'run0')],
        w.deps(),
      );
    };
    await stored();
    await stored();
    const keys = [...w.store.objects.keys()].filter((key) => key.startsWith('runs/'));
    expect(keys.map((key) => key.replace(/[0-9a-z]{8}\.jsonl$/, 'x.jsonl'))).toEqual(
      ['run1', 'run0', 'run1', 'run0'].map((runId) => `runs/acme/${runId}/outcomes/${at}-x.jsonl`),
    );
  });

  it('that a person should look at are logged, without the address', async () => {
    const w = new WorkerWorld();
    const rejected = finalOf('ada', 'rejected');
    const final = [
      { ...rejected, outcome: { ...rejected.outcome, detail: 'no' } },
      finalOf('bob', 'deleted'),
    ];
    await storeOutcomes('acme', final, w.deps());
    expect(w.telemetry.lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'info', message: 'outcomes', account: 'acme', rejected: 1, deleted: 1 },
      {
        level: 'warn',
        message: 'a job needs a person',
        account: 'acme',
        runId: 'run1',
        action: 'delete',
        person: expect.stringMatching(/^[0-9a-f]{12}$/),
        result: 'rejected',
        detail: 'no',
      },
    ]);
  });

  it('that cannot be stored: the jobs of that run are handed back, and counted when they are stored', async () => {
    const w = new WorkerWorld();
    w.store.onWrite = (key) => {
      if (key.includes('/run0/')) throw new Error('S3 is away');
    };
    const final = [finalOf('ada', 'deleted'), finalOf('bob', 'superseded', 'run0')];
    const returned = await storeOutcomes('acme', final, w.deps());
    expect(returned.map(({ message, why }) => [message.id, why])).toEqual([['bob', 'outcome_not_stored']]);
    expect([...w.telemetry.values]).toEqual([['JobsDeleted', 1]]);
    expect(w.telemetry.everything()).toContain('S3 is away');
  });

  it('are stored before the message is acknowledged', async () => {
    const w = new WorkerWorld();
    w.store.onWrite = (key) => {
      if (key.includes('/outcomes/')) throw new Error('S3 is away');
    };
    expect(await w.one(create('ada'))).toBe('back');
    expect(w.writes()).toEqual(['create ada']);
  });
});
