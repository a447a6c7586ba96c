import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { email, invitation, member } from '../support/build.ts';
import { create, expectJob, type JobCase, replace, WorkerWorld } from '../support/worker.ts';

const isMoving = (w: WorkerWorld): void => {
  w.fastly.moving = [email('ada')];
};

const moving: readonly JobCase[] = [
  {
    name: 'a create that was delivered before: no POST',
    change: create('ada'),
    receives: 2,
    given: isMoving,
    ends: 'back',
    writes: [],
  },
  {
    name: 'a replace that was delivered before: no DELETE of what is listed',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      isMoving(w);
    },
    ends: 'back',
    writes: [],
  },
  {
    name: 'a replace whose invitation is gone: no POST',
    change: replace('ada'),
    given: isMoving,
    ends: 'back',
    writes: ['delete id-ada'],
  },
  {
    name: 'a POST that was lost: no second one',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'unavailable', { afterEffect: true });
      isMoving(w);
    },
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'a POST that was refused: not rejected yet',
    change: create('ada'),
    given: (w) => {
      w.fastly.fail('create', 'rejected');
      isMoving(w);
    },
    ends: 'back',
    writes: ['create ada'],
  },
  {
    name: 'who is a member is a member all the same',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.members = [member('ada')];
      isMoving(w);
    },
    ends: 'already_member',
    writes: [],
  },
];

describe('somebody of whom the readings of the list disagree', () => {
  it.each(moving)('$name', expectJob);
});

describe('a job that waits for the list to come to rest', () => {
  it.each([
    { name: 'a create', change: create('ada') },
    { name: 'a replace', change: replace('ada') },
  ])('$name is handed back as a reading that failed, not as a broken one', async ({ change }) => {
    const w = new WorkerWorld();
    isMoving(w);
    expect(await w.one(change, { receives: 2 })).toBe('back');
    expect(w.telemetry.lines.join()).toContain('read_failed: ');
    expect(w.visibility[0]?.seconds).toBeGreaterThanOrEqual(60);
  });
});

describe('an invitation with other access than the job asks for', () => {
  const other = invitation('ada', { id: 'other', role: 'engineer' });
  it.each<{
    name: string;
    change: Change;
    receives?: number;
    fails?: 'unavailable' | 'rejected';
    counts: boolean;
  }>([
    {
      name: 'may be the mail of an earlier delivery, so it counts',
      change: create('ada'),
      receives: 2,
      counts: true,
    },
    {
      name: 'may be the mail of a POST that was lost, so it counts',
      change: create('ada'),
      fails: 'unavailable',
      counts: true,
    },
    {
      name: "is somebody else's when the POST was refused",
      change: create('ada'),
      fails: 'rejected',
      counts: false,
    },
    {
      name: "is somebody else's when a replace finds it before its POST",
      change: replace('ada'),
      counts: false,
    },
  ])('$name', async ({ change, receives = 1, fails, counts }) => {
    const w = new WorkerWorld();
    w.fastly.invitations = [other];
    if (fails !== undefined) w.fastly.fail('create', fails);
    expect(await w.one(change, { receives })).toBe('rejected');
    expect(w.outcomes().map(({ mayHaveSent }) => mayHaveSent)).toEqual([counts ? true : undefined]);
  });
});

describe('a reading from before a DELETE that found its invitation gone', () => {
  it('is not believed: who accepted in between gets no mail', async () => {
    const w = new WorkerWorld({ WRITE_CONCURRENCY: '1' });
    w.fastly.onCall = (call) => {
      if (call === 'delete id-ada') w.fastly.members = [member('ada')];
    };
    await w.work([
      w.message(create('bob'), { id: 'bob', receives: 2 }),
      w.message(replace('ada'), { id: 'ada' }),
    ]);
    expect([w.result('bob'), w.result('ada')]).toEqual(['created', 'already_member']);
    expect(w.writes()).toEqual(['create bob', 'delete id-ada']);
  });
});
