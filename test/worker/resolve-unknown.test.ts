import { describe, expect, it } from '@jest/globals';
import { invitation, member } from '../support/build.ts';
import { create, expectJob, type JobCase, replace, WorkerWorld } from '../support/worker.ts';

const billing = { role: 'billing' };

const lost: readonly JobCase[] = [
  {
    name: 'after its effect: created',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'unavailable', { afterEffect: true }),
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'after its effect, in a replace: replaced',
    change: replace('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.fail('create', 'unavailable', { afterEffect: true });
    },
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'without effect: handed back, with no second POST at once',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'unavailable'),
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'and the person is a member now',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'unavailable');
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['create ada'],
  },
  {
    name: 'and somebody else invited with other access',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'unavailable', { message: 'timed out' });
      w.fastly.invitations = [invitation('ada', billing)];
    },
    ends: 'rejected',
    detail: 'timed out',
    writes: ['create ada'],
  },
  {
    name: 'and the list cannot be read: nothing is concluded',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'unavailable', { afterEffect: true });
      w.fastly.fail('invitations', 'unavailable', { times: 9 });
    },
    ends: 'back',
    writes: ['create ada'],
  },
];

const refused: readonly JobCase[] = [
  {
    name: 'F53 409, and the invitation is there and equal',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'already_invited',
    writes: ['create ada'],
  },
  {
    name: '400, and a member has the address',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['create ada'],
  },
  {
    name: '409, and an invitation with other access is there',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected', { message: 'exists' });
      w.fastly.invitations = [invitation('ada', billing)];
    },
    ends: 'rejected',
    detail: 'exists',
    writes: ['create ada'],
  },
  {
    name: 'F10 422, and nothing is there',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'rejected', { message: 'bad address' }),
    ends: 'rejected',
    detail: 'bad address',
    writes: ['create ada'],
  },
  {
    name: '422, and the list cannot be read: nothing is concluded',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      w.fastly.fail('members', 'unavailable');
    },
    ends: 'back',
    writes: ['create ada'],
  },
];

describe('a POST that was lost', () => {
  it.each(lost)('$name', expectJob);
});

describe('a POST that was refused', () => {
  it.each(refused)('$name', expectJob);
});

describe('the reading after the POSTs', () => {
  it('is one for all of them, and later than the last', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    for (const name of ['ada', 'bob']) w.fastly.fail(`create ${name}`, 'unavailable', { afterEffect: true });
    await w.work(['ada', 'bob', 'cyd'].map((name) => w.message(create(name), { id: name })));
    expect(w.fastly.log.filter((call) => call !== 'token')).toEqual([
      'create ada',
      'create bob',
      'create cyd',
      'invitations',
      'members',
    ]);
    expect(w.outcomes().map(({ result }) => result)).toEqual(['created', 'created', 'created']);
  });

  it('is not made when every POST was answered', async () => {
    const w = new WorkerWorld();
    await w.one(create('ada'));
    expect(w.reads()).toBe(0);
  });

  it('is not made after a 403, which says enough', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'forbidden');
    expect(await w.one(create('ada'))).toBe('rejected');
    expect(w.reads()).toBe(0);
  });

  it('is another than the one from before the POST', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unavailable', { afterEffect: true });
    expect(await w.one(create('ada'), { receives: 2 })).toBe('created');
    expect(w.reads()).toBe(2);
  });

  it('is not begun when too little time is left', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unavailable', { afterEffect: true });
    w.fastly.onCall = () => {
      w.remainingMs = 14_999;
    };
    expect(await w.one(create('ada'))).toBe('back');
    expect(w.writes()).toEqual(['create ada']);
    expect(w.reads()).toBe(0);
  });

  it('halts the run when Fastly refuses it', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('create', 'unavailable');
    w.fastly.fail('members', 'unauthorized', { times: 9 });
    expect(await w.one(create('ada'))).toBe('superseded');
    expect(w.pointer()).toMatchObject({ status: 'halted', reason: 'Fastly said unauthorized' });
  });

  it('that fails for want of a token leaves the ends of the other jobs alone', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('create bob', 'unavailable');
    w.fastly.fail('invitations', 'unauthorized');
    w.onConnect = (fresh) => {
      if (fresh) throw new Error('SSM is away');
      return undefined;
    };
    const back = await w.work(['ada', 'bob'].map((name) => w.message(create(name), { id: name })));
    expect(back).toEqual(['bob']);
    expect(w.result('ada')).toBe('created');
    expect(w.telemetry.everything()).toContain('read_failed: the token could not be read: SSM is away');
  });

  it('that is refused leaves the ends of the other jobs alone when the run can’t be halted', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.fail('create bob', 'unavailable');
    w.fastly.fail('invitations', 'unauthorized', { times: 9 });
    w.store.onWrite = (key) => {
      if (key.endsWith('run.json')) throw new Error('S3 is away');
    };
    const back = await w.work(['ada', 'bob'].map((name) => w.message(create(name), { id: name })));
    expect(back).toEqual(['bob']);
    expect(w.result('ada')).toBe('created');
    const line = w.telemetry.lines.find((one) => one.includes('S3 is away')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', account: 'acme', runId: 'run1', generation: 7 });
  });
});
