import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { email, encodeJob, invitation, ledgerEntry, member, NOW } from '../support/build.ts';
import { create, remove, replace, WorkerWorld } from '../support/worker.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);
const billing = { role: 'billing' };

type Row = {
  readonly name: string;
  readonly change: Change;
  readonly receives?: number;
  readonly given?: (world: WorkerWorld) => void;
  readonly ends: string;
  readonly writes: readonly string[];
};

const rows: readonly Row[] = [
  { name: 'POST 2xx', change: create('ada'), ends: 'created', writes: ['create ada'] },
  {
    name: 'DELETE 2xx',
    change: remove('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'deleted',
    writes: ['delete id-ada'],
  },
  { name: 'F25 DELETE 404', change: remove('ada'), ends: 'already_gone', writes: ['delete id-ada'] },
  {
    name: 'DELETE of several, some gone',
    change: remove('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'b' })];
    },
    ends: 'deleted',
    writes: ['delete a', 'delete b'],
  },
  {
    name: 'DELETE of several, delivered again: no write for what is gone',
    change: remove('ada', ['a', 'b']),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'b' })];
    },
    ends: 'deleted',
    writes: ['delete b'],
  },
  {
    name: 'DELETE of several, delivered again: all gone',
    change: remove('ada', ['a', 'b']),
    receives: 2,
    ends: 'already_gone',
    writes: [],
  },
  {
    name: 'replace 2xx',
    change: replace('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'replace, gone as it was accepted: no mail',
    change: replace('ada'),
    given: (w) => {
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['delete id-ada'],
  },
  {
    name: 'replace, gone for another reason: POST after the look',
    change: replace('ada'),
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'F53 POST 409 and the invitation is there and equal',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'already_invited',
    writes: ['create ada'],
  },
  {
    name: 'POST 400 and a member has the address',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['create ada'],
  },
  {
    name: 'F10 POST 422 and nothing is there',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'rejected', { message: 'bad address' }),
    ends: 'rejected',
    writes: ['create ada'],
  },
  {
    name: 'POST 403',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'forbidden'),
    ends: 'rejected',
    writes: ['create ada'],
  },
  {
    name: 'DELETE 403',
    change: remove('ada'),
    given: (w) => w.fastly.fail('delete', 'forbidden'),
    ends: 'rejected',
    writes: ['delete id-ada'],
  },
  {
    name: 'POST timed out after its effect',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'unavailable', { afterEffect: true }),
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'POST timed out without effect: no second POST at once',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'unavailable'),
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'replace whose POST was lost after its effect',
    change: replace('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.fail('create', 'unavailable', { afterEffect: true });
    },
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'POST 5xx and the look fails too: nothing is concluded',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'unavailable', { afterEffect: true });
      w.fastly.fail('invitations', 'unavailable', { times: 9 });
    },
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'DELETE 5xx twice, then fine: quick retries',
    change: remove('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.fail('delete', 'unavailable', { times: 2 });
    },
    ends: 'deleted',
    writes: ['delete id-ada', 'delete id-ada', 'delete id-ada'],
  },
  {
    name: 'DELETE 5xx three times: handed back',
    change: remove('ada'),
    given: (w) => w.fastly.fail('delete', 'unavailable', { times: 3 }),
    ends: 'back',
    writes: ['delete id-ada', 'delete id-ada', 'delete id-ada'],
  },
  {
    name: 'delivered again, and our invitation is there',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'already_invited',
    writes: [],
  },
  {
    name: 'delivered again, and the person is a member',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: [],
  },
  {
    name: 'delivered again, and nothing is there',
    change: create('ada'),
    receives: 2,
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'delivered again, and the look fails',
    change: create('ada'),
    receives: 2,
    given: (w) => w.fastly.fail('invitations', 'unavailable'),
    ends: 'back',
    writes: [],
  },
  {
    name: 'delivered again, and somebody else invited with other access',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', billing)];
    },
    ends: 'rejected',
    writes: [],
  },
  {
    name: 'delivered again, an expired invitation is no invitation',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { active: false })];
    },
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'replace delivered again before anything was done',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'replace delivered again after its DELETE',
    change: replace('ada'),
    receives: 2,
    ends: 'replaced',
    writes: ['create ada'],
  },
  {
    name: 'replace delivered again after its POST',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { ...billing, id: 'new' })];
    },
    ends: 'already_invited',
    writes: [],
  },
  {
    name: 'replace delivered again, accepted meanwhile',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: [],
  },
  {
    name: 'F31 older generation: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ generation: 8 }),
    ends: 'superseded',
    writes: [],
  },
  {
    name: 'same generation of another run, after the state was removed: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ runId: 'run2' }),
    ends: 'superseded',
    writes: [],
  },
  {
    name: 'halted: acknowledged without a call',
    change: create('ada'),
    given: (w) => w.setPointer({ status: 'halted' }),
    ends: 'superseded',
    writes: [],
  },
  {
    name: 'no pointer at all: never write unfenced',
    change: create('ada'),
    given: (w) => {
      w.store.objects.delete('state/acme/run.json');
    },
    ends: 'superseded',
    writes: [],
  },
  {
    name: 'pointer unreadable: handed back',
    change: create('ada'),
    given: (w) => {
      w.store.onRead = () => {
        throw new Error('S3 is away');
      };
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'pointer damaged: handed back',
    change: create('ada'),
    given: (w) => {
      w.store.objects.set('state/acme/run.json', '{');
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'token store away: handed back',
    change: create('ada'),
    given: (w) => {
      w.onConnect = () => {
        throw new Error('SSM is away');
      };
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'outcome cannot be stored: handed back',
    change: create('ada'),
    given: (w) => {
      w.store.onWrite = () => {
        throw new Error('S3 is away');
      };
    },
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'little time left: not started',
    change: create('ada'),
    given: (w) => {
      w.remainingMs = 14_999;
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'just enough time left',
    change: create('ada'),
    given: (w) => {
      w.remainingMs = 15_000;
    },
    ends: 'created',
    writes: ['create ada'],
  },
];

describe('the outcome table', () => {
  it.each(rows)('$name', async ({ change, receives = 1, given, ends, writes }) => {
    const world = new WorkerWorld();
    given?.(world);
    expect(await world.one(change, { receives })).toBe(ends);
    expect(world.writes()).toEqual(writes);
    expect(world.telemetry.everything()).not.toContain('@');
  });
});

describe('a job that SQS put aside and somebody sent back, which counts its deliveries anew', () => {
  const MINUTE_MS = 60_000;
  it.each([
    { name: 'looks first', sentAt: NOW + 16 * MINUTE_MS, ends: 'already_invited', writes: [] },
    {
      name: 'does not when a slow planner may have sent it',
      sentAt: NOW + 14 * MINUTE_MS,
      ends: 'created',
      writes: ['create ada'],
    },
  ])('$name', async ({ sentAt, ends, writes }) => {
    const w = new WorkerWorld();
    w.fastly.invitations = [invitation('ada')];
    expect(await w.one(create('ada'), { sentAt })).toBe(ends);
    expect(w.writes()).toEqual(writes);
  });
});

describe('copies of one job in one batch', () => {
  it('wait for each other, so that the second one sees what came of the first', async () => {
    const w = new WorkerWorld();
    const copies = ['one', 'two'].map((id) => w.message(create('ada'), { id, receives: 4 }));
    const bob = w.message(create('bob'));
    expect(await w.work([...copies, bob])).toEqual(['two']);
    expect(w.writes()).toEqual(['create ada', 'create bob']);
    w.fastly.invitations = [invitation('ada')];
    expect(await w.work([w.message(create('ada'), { id: 'two', receives: 5 })])).toEqual([]);
    expect(w.writes()).toEqual(['create ada', 'create bob']);
    expect(w.result('ada')).toBe('created');
  });

  it('are not what an older run left: nothing waits for a void job', async () => {
    const w = new WorkerWorld();
    const older = w.message(create('ada'), { id: 'older' });
    const body = older.body.replace('"generation":7', '"generation":8').replace('run1', 'run2');
    w.setPointer({ generation: 8, runId: 'run2' });
    expect(await w.work([older, w.message({ body }, { id: 'newer' })])).toEqual([]);
    expect(w.writes()).toEqual(['create ada']);
  });
});

describe('malformed messages', () => {
  const good = encodeJob({ account: 'acme', runId: 'r', generation: 1, action: 'finish' }).body;
  it.each([
    { name: 'not JSON', body: 'ada@example.com', reason: 'not JSON' },
    { name: 'an unknown version', body: good.replace('"version":1', '"version":2'), reason: 'version' },
    { name: 'an unknown action', body: good.replace('finish', 'dance'), reason: 'action' },
    { name: 'a missing field', body: good.replace('"runId":"r",', ''), reason: 'runId' },
    { name: 'another account than its group', body: good.replace('acme', 'other'), reason: 'group' },
  ])('$name: copied with the reason, then acknowledged', async ({ body, reason }) => {
    const world = new WorkerWorld();
    expect(await world.work([world.message({ body })])).toEqual([]);
    expect(world.buried).toEqual([{ body, reason: expect.stringContaining(reason) }]);
    expect(world.telemetry.everything()).not.toContain('@');
  });

  it('are handed back when the copy fails', async () => {
    const world = new WorkerWorld();
    world.onBury = () => {
      throw new Error('no');
    };
    const message = world.message({ body: '{}' });
    expect(await world.work([message])).toEqual([message.id]);
  });

  it('F33 beside valid and throttled ones only the right ids go back', async () => {
    const world = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    world.fastly.remaining = 51;
    const bad = world.message({ body: 'x' }, { id: 'bad' });
    const fine = world.message(create('ada'), { id: 'fine' });
    const throttled = world.message(create('bob'), { id: 'throttled' });
    expect(await world.work([bad, fine, throttled])).toEqual(['throttled']);
    expect(world.result('ada')).toBe('created');
  });
});

describe('the quota', () => {
  it('F29/F38 is used down to the reserve and not beyond; the rest is handed back until the reset', async () => {
    const world = new WorkerWorld();
    world.fastly.remaining = 57;
    const messages = names(10).map((name) => world.message(create(name)));
    const back = await world.work(messages);
    expect(world.fastly.remaining).toBe(50);
    expect(world.outcomes()).toHaveLength(7);
    expect(back).toHaveLength(3);
    expect(world.visibility).toHaveLength(1);
    const [change] = world.visibility;
    expect(change?.handles).toHaveLength(3);
    const untilReset = (world.fastly.resetAt - NOW) / 1000;
    expect(change?.seconds).toBeGreaterThan(untilReset);
    expect(change?.seconds).toBeLessThanOrEqual(untilReset + 20);
  });

  it('F34 a 429 closes it too: one write and no more, and nobody is given up', async () => {
    const world = new WorkerWorld();
    world.fastly.remaining = 0;
    const back = await world.work(names(3).map((name) => world.message(create(name))));
    expect(back).toHaveLength(3);
    expect(world.writes()).toHaveLength(1);
    expect(world.buried).toEqual([]);
  });

  it('the first write after a cold start goes alone; a warm start remembers', async () => {
    const world = new WorkerWorld();
    let running = 0;
    const most: number[] = [];
    world.fastly.onCall = async (call) => {
      if (!call.startsWith('create')) return;
      running += 1;
      most.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await world.work(names(5).map((name) => world.message(create(name))));
    expect(most[0]).toBe(1);
    expect(most[1]).toBe(1);
    expect(Math.max(...most)).toBe(4);
    expect(world.quotas.get('acme')?.learned).toBe(true);
  });

  it('a replace starts only with room for both of its writes', async () => {
    const world = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    world.fastly.invitations = [invitation('bob')];
    world.fastly.remaining = 52;
    const back = await world.work([
      world.message(create('ada'), { id: 'a' }),
      world.message(replace('bob'), { id: 'b' }),
      world.message(create('cyd'), { id: 'c' }),
    ]);
    expect(back).toEqual(['b']);
    expect(world.writes()).toEqual(['create ada', 'create cyd']);
  });

  it('missing rate limit headers mean nothing', async () => {
    const world = new WorkerWorld();
    world.fastly.remaining = undefined;
    expect(await world.work(names(8).map((name) => world.message(create(name))))).toEqual([]);
    expect(world.outcomes()).toHaveLength(8);
  });

  it('of one account does not hold up another', async () => {
    const world = new WorkerWorld();
    world.setPointer({}, 'other');
    world.quotas.set('acme', {
      remaining: 50,
      windowEndsAt: NOW + 60_000,
      reset: 1,
      learned: true,
      inFlight: 0,
    });
    const run = { account: 'other', runId: 'run1', generation: 7, customerId: 'customer1' };
    const job = {
      ...run,
      action: 'create' as const,
      email: email('zoe'),
      access: { role: 'user', limitServices: false, services: [] },
    };
    const back = await world.work([
      world.message(create('ada'), { id: 'a' }),
      world.message(job, { id: 'z', account: 'other' }),
    ]);
    expect(back).toEqual(['a']);
    expect(world.writes()).toEqual(['create zoe']);
  });
});

describe('credentials', () => {
  it('F32/F54 a refused token is read again once, and the work goes on', async () => {
    const world = new WorkerWorld({ WRITE_CONCURRENCY: '4' });
    world.fastly.fail('create', 'unauthorized', { times: 1 });
    expect(await world.work(names(3).map((name) => world.message(create(name))))).toEqual([]);
    expect(world.connects).toEqual([false, true]);
    expect(world.outcomes().map(({ result }) => result)).toEqual(['created', 'created', 'created']);
  });

  it('still refused: halted, told once, the rest acknowledged as superseded', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('create', 'unauthorized', { times: 99 });
    expect(await world.work(names(6).map((name) => world.message(create(name))))).toEqual([]);
    expect(world.pointer()).toMatchObject({ status: 'halted', generation: 7 });
    expect(world.pointer().reason).toContain('unauthorized');
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.telemetry.values.get('RunHalted')).toBe(1);
    expect(world.outcomes().map(({ result }) => result)).toEqual(Array(6).fill('superseded'));
    expect(world.fastly.mails.size).toBe(0);
  });

  it('no token at all: halted', async () => {
    const world = new WorkerWorld();
    world.onConnect = () => ({ problem: 'there is no parameter' });
    expect(await world.one(create('ada'))).toBe('superseded');
    expect(world.pointer().status).toBe('halted');
  });

  it('a halt that cannot be noted hands the jobs back', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('create', 'unauthorized', { times: 99 });
    world.store.onWrite = () => {
      throw new Error('S3 is away');
    };
    expect(await world.one(create('ada'))).toBe('back');
  });

  it.each([
    { name: 'four refusals in a row are four people', forbidden: 4, status: 'draining' },
    { name: 'five in a row are the token', forbidden: 5, status: 'halted' },
  ])('403: $name', async ({ forbidden, status }) => {
    const world = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    world.fastly.fail('create', 'forbidden', { times: forbidden });
    await world.work(names(7).map((name) => world.message(create(name))));
    expect(world.pointer().status).toBe(status);
    expect(world.outcomes().filter(({ result }) => result === 'rejected')).toHaveLength(forbidden);
    expect(world.fastly.mails.size).toBe(status === 'halted' ? 0 : 3);
  });

  it('a refused look halts as well', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('invitations', 'unauthorized', { times: 9 });
    expect(await world.one(create('ada'), { receives: 2 })).toBe('superseded');
    expect(world.pointer().status).toBe('halted');
  });
});

describe('handing back', () => {
  it.each([
    { receives: 1, seconds: 30 },
    { receives: 2, seconds: 60 },
    { receives: 4, seconds: 240 },
    { receives: 6, seconds: 900 },
    { receives: 100, seconds: 900 },
  ])('after $receives deliveries: $seconds s and some jitter', async ({ receives, seconds }) => {
    const world = new WorkerWorld();
    world.fastly.fail('invitations', 'unavailable', { times: 99 });
    await world.one(create('ada'), { receives: Math.max(2, receives) });
    const expected = receives === 1 ? 60 : seconds;
    expect(world.visibility[0]?.seconds).toBeGreaterThan(expected);
    expect(world.visibility[0]?.seconds).toBeLessThanOrEqual(expected + 15);
  });

  it('is one visibility change per account, the same for all its messages', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('create', 'unavailable', { times: 99 });
    const back = await world.work([
      world.message(create('ada'), { receives: 1 }),
      world.message(create('bob'), { receives: 3 }),
      world.message('finish'),
    ]);
    expect(back).toHaveLength(3);
    expect(world.visibility).toHaveLength(1);
    expect(world.visibility[0]?.handles).toHaveLength(3);
  });
});

describe('a write that keeps failing', () => {
  it.each([
    { name: 'four deliveries: handed back', receives: 4, others: true, ends: 'back' },
    { name: 'five deliveries while others work: given up', receives: 5, others: true, ends: 'failed' },
    { name: 'five deliveries, all alone: given up', receives: 5, others: false, ends: 'failed' },
  ])('$name', async ({ receives, others, ends }) => {
    const world = new WorkerWorld();
    world.fastly.fail('create ada', 'unavailable', { times: 99 });
    const ada = world.message(create('ada'), { receives });
    const back = await world.work(others ? [ada, world.message(create('bob'))] : [ada]);
    expect(back).toEqual(ends === 'back' ? [ada.id] : []);
    expect(world.result('ada')).toBe(ends === 'back' ? undefined : 'failed');
    expect(world.buried).toHaveLength(ends === 'back' ? 0 : 1);
  });

  it('is not given up while all writes fail: that is an outage', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('create', 'unavailable', { times: 999 });
    const messages = names(4).map((name) => world.message(create(name), { receives: 90 }));
    expect(await world.work(messages)).toHaveLength(4);
    expect(world.buried).toEqual([]);
  });

  it('is not given up while reads fail', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('invitations', 'unavailable', { times: 999 });
    world.fastly.fail('create', 'unavailable', { times: 999 });
    expect(await world.one(create('ada'), { receives: 190 })).toBe('back');
  });

  it('is handed back when the copy for people fails', async () => {
    const world = new WorkerWorld();
    world.fastly.fail('create ada', 'unavailable', { times: 99 });
    world.onBury = () => {
      throw new Error('no');
    };
    expect(await world.one(create('ada'), { receives: 9 })).toBe('back');
  });
});

describe('finish', () => {
  const plan = [remove('bob'), replace('cyd'), create('ada')];
  const ready = (): WorkerWorld => {
    const world = new WorkerWorld();
    world.setPlan(plan);
    world.fastly.invitations = [invitation('bob'), invitation('cyd')];
    return world;
  };
  const batch = (world: WorkerWorld) => [
    ...plan.map((change) => world.message(change)),
    world.message('finish'),
  ];

  it('folds outcomes into ledger, report and pointer', async () => {
    const world = ready();
    expect(await world.work(batch(world))).toEqual([]);
    expect(world.pointer().status).toBe('finished');
    expect(world.report().counts).toMatchObject({ created: 1, deleted: 1, replaced: 1, unknown: 0 });
    expect(Object.keys(world.ledger())).toEqual([email('ada'), email('cyd')]);
    expect(world.telemetry.notifications).toEqual([]);
    expect(world.telemetry.values.get('RunFinished')).toBe(1);
  });

  it('waits for everything before it', async () => {
    const world = ready();
    world.fastly.fail('create ada', 'unavailable');
    const back = await world.work(batch(world));
    expect(back).toHaveLength(2);
    expect(world.pointer().status).toBe('draining');
  });

  it('delivered twice folds once', async () => {
    const world = ready();
    await world.work(batch(world));
    const ledger = world.store.objects.get('state/acme/ledger.json');
    world.setPointer({ status: 'draining' });
    await world.work([world.message('finish', { receives: 2 })]);
    expect(world.store.objects.get('state/acme/ledger.json')).toBe(ledger);
    expect(world.pointer().status).toBe('finished');
  });

  it('F26 a batch processed twice counts once', async () => {
    const world = ready();
    await world.work(batch(world).slice(0, 3));
    await world.work(
      batch(world)
        .slice(0, 3)
        .map((message) => ({ ...message, receives: 2 })),
    );
    await world.work([world.message('finish')]);
    const { counts, outcomes } = world.report();
    expect(outcomes).toHaveLength(3);
    expect(counts).toMatchObject({ created: 1, deleted: 1, replaced: 1 });
    expect([...world.fastly.mails.values()]).toEqual([1, 1]);
  });

  it('a job without any outcome is reported, not guessed', async () => {
    const world = ready();
    await world.work([world.message('finish')]);
    expect(world.report().counts.unknown).toBe(3);
    expect(world.telemetry.notifications[0]?.message).toContain('3 without a recorded outcome');
  });

  it('tells people about rejects', async () => {
    const world = ready();
    world.fastly.fail('create ada', 'rejected');
    await world.work(batch(world));
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.telemetry.notifications[0]?.message).toContain('1 rejected');
  });

  it.each([
    { name: 'a newer generation', given: (w: WorkerWorld) => w.setPointer({ generation: 8 }) },
    { name: 'another run of the same number', given: (w: WorkerWorld) => w.setPointer({ runId: 'run2' }) },
    { name: 'a halted run', given: (w: WorkerWorld) => w.setPointer({ status: 'halted' }) },
  ])('does nothing for $name', async ({ given }) => {
    const world = ready();
    given(world);
    expect(await world.work([world.message('finish')])).toEqual([]);
    expect(world.report()).toBeNull();
    expect(world.ledger()).toEqual({});
  });

  it('is handed back when the plan or the ledger cannot be read', async () => {
    const world = ready();
    world.store.objects.set('state/acme/ledger.json', '{');
    expect(await world.work([world.message('finish')])).toHaveLength(1);
    expect(world.store.objects.get('state/acme/ledger.json')).toBe('{');
  });

  it('never overwrites what a newer generation knows of an address', async () => {
    const world = ready();
    const newer = { ...ledgerEntry({ count: 5, generation: 9 }) };
    world.store.objects.set('state/acme/ledger.json', JSON.stringify({ [email('ada')]: newer }));
    await world.work(batch(world));
    expect(world.ledger()[email('ada')]).toEqual(newer);
  });

  it('a replace that was refused after its DELETE leaves no cool-down behind', async () => {
    const world = ready();
    world.store.objects.set('state/acme/ledger.json', JSON.stringify({ [email('cyd')]: ledgerEntry() }));
    world.fastly.fail('create cyd', 'rejected');
    await world.work(batch(world));
    expect(world.ledger()[email('cyd')]).toMatchObject({ count: 1, interrupted: true });
  });
});
