import { describe, expect, it } from '@jest/globals';
import { hashChanges } from '../../lib/plan/plan-hash.ts';
import { DAY_MS, email, invitation, member, NOW } from '../support/build.ts';
import { PlannerWorld, REQUEST_TIMEOUT_MS, rosterOf } from '../support/planner.ts';

const names = (count: number, prefix = 'p'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const worldWith = (rows: string[], env: Record<string, string> = {}): PlannerWorld => {
  const world = new PlannerWorld(env);
  world.upload('acme', rosterOf(...rows));
  return world;
};

const writes = (world: PlannerWorld): string[] =>
  world.fastly.log.filter((call) => /^(create|delete) /.test(call));

describe('a run that applies', () => {
  it('enqueues what no guard holds, and finish last', async () => {
    const world = worldWith(['ada', 'bob', 'cyd,billing', 'dee'], { PERCENT_FLOOR: '3' });
    world.fastly.invitations = [invitation('bob'), invitation('cyd'), invitation('eve')];
    world.fastly.members = [member('dee')];
    const result = await world.run();
    expect(result).toMatchObject({
      status: 'held',
      counts: { create: 1, delete: 1, replace: 1, keep: 1, member: 1 },
    });
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('enqueues everything when nothing is held', async () => {
    const world = worldWith(['ada', 'bob', 'cyd,billing', 'dee'], { PERCENT_FLOOR: '100' });
    world.fastly.invitations = [invitation('bob'), invitation('cyd'), invitation('eve')];
    world.fastly.members = [member('dee')];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'enqueued', held: [], issues: [] });
    expect(result.quota?.writes).toBe(4);
    expect(world.jobLines()).toEqual(['delete eve', 'replace cyd', 'create ada', 'finish']);
    expect(world.pointer()).toMatchObject({
      status: 'draining',
      generation: 1,
      jobs: 3,
      customerId: 'customer1',
    });
    expect(world.record(result).planHash).toBe(result.planHash);
    expect(world.telemetry.values.get('PlanCompleted')).toBe(1);
    expect(writes(world)).toEqual([]);
  });

  it('takes the generation before it lists anything', async () => {
    const world = worldWith(['ada']);
    const seen: string[] = [];
    world.fastly.onCall = (call) => {
      if (call === 'invitations') seen.push(world.pointer().status);
    };
    await world.run();
    expect(seen).toEqual(['planning']);
  });

  it('is in sync when there is nothing to do, and says so again', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('ada')];
    expect(await world.run()).toMatchObject({ status: 'in_sync', counts: { keep: 1 } });
    expect(await world.run()).toMatchObject({ status: 'in_sync' });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
  });

  it('lists invitations before members, so that who accepts in between is not mailed again', async () => {
    const world = worldWith(['ada'], { PERCENT_FLOOR: '100' });
    world.fastly.invitations = [invitation('ada')];
    world.fastly.onCall = (call) => {
      if (call !== 'members') return;
      world.fastly.invitations = [];
      world.fastly.members = [member('ada')];
    };
    expect(await world.run()).toMatchObject({ status: 'in_sync', counts: { member: 1 } });
  });
});

describe('plan mode', () => {
  it('F48 changes nothing: no pointer, no ledger, no job, no write; only the report', async () => {
    const world = worldWith(['ada']);
    const result = await world.run({ mode: 'plan' });
    expect(result.status).toBe('planned');
    expect([...world.store.objects.keys()]).toEqual(
      ['rosters/acme.csv', `runs/acme/${result.runId}/plan.json`].sort(),
    );
    expect(world.queue.messages).toEqual([]);
    expect(writes(world)).toEqual([]);
  });

  it('F47 evaluates and prints the guards like an applying run', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_CREATES: '1' });
    const planned = await world.run({ mode: 'plan' });
    const applied = await world.run();
    expect(planned.held).toEqual(applied.held);
    expect(planned.approval).toBe(applied.approval);
    expect(planned.planHash).toBe(applied.planHash);
  });

  it('MODE=plan makes schedule and upload only report and notify', async () => {
    const world = worldWith(['ada'], { MODE: 'plan' });
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results).toMatchObject([{ account: 'acme', status: 'planned' }]);
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.queue.messages).toEqual([]);
  });
});

describe('blocked: nothing is changed, and somebody is told', () => {
  const blocks: readonly { name: string; prepare: (world: PlannerWorld) => void; code: string }[] = [
    { name: 'F8/F9 a bad row', prepare: (w) => w.upload('acme', rosterOf('ada', 'b b')), code: '' },
    { name: 'F5 a roster of zero bytes', prepare: (w) => w.upload('acme', ''), code: '' },
    {
      name: 'both spellings of the roster',
      prepare: (w) => w.store.objects.set('rosters/acme.csv.gz', 'x'),
      code: 'two_rosters',
    },
    {
      name: 'no token',
      prepare: (w) => {
        w.problem = 'there is no parameter';
      },
      code: 'no_token',
    },
    {
      name: 'a refused token',
      prepare: (w) => w.fastly.fail('token', 'unauthorized', { times: 2 }),
      code: 'token_refused',
    },
    {
      name: 'a token that only reads',
      prepare: (w) => {
        w.fastly.scopes = ['global:read'];
      },
      code: 'token_read_only',
    },
    {
      name: 'F1 a listing that is not whole',
      prepare: (w) => w.fastly.fail('invitations', 'incomplete'),
      code: 'listing_incomplete',
    },
    {
      name: 'F2/F31b a listing that failed',
      prepare: (w) => w.fastly.fail('invitations', 'unavailable'),
      code: 'listing_unavailable',
    },
    {
      name: 'members that could not be listed',
      prepare: (w) => w.fastly.fail('members', 'unavailable'),
      code: 'listing_unavailable',
    },
    {
      name: 'a damaged ledger, never taken for an empty one',
      prepare: (w) => w.store.objects.set('state/acme/ledger.json', '{"ada'),
      code: 'damaged_state',
    },
    {
      name: 'a ledger of another shape',
      prepare: (w) => w.store.objects.set('state/acme/ledger.json', '[]'),
      code: 'damaged_state',
    },
    {
      name: 'a damaged pointer',
      prepare: (w) => w.store.objects.set('state/acme/run.json', '{"generation":"x"}'),
      code: 'damaged_state',
    },
  ];

  it.each(blocks)('$name', async ({ prepare, code }) => {
    const world = worldWith(['ada']);
    prepare(world);
    const result = await world.run();
    expect(result.status).toBe('blocked');
    if (code !== '') expect(result.issues.map((issue) => issue.code)).toEqual([code]);
    expect(result.issues.length).toBeGreaterThan(0);
    expect(world.queue.messages).toEqual([]);
    expect(writes(world)).toEqual([]);
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.telemetry.values.get('RunBlocked')).toBe(1);
    expect(world.record(result)).toMatchObject({ status: 'blocked', changes: [] });
  });

  it('goes on by itself once the listing is whole again', async () => {
    const world = worldWith(['ada']);
    world.fastly.fail('invitations', 'incomplete');
    await world.run();
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('a bad roster does not void the jobs of the good one before it', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.upload('acme', 'not a roster');
    expect(await world.run()).toMatchObject({ status: 'blocked' });
    expect(world.pointer()).toMatchObject({ generation: 1, status: 'draining' });
  });

  it('a token of another customer than last time', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.finish();
    world.store.objects.set(
      'state/acme/run.json',
      JSON.stringify({ ...world.pointer(), customerId: 'other' }),
    );
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'other_customer' }] });
  });

  it('a token that was replaced a minute ago is read again, and nothing is blocked', async () => {
    const world = worldWith(['ada']);
    world.fastly.fail('token', 'unauthorized', { times: 1 });
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.connects).toEqual([false, true]);
  });

  it('a token that expires soon is a warning', async () => {
    const world = worldWith(['ada']);
    world.fastly.tokenExpiresAt = NOW + 13 * DAY_MS;
    expect((await world.run()).warnings.join()).toContain('expires');
  });
});

describe('held and approved', () => {
  const held = async (): Promise<{ world: PlannerWorld; approval: string }> => {
    const world = worldWith(['ada', 'new'], { MAX_DELETES: '2', PERCENT_FLOOR: '1000' });
    world.fastly.invitations = [invitation('ada'), ...names(3).map((name) => invitation(name))];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 3 }] });
    return { world, approval: result.approval ?? '' };
  };

  it('the rest goes on, and one notification has the numbers and the command', async () => {
    const { world, approval } = await held();
    expect(world.jobLines()).toEqual(['create new', 'finish']);
    expect(world.telemetry.notifications).toHaveLength(1);
    const [told] = world.telemetry.notifications;
    expect(told?.message).toContain(`approve acme ${approval}`);
    expect(told?.message).toContain('3 deletes exceed the limit of 2');
    expect(told?.subject).not.toContain('@');
  });

  it('is announced once, however often the schedule comes by', async () => {
    const { world } = await held();
    for (let hour = 0; hour < 3; hour += 1) {
      world.finish();
      world.fastly.invitations = world.fastly.invitations.concat(hour === 0 ? invitation('new') : []);
      await world.run();
    }
    expect(world.telemetry.notifications).toHaveLength(1);
  });

  it('F44 approving exactly this releases it, and no limit has to be raised', async () => {
    const { world, approval } = await held();
    world.finish();
    const result = await world.run({ approve: approval });
    expect(result).toMatchObject({ status: 'enqueued', held: [] });
    expect(world.jobLines()).toEqual(expect.arrayContaining(['delete p0', 'delete p1', 'delete p2']));
  });

  it('may be approved while the rest is still worked off', async () => {
    const { world, approval } = await held();
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
  });

  it('approving twice does it once', async () => {
    const { world, approval } = await held();
    await world.run({ approve: approval });
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'in_progress' });
    world.finish();
    world.fastly.invitations = [invitation('ada'), invitation('new')];
    expect(await world.run({ approve: approval })).toMatchObject({
      status: 'in_sync',
      warnings: ['nothing is held, so there was nothing to approve'],
    });
  });

  it('what changed meanwhile stays held, and says so', async () => {
    const { world, approval } = await held();
    world.finish();
    world.fastly.invitations.push(invitation('late'));
    const result = await world.run({ approve: approval });
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 4 }] });
    expect(result.approval).not.toBe(approval);
    expect(result.warnings.join()).toContain('changed meanwhile');
  });

  it('re-uploading the same content keeps the approval valid', async () => {
    const { world, approval } = await held();
    world.finish();
    world.upload('acme', `${rosterOf('new', 'ada')}\n`);
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'enqueued' });
  });

  it('an empty roster holds every delete, and can be approved', async () => {
    const world = worldWith([], { PERCENT_FLOOR: '1000' });
    world.fastly.invitations = [invitation('ada')];
    const result = await world.run();
    expect(result).toMatchObject({ status: 'held', held: [{ action: 'delete', count: 1 }] });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
    expect(await world.run({ approve: result.approval ?? '' })).toMatchObject({ status: 'enqueued' });
  });

  it('the approval is the hash of the held changes only', async () => {
    const { world, approval } = await held();
    const record = world.record(await world.run({ mode: 'plan' }));
    const changes = record.changes.filter((change) => change.held);
    expect(hashChanges('acme', changes)).toBe(approval);
  });
});

describe('a plan hash', () => {
  it('that still fits is applied', async () => {
    const world = worldWith(['ada']);
    const { planHash = '' } = await world.run({ mode: 'plan' });
    expect(await world.run({ planHash })).toMatchObject({ status: 'enqueued' });
  });
  it('that no longer fits does nothing', async () => {
    const world = worldWith(['ada']);
    const { planHash = '' } = await world.run({ mode: 'plan' });
    world.upload('acme', rosterOf('ada', 'bob'));
    expect(await world.run({ planHash })).toMatchObject({ status: 'changed' });
    expect(world.queue.messages).toEqual([]);
    expect(world.pointer().status).toBe('finished');
  });
});

describe('generations', () => {
  const draining = async (): Promise<PlannerWorld> => {
    const world = worldWith(['ada']);
    await world.run();
    expect(world.pointer().status).toBe('draining');
    return world;
  };

  it('F39 the same roster while draining: in progress, no new plan', async () => {
    const world = await draining();
    expect(await world.run()).toMatchObject({ status: 'in_progress' });
    expect(world.pointer().generation).toBe(1);
  });

  it('a changed roster supersedes, after one request time-out', async () => {
    const world = await draining();
    world.upload('acme', rosterOf('bob'));
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
    // The time-out of the write that may be on its way, and the margin between reading the pointer and sending it.
    expect(world.clock.slept).toEqual([REQUEST_TIMEOUT_MS + 5000]);
  });

  it('a plan hash is a wish of its own while a run without one drains', async () => {
    const world = await draining();
    const { planHash = '' } = await world.run({ mode: 'plan' });
    expect((await world.run({ planHash })).status).not.toBe('in_progress');
  });

  it('a worker that halted the run meanwhile is not overruled', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = (messages) => {
      if (!messages.some(({ body }) => body.includes('"finish"'))) return;
      const pointer = { ...world.pointer(), status: 'halted' };
      world.store.objects.set('state/acme/run.json', JSON.stringify(pointer));
    };
    await world.run();
    expect(world.pointer()).toMatchObject({ status: 'halted', jobs: 1 });
  });

  it('state that is damaged after the plan was stored fails the run and keeps its plan', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = () => {
      world.store.objects.set('state/acme/run.json', '{"generation":"x"}');
    };
    await expect(world.run()).rejects.toThrow('is damaged');
    const plans = [...world.store.objects.keys()].filter((key) => key.endsWith('plan.json'));
    expect(plans.map((key) => world.store.json(key))).toMatchObject([{ status: 'enqueued' }]);
  });

  it('F41 a planner that was slow never carries out an older roster after a newer one', async () => {
    const world = worldWith(['ada', 'milo']);
    let slow = true;
    world.fastly.onCall = async (call) => {
      if (call !== 'token' || !slow) return;
      slow = false;
      world.upload('acme', rosterOf('ada', 'bob'));
      await world.run();
    };
    await world.run();
    const { generation } = world.pointer();
    const newest = world.jobs().filter((job) => job.generation === generation);
    expect(newest.map((job) => (job.action === 'finish' ? 'finish' : job.email.split('@')[0]))).toEqual([
      'ada',
      'bob',
      'finish',
    ]);
  });

  it('a roster that is gone once the run is claimed: nothing is planned', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = (call) => {
      if (call === 'token') world.store.objects.delete('rosters/acme.csv');
    };
    expect(await world.run()).toMatchObject({ status: 'failed' });
    expect(world.queue.messages).toEqual([]);
  });

  it('a finished run needs no wait', async () => {
    const world = await draining();
    world.finish();
    world.upload('acme', rosterOf('bob'));
    await world.run();
    expect(world.clock.slept).toEqual([]);
  });

  it.each([
    { name: 'within six hours of its estimate it is left alone', hours: 6.9, status: 'in_progress' },
    { name: 'more than six hours past its estimate it is planned again', hours: 7.1, status: 'enqueued' },
  ])('$name', async ({ hours, status }) => {
    const world = await draining();
    const estimate = Date.parse(world.pointer().estimatedFinish);
    world.clock.time = estimate + (hours - 1) * 3600_000;
    expect((await world.run()).status).toBe(status);
  });

  it.each([
    { name: 'a planner of 14 minutes is alive', minutes: 14, status: 'in_progress' },
    { name: 'a planner of 15 minutes is dead', minutes: 15, status: 'enqueued' },
  ])('$name', async ({ minutes, status }) => {
    const world = await draining();
    world.store.objects.set(
      'state/acme/run.json',
      JSON.stringify({ ...world.pointer(), status: 'planning' }),
    );
    world.clock.time += minutes * 60_000;
    expect((await world.run()).status).toBe(status);
  });

  it('a halted run is planned again by the next trigger', async () => {
    const world = await draining();
    world.store.objects.set('state/acme/run.json', JSON.stringify({ ...world.pointer(), status: 'halted' }));
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('F39 two planners at once: one plans, the other stands back', async () => {
    const world = worldWith(['ada']);
    const statuses = (await Promise.all([world.run(), world.run()])).map(({ status }) => status).sort();
    expect(statuses).toEqual(['enqueued', 'in_progress']);
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('stops enqueuing when a newer run takes over', async () => {
    const world = worldWith(names(1200), { MAX_CREATES: '5000' });
    let sends = 0;
    world.queue.onSend = () => {
      sends += 1;
      const pointer = world.pointer();
      if (sends === 2)
        world.store.objects.set('state/acme/run.json', JSON.stringify({ ...pointer, generation: 9 }));
    };
    expect(await world.run()).toMatchObject({ status: 'superseded' });
    expect(world.jobLines()).not.toContain('finish');
    expect(world.pointer().generation).toBe(9);
  });

  it('F40 a queue that takes only part: the run is void and the next one takes over at once', async () => {
    const world = worldWith(names(600), { MAX_CREATES: '5000' });
    let sends = 0;
    world.queue.onSend = () => {
      sends += 1;
      if (sends === 2) throw new Error('SQS did not accept 3 of 500 jobs');
    };
    await expect(world.run()).rejects.toThrow('SQS did not accept');
    expect(world.pointer()).toMatchObject({ status: 'halted', generation: 1 });
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(2);
  });

  it('a planner that dies before anything else is claimed leaves nothing behind', async () => {
    const world = worldWith(['ada']);
    world.store.onWrite = () => {
      throw new Error('S3 is away');
    };
    await expect(world.run()).rejects.toThrow('S3 is away');
    world.store.onWrite = () => {};
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
  });

  it('a pointer write whose answer was lost is recognised as our own', async () => {
    const world = worldWith(['ada']);
    const write = world.store.write.bind(world.store);
    let lost = false;
    world.store.write = async (key, content, condition) => {
      const written = await write(key, content, condition);
      if (lost || !key.endsWith('run.json')) return written;
      lost = true;
      // The SDK repeats it, and meets what it wrote itself.
      return 'conflict';
    };
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer().generation).toBe(1);
  });
});

describe('what an unfinished run leaves behind is not lost', () => {
  it('also after a run between them that was blocked', async () => {
    const world = worldWith(['ada,engineer,svc1:full']);
    await world.run();
    world.fastly.invitations = [invitation('ada', { role: 'engineer', limitServices: true, createdAt: NOW })];
    world.upload('acme', rosterOf('ada,engineer,svc1:read_only'));
    world.fastly.fail('invitations', 'incomplete');
    expect(await world.run()).toMatchObject({ status: 'blocked' });
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([{ action: 'replace', fields: ['services'] }]);
  });

  it('a created invitation gets into the ledger through the next run', async () => {
    const world = worldWith(['ada,engineer,svc1:full']);
    await world.run();
    world.fastly.invitations = [invitation('ada', { role: 'engineer', limitServices: true, createdAt: NOW })];
    world.upload('acme', rosterOf('ada,engineer,svc1:read_only'));
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([{ action: 'replace', fields: ['services'] }]);
  });

  it('a replace cut off between its writes is finished without a cool-down', async () => {
    const world = worldWith(['ada,billing'], { PERCENT_FLOOR: '100' });
    world.store.objects.set(
      'state/acme/ledger.json',
      JSON.stringify({
        [email('ada')]: {
          count: 1,
          firstSentAt: new Date(NOW).toISOString(),
          lastSentAt: new Date(NOW).toISOString(),
          servicesDigest: '',
        },
      }),
    );
    world.fastly.invitations = [invitation('ada')];
    await world.run();
    expect(world.jobLines()).toEqual(['replace ada', 'finish']);
    world.fastly.invitations = [];
    world.upload('acme', rosterOf('ada,billing', 'bob'));
    const result = await world.run();
    expect(world.record(result).changes).toMatchObject([
      { action: 'create', email: email('ada'), reason: 'interrupted' },
      { action: 'create', email: email('bob'), reason: 'not_invited' },
    ]);
  });
});

describe('what people wrote', () => {
  it('F7 is never written by a run, whatever it ends with', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_CREATES: '1' });
    const written: string[] = [];
    world.store.onWrite = (key) => written.push(key);
    await world.run({ mode: 'plan' });
    await world.run();
    world.upload('acme', 'not a roster');
    await world.run();
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((key) => key.startsWith('rosters/'))).toEqual([]);
  });
});

describe('no address and no token leaves through logs, metrics or notifications', () => {
  it.each(['enqueued', 'held', 'blocked'])('%s', async (status) => {
    const world = worldWith(status === 'blocked' ? ['ada', 'b b'] : ['ada', 'bob'], {
      MAX_CREATES: status === 'held' ? '0' : '10',
    });
    expect((await world.run()).status).toBe(status);
    expect(world.telemetry.everything()).not.toContain('@');
  });
});
