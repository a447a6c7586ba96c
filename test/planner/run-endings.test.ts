import { describe, expect, it } from '@jest/globals';
import { DAY_MS, invitation, NOW } from '../support/build.ts';
import { type PlannerWorld, rosterOf, worldWith } from '../support/planner.ts';

const LEDGER = 'state/acme/ledger.json';
const isFinish = ({ body }: { readonly body: string }): boolean => body.includes('"finish"');

/** A world whose last run finished long ago; `world.clock` has moved since. */
const afterAnotherRun = async (rows: readonly string[]): Promise<PlannerWorld> => {
  const world = worldWith(['first']);
  await world.run();
  world.finish();
  world.queue.messages.length = 0;
  world.upload('acme', rosterOf(...rows));
  world.clock.time = NOW + DAY_MS;
  return world;
};

describe('what the pointer says after a run', () => {
  const endings: readonly {
    readonly name: string;
    readonly given: (world: PlannerWorld) => void;
    readonly event?: object;
    readonly pointer: object;
  }[] = [
    {
      name: 'that enqueued jobs: draining, with their number',
      given: () => {},
      pointer: { status: 'draining', jobs: 2 },
    },
    {
      name: 'that had nothing to change: finished',
      given: (w) => {
        w.fastly.invitations = [invitation('ada'), invitation('bob')];
      },
      pointer: { status: 'finished', jobs: 0 },
    },
    {
      name: 'whose given plan hash no longer fits: finished, and why',
      given: () => {},
      event: { planHash: 'sha256:other' },
      pointer: { status: 'finished', jobs: 0, reason: 'the given plan hash no longer fits' },
    },
    {
      name: 'whose token may not list: finished, and why',
      given: (w) => w.fastly.fail('invitations', 'forbidden'),
      pointer: { status: 'finished', jobs: 0, reason: 'blocked: listing_forbidden' },
    },
    {
      name: 'for addresses that nothing is known of: finished, and why',
      given: () => {},
      event: { only: ['adda@example.com', 'bobb@example.com'] },
      pointer: { status: 'finished', jobs: 0, reason: 'blocked: unknown_address' },
    },
    {
      name: 'whose worker was quicker than its planner: finished stays finished',
      given: (w) => {
        w.queue.onSend = (messages) => {
          if (messages.some(isFinish)) w.finish();
        };
      },
      pointer: { status: 'finished', jobs: 2 },
    },
  ];

  it.each(endings)('$name', async ({ given, event, pointer }) => {
    const world = await afterAnotherRun(['ada', 'bob']);
    given(world);
    const result = await world.run(event);
    const updatedAt = new Date(NOW + DAY_MS).toISOString();
    expect(world.pointer()).toMatchObject({ generation: 2, runId: result.runId, updatedAt, ...pointer });
    const { key, etag } = world.pointer().roster;
    expect(world.record(result)).toMatchObject({ generation: 2, roster: { key, etag, rows: 2 } });
  });

  it('that enqueued jobs has the estimate of its plan', async () => {
    const world = await afterAnotherRun(['ada']);
    const result = await world.run();
    expect(world.pointer().estimatedFinish).toBe(result.quota?.estimatedFinish);
    expect(Date.parse(world.pointer().estimatedFinish)).toBeGreaterThan(NOW + DAY_MS);
  });

  it('whose roster was gone when it was claimed: halted, and why', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = () => {
      world.store.objects.delete('rosters/acme.csv');
    };
    expect(await world.run()).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('no rosters/'),
    });
    expect(world.pointer()).toMatchObject({
      status: 'halted',
      jobs: 0,
      reason: 'the roster changed while it was read',
    });
  });

  it('whose plan could not be made: halted, and why; nothing is enqueued', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = (call) => {
      if (call === 'invitations') throw new Error('a broken invariant');
    };
    await expect(world.run()).rejects.toThrow('a broken invariant');
    expect(world.pointer()).toMatchObject({
      status: 'halted',
      reason: 'planning failed: a broken invariant',
    });
    expect(world.queue.messages).toEqual([]);
  });
});

describe('state that is damaged under the claim', () => {
  it('before a plan is stored: the account is blocked, and the run is halted', async () => {
    const world = worldWith(['ada']);
    world.store.onWrite = (key) => {
      if (key.endsWith('run.json')) world.store.objects.set(LEDGER, '{"ada');
    };
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'damaged_state' }] });
    expect(world.pointer()).toMatchObject({
      status: 'halted',
      reason: expect.stringContaining('planning failed: state/acme/ledger.json is damaged'),
    });
  });
});

describe('a roster that is replaced between its reading and the claim', () => {
  it('by a packed one of the same content: the newer one is planned', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = () => {
      const roster = world.store.objects.get('rosters/acme.csv');
      if (roster === undefined) return;
      world.store.objects.delete('rosters/acme.csv');
      world.store.objects.set('rosters/acme.csv.gz', roster);
    };
    expect(await world.run()).toMatchObject({ status: 'enqueued' });
    expect(world.pointer()).toMatchObject({ generation: 2, roster: { key: 'rosters/acme.csv.gz' } });
  });

  it('by two, of which none can be chosen: blocked, and nothing is enqueued', async () => {
    const world = worldWith(['ada']);
    world.fastly.onCall = () => {
      world.store.objects.set('rosters/acme.csv.gz', rosterOf('bob'));
    };
    expect(await world.run()).toMatchObject({ status: 'blocked', issues: [{ code: 'two_rosters' }] });
    expect(world.queue.messages).toEqual([]);
  });
});

describe('a run that fails and cannot say so in the pointer either', () => {
  it('fails with the first error and logs the second', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = () => {
      world.store.onWrite = () => {
        throw new Error('S3 is away');
      };
      throw new Error('SQS is away');
    };
    await expect(world.run()).rejects.toThrow('SQS is away');
    const { runId } = world.pointer();
    const line = world.telemetry.lines.find((one) => one.includes('could not be halted')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', account: 'acme', runId, error: 'S3 is away' });
  });
});

describe('a run that fails when the pointer is not its own to end any more', () => {
  it.each([
    { name: 'another planner of the run took over', moved: { startedAt: new Date(NOW + 1).toISOString() } },
    { name: 'another planner enqueued everything', moved: { status: 'draining' as const, jobs: 1 } },
    { name: 'the worker finished it', moved: { status: 'finished' as const } },
    {
      name: 'the worker halted it',
      moved: { status: 'halted' as const, reason: 'Fastly said unauthorized' },
    },
  ])('leaves the pointer as it is: $name', async ({ moved }) => {
    const world = worldWith(['ada']);
    let before = {};
    world.queue.onSend = () => {
      world.setPointer(moved);
      before = world.pointer();
      throw new Error('SQS is away');
    };
    await expect(world.run()).rejects.toThrow('SQS is away');
    expect(world.pointer()).toEqual(before);
  });
});

describe('a run that another one overtakes', () => {
  it('before it enqueued anything, as nothing was to be done: superseded', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('ada')];
    world.fastly.onCall = (call) => {
      if (call === 'members') world.setPointer({ generation: 9 });
    };
    expect(await world.run()).toMatchObject({ status: 'superseded', counts: { keep: 1 } });
    expect(world.pointer()).toMatchObject({ generation: 9, status: 'planning' });
  });

  it('after its last job was enqueued: superseded', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = (messages) => {
      if (messages.some(isFinish)) world.setPointer({ generation: 9 });
    };
    expect(await world.run()).toMatchObject({ status: 'superseded', counts: { create: 1 } });
    expect(world.pointer()).toMatchObject({ generation: 9, status: 'planning' });
  });

  it('while it enqueues: its hold is not announced, as the other run has a plan of its own', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_DELETES: '0', PERCENT_FLOOR: '9' });
    world.fastly.invitations = [invitation('cyd')];
    world.queue.onSend = () => world.setPointer({ generation: 9 });
    expect(await world.run()).toMatchObject({ status: 'superseded', held: [{ action: 'delete', count: 1 }] });
    expect(world.telemetry.notifications).toEqual([]);
  });

  it('by being halted while its jobs are enqueued: failed, and why', async () => {
    const world = worldWith(['ada']);
    world.queue.onSend = () => world.setPointer({ status: 'halted' });
    expect(await world.run()).toMatchObject({
      status: 'failed',
      error: 'the worker halted the run while its jobs were enqueued',
    });
    expect(world.jobLines()).toEqual(['create ada']);
  });
});

describe('a hold', () => {
  it('that comes back after it was gone is announced again', async () => {
    const world = worldWith(['ada'], { MAX_CREATES: '0' });
    const { approval } = await world.run();
    expect(world.pointer().announced).toBe(approval);
    world.fastly.invitations = [invitation('ada')];
    expect((await world.run()).status).toBe('in_sync');
    expect(world.pointer()).not.toHaveProperty('announced');
    world.fastly.invitations = [];
    expect((await world.run()).approval).toBe(approval);
    expect(world.telemetry.notifications).toHaveLength(2);
  });

  it('of which nobody can read whether it was announced is announced, and the jobs stay valid', async () => {
    const world = worldWith(['ada'], { MAX_DELETES: '0', PERCENT_FLOOR: '9' });
    world.fastly.invitations = [invitation('cyd')];
    world.queue.onSend = (messages) => {
      if (!messages.some(isFinish)) return;
      world.store.onRead = () => {
        world.store.onRead = () => {};
        throw new Error('S3 is away');
      };
    };
    const { status, approval, runId } = await world.run();
    expect(status).toBe('held');
    expect(world.pointer()).toMatchObject({ status: 'draining', jobs: 1, announced: approval });
    expect(world.telemetry.notifications).toHaveLength(1);
    const line = world.telemetry.lines.find((one) => one.includes('S3 is away')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', account: 'acme', runId });
  });
});

describe('a run that meets another one at work', () => {
  it('counts as completed, so that the alarm for missing plans stays quiet, and says which run it met', async () => {
    const world = worldWith(['ada']);
    const { runId } = await world.run();
    const busy = await world.run();
    expect(busy).toMatchObject({ status: 'in_progress', error: expect.stringContaining(`run ${runId}`) });
    expect(world.telemetry.values.get('PlanCompleted')).toBe(2);
    const line = JSON.parse(world.telemetry.lines.at(-1) ?? '{}');
    expect(line).toMatchObject({ account: 'acme', runId: busy.runId, reason: busy.error });
  });

  it('that has no plan yet: nothing counts as completed', async () => {
    const world = worldWith(['ada']);
    await world.run();
    world.setPointer({ status: 'planning' });
    expect(await world.run()).toMatchObject({ status: 'in_progress' });
    expect(world.telemetry.values.get('PlanCompleted')).toBe(1);
  });
});

describe('the log of an applying run', () => {
  it('names account and run in every line, and the generation that it claimed', async () => {
    const world = worldWith(['ada']);
    const { runId } = await world.run();
    const lines = world.telemetry.lines.map((line) => JSON.parse(line));
    for (const line of lines) expect(line).toMatchObject({ account: 'acme', runId });
    expect(lines).toContainEqual(expect.objectContaining({ generation: 1, mustWait: false }));
  });
});
