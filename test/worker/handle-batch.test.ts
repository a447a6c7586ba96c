import { describe, expect, it } from '@jest/globals';
import { email, encodeJob } from '../support/build.ts';
import { create, WorkerWorld } from '../support/worker.ts';

describe('malformed messages', () => {
  const good = encodeJob({ account: 'acme', runId: 'r', generation: 1, action: 'finish' }).body;
  it.each([
    { name: 'not JSON', body: 'ada@example.com', reason: 'not JSON' },
    { name: 'an unknown version', body: good.replace('"version":1', '"version":2'), reason: 'version' },
    { name: 'an unknown action', body: good.replace('finish', 'dance'), reason: 'action' },
    { name: 'a missing field', body: good.replace('"runId":"r",', ''), reason: 'runId' },
    { name: 'another account than its group', body: good.replace('acme', 'other'), reason: 'group' },
  ])('$name: copied with the reason, then acknowledged', async ({ body, reason }) => {
    const w = new WorkerWorld();
    expect(await w.work([w.message({ body })])).toEqual([]);
    expect(w.buried).toEqual([{ body, reason: expect.stringMatching(`^malformed: .*${reason}`) }]);
    expect(w.telemetry.values.get('JobsFailed')).toBe(1);
    expect(w.telemetry.lines.join()).toContain('"message":"copied to the dead-letter queue"');
    expect(w.telemetry.everything()).not.toContain('@');
  });

  it('are handed back when the copy fails', async () => {
    const w = new WorkerWorld();
    w.onBury = () => {
      throw new Error('SQS is away');
    };
    expect(await w.work([w.message({ body: '{}' }, { id: 'bad' })])).toEqual(['bad']);
    expect(w.telemetry.values.has('JobsFailed')).toBe(false);
    expect(w.telemetry.lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'error',
        message: 'could not copy to the dead-letter queue',
        account: 'acme',
        messageId: 'bad',
        error: 'SQS is away',
      },
      expect.objectContaining({ message: 'handed back', why: 'not_copied' }),
    ]);
  });

  it('F33 beside valid and throttled ones only the right ids go back', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.remaining = 51;
    const bad = w.message({ body: 'x' }, { id: 'bad' });
    const fine = w.message(create('ada'), { id: 'fine' });
    const throttled = w.message(create('bob'), { id: 'throttled' });
    expect(await w.work([bad, fine, throttled])).toEqual(['throttled']);
    expect(w.result('ada')).toBe('created');
  });
});

describe('the accounts of a batch', () => {
  const zoe = {
    account: 'other',
    runId: 'run1',
    generation: 7,
    customerId: 'customer1',
    action: 'create' as const,
    email: email('zoe'),
    access: { role: 'user', limitServices: false, services: [] },
  };
  const withTwo = (): WorkerWorld => {
    const w = new WorkerWorld();
    w.setPointer({}, 'other');
    return w;
  };

  it('have each a quota of their own', async () => {
    const w = withTwo();
    w.learnQuota(50);
    const back = await w.work([
      w.message(create('ada'), { id: 'a' }),
      w.message(zoe, { id: 'z', account: 'other' }),
    ]);
    expect(back).toEqual(['a']);
    expect(w.writes()).toEqual(['create zoe']);
  });

  it('are handed back alone when something unforeseen stops one of them', async () => {
    const w = withTwo();
    const add = (account: string): void => {
      if (account === 'other') throw new Error('a broken invariant');
    };
    const back = await w.work(
      [w.message({ body: 'no job' }, { id: 'z', account: 'other' }), w.message(create('bob'), { id: 'b' })],
      { metrics: { add } },
    );
    expect(back).toEqual(['z']);
    expect(w.result('bob')).toBe('created');
    expect(w.telemetry.lines.map((line) => JSON.parse(line))).toContainEqual({
      level: 'error',
      message: 'the batch is handed back',
      account: 'other',
      error: 'a broken invariant',
    });
    expect(w.telemetry.lines.join()).toContain('"why":"batch_interrupted"');
    expect(w.visibility).toEqual([{ handles: ['r-z'], seconds: expect.any(Number) }]);
  });
});
