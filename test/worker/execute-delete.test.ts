import { describe, expect, it } from '@jest/globals';
import { invitation } from '../support/build.ts';
import { expectJob, type JobCase, remove, WorkerWorld } from '../support/worker.ts';

const deletes: readonly JobCase[] = [
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
    name: 'DELETE 404, delivered again: the write asks as well as the list would',
    change: remove('ada'),
    receives: 2,
    ends: 'already_gone',
    writes: ['delete id-ada'],
  },
  {
    name: 'DELETE 403',
    change: remove('ada'),
    given: (w) => w.fastly.fail('delete', 'forbidden', { message: 'not you' }),
    ends: 'rejected',
    detail: 'not you',
    writes: ['delete id-ada'],
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
    name: 'DELETE lost after its effect: the quick retry finds it gone',
    change: remove('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.fail('delete', 'unavailable', { afterEffect: true });
    },
    ends: 'already_gone',
    writes: ['delete id-ada', 'delete id-ada'],
  },
  {
    name: 'DELETE 5xx three times: handed back',
    change: remove('ada'),
    given: (w) => w.fastly.fail('delete', 'unavailable', { times: 3 }),
    ends: 'back',
    writes: ['delete id-ada', 'delete id-ada', 'delete id-ada'],
  },
  {
    name: 'DELETE of several, one gone before the others',
    change: remove('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'b' })];
    },
    ends: 'deleted',
    writes: ['delete a', 'delete b'],
  },
  {
    name: 'DELETE of several, one gone after the others',
    change: remove('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'a' })];
    },
    ends: 'deleted',
    writes: ['delete a', 'delete b'],
  },
  {
    name: 'DELETE of several, the second refused',
    change: remove('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'a' })];
      w.fastly.fail('delete b', 'forbidden');
    },
    ends: 'rejected',
    writes: ['delete a', 'delete b'],
  },
  {
    name: 'DELETE of several, the token refused at the second',
    change: remove('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'a' })];
      w.fastly.fail('delete b', 'unauthorized', { times: 9 });
    },
    ends: 'superseded',
    detail: 'the run is halted',
    writes: ['delete a', 'delete b', 'delete b'],
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
    name: 'DELETE of several, delivered again, and the list cannot be read',
    change: remove('ada', ['a', 'b']),
    receives: 2,
    given: (w) => w.fastly.fail('members', 'unavailable'),
    ends: 'back',
    writes: [],
  },
  {
    name: 'DELETE of several, delivered again, and Fastly refuses to list',
    change: remove('ada', ['a', 'b']),
    receives: 2,
    given: (w) => w.fastly.fail('members', 'unauthorized', { times: 9 }),
    ends: 'superseded',
    detail: 'the run is halted',
    writes: [],
  },
];

describe('a delete', () => {
  it.each(deletes)('$name', expectJob);

  it('is repeated after half a second and after one and a half', async () => {
    const w = new WorkerWorld();
    w.fastly.fail('delete', 'unavailable', { times: 9 });
    await w.one(remove('ada'));
    expect(w.clock.slept).toEqual([500, 1500]);
  });
});
