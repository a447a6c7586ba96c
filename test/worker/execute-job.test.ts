import { describe, expect, it } from '@jest/globals';
import { changeMessage } from '../../lib/domain/job.ts';
import { MINUTE_MS } from '../../lib/domain/time.ts';
import { email, engineer, invitation, member, NOW } from '../support/build.ts';
import { create, RUN, remove, replace, WorkerWorld } from '../support/worker.ts';

describe('a job that SQS put aside and somebody sent back, which counts its deliveries anew', () => {
  it.each([
    { name: 'reads the list first', sentAt: NOW + 16 * MINUTE_MS, ends: 'already_invited', writes: [] },
    {
      name: 'does not when a slow planner may have sent it',
      sentAt: NOW + 15 * MINUTE_MS,
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

describe('a job that finds an invitation which an earlier delivery may have sent', () => {
  const newest = NOW - 70 * MINUTE_MS;
  it.each([
    { name: 'as asked for', given: {}, result: 'already_invited' },
    { name: 'shown with other access', given: { role: 'billing' }, result: 'rejected' },
  ])('tells when the last mail was sent: $name', async ({ given, result }) => {
    const w = new WorkerWorld();
    w.fastly.invitations = [
      invitation('ada', { ...given, id: 'older' }),
      invitation('ada', { ...given, id: 'newest', createdAt: newest }),
    ];
    expect(await w.one(create('ada'), { receives: 2 })).toBe(result);
    expect(w.outcomes()[0]?.sentAt).toBe(new Date(newest).toISOString());
  });

  it('tells nothing of it where Fastly does not', async () => {
    const w = new WorkerWorld();
    w.fastly.invitations = [invitation('ada', { createdAt: undefined })];
    expect(await w.one(create('ada'), { receives: 2 })).toBe('already_invited');
    expect(w.outcomes()[0]).not.toHaveProperty('sentAt');
  });
});

describe('a job that a resumed run sent again', () => {
  it.each([
    {
      name: 'mails nobody whom the first one mailed',
      given: [invitation('ada')],
      ends: 'already_invited',
      writes: [],
    },
    {
      name: 'is carried out when there was no first one',
      given: [],
      ends: 'created',
      writes: ['create ada'],
    },
  ])('$name', async ({ given, ends, writes }) => {
    const w = new WorkerWorld();
    w.fastly.invitations = [...given];
    const { body } = changeMessage(RUN, create('ada'), true);
    expect(await w.work([w.message({ body })])).toEqual([]);
    expect(w.result('ada')).toBe(ends);
    expect(w.writes()).toEqual(writes);
  });
});

describe('what a job reserves of the quota', () => {
  /** Quota for `writes` above the reserve. */
  const withQuota = (writes: number): WorkerWorld => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.learnQuota(50 + writes);
    w.fastly.remaining = 50 + writes;
    w.fastly.invitations = ['a', 'b'].map((id) => invitation('ada', { id }));
    return w;
  };

  it.each([
    { name: 'a create: one write', change: create('ada'), enough: 1 },
    { name: 'a delete: one write, as it may stop after each', change: remove('ada', ['a', 'b']), enough: 1 },
    { name: 'a replace: all its writes', change: replace('ada', ['a', 'b']), enough: 3 },
  ])('$name', async ({ change, enough }) => {
    for (const writes of [enough - 1, enough]) {
      const w = withQuota(writes);
      await w.one(change);
      expect(w.writes().length > 0).toBe(writes === enough);
    }
  });

  it('a delete that stops for quota goes on later with what is left', async () => {
    const w = withQuota(1);
    expect(await w.one(remove('ada', ['a', 'b']))).toBe('back');
    expect(w.writes()).toEqual(['delete a']);
  });

  it('goes back when the job does not need it, so that the next one can start', async () => {
    const w = withQuota(2);
    w.fastly.members = [member('bob')];
    const back = await w.work([
      w.message(create('bob'), { id: 'bob', receives: 2 }),
      w.message(remove('ada', ['a']), { id: 'ada' }),
      w.message(create('cyd'), { id: 'cyd' }),
    ]);
    expect(back).toEqual([]);
    expect(w.writes()).toEqual(['delete a', 'create cyd']);
    expect(w.quotaLeft()).toBe(50);
  });

  it('goes back when the job is interrupted', async () => {
    const w = withQuota(5);
    w.onConnect = () => {
      throw new Error('SSM is away');
    };
    expect(await w.one(replace('bob'))).toBe('back');
    expect(w.quotaLeft()).toBe(55);
  });
});

describe('void jobs', () => {
  it('are acknowledged at once even while the quota is used up', async () => {
    const w = new WorkerWorld();
    w.learnQuota(0);
    w.setPointer({ generation: 8 });
    expect(await w.one(create('ada'))).toBe('superseded');
  });
});

it('jobs that are delivered for the first time and find what they expect read no list', async () => {
  const w = new WorkerWorld();
  w.fastly.invitations = ['ada', 'bob'].map((name) => invitation(name));
  await w.work([remove('ada'), replace('bob'), create('cyd')].map((change) => w.message(change)));
  expect(
    w
      .outcomes()
      .map(({ result }) => result)
      .toSorted(),
  ).toEqual(['created', 'deleted', 'replaced']);
  expect(w.reads()).toBe(0);
});

it('jobs that read the list before they write share one reading', async () => {
  const w = new WorkerWorld();
  w.fastly.members = [member('ada'), member('bob')];
  await w.work(['ada', 'bob'].map((name) => w.message(create(name), { id: name, receives: 2 })));
  expect(w.reads()).toBe(1);
  expect([w.result('ada'), w.result('bob')]).toEqual(['already_member', 'already_member']);
});

it('the invitation goes to the customer and with the access that the job names', async () => {
  const w = new WorkerWorld();
  const wishes: unknown[][] = [];
  const send = w.fastly.createInvitation.bind(w.fastly);
  w.fastly.createInvitation = (...wish) => {
    wishes.push(wish);
    return send(...wish);
  };
  await w.one(create('ada', engineer('read_only')));
  expect(wishes).toEqual([['customer1', email('ada'), engineer('read_only')]]);
});
