import { describe, expect, it } from '@jest/globals';
import { invitation, member } from '../support/build.ts';
import { expectJob, type JobCase, replace, WorkerWorld } from '../support/worker.ts';

const billing = { role: 'billing' };

const replaces: readonly JobCase[] = [
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
    name: 'replace whose DELETE is refused: no POST beside the old invitation',
    change: replace('ada'),
    given: (w) => {
      w.fastly.invitations = [invitation('ada')];
      w.fastly.fail('delete', 'rejected');
    },
    ends: 'rejected',
    writes: ['delete id-ada'],
  },
  {
    name: 'F23 replace, gone as it was accepted: no mail',
    change: replace('ada'),
    given: (w) => {
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['delete id-ada'],
  },
  {
    name: 'replace, one of two gone as it was accepted: no mail',
    change: replace('ada', ['a', 'b']),
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'b' })];
      w.fastly.members = [member('ada')];
    },
    ends: 'already_member',
    writes: ['delete a', 'delete b'],
  },
  {
    name: 'F66 replace, gone for another reason: POST after a list that was read later',
    change: replace('ada'),
    ends: 'replaced',
    writes: ['delete id-ada', 'create ada'],
  },
  {
    name: 'replace, gone, and the list cannot be read: no POST',
    change: replace('ada'),
    given: (w) => w.fastly.fail('invitations', 'unavailable'),
    ends: 'back',
    writes: ['delete id-ada'],
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
    name: 'replace delivered again after its DELETE, and somebody else invited with other access',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { role: 'engineer', id: 'new' })];
    },
    ends: 'rejected',
    writes: [],
  },
  {
    name: 'replace delivered again, the wish there beside the old invitation: the old one goes, and no second mail',
    change: replace('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada'), invitation('ada', { ...billing, id: 'new' })];
    },
    ends: 'already_invited',
    writes: ['delete id-ada'],
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
    name: 'replace delivered again, and the list cannot be read',
    change: replace('ada'),
    receives: 2,
    given: (w) => w.fastly.fail('invitations', 'unavailable'),
    ends: 'back',
    writes: [],
  },
  {
    name: 'replace delivered again, and Fastly refuses to list',
    change: replace('ada'),
    receives: 2,
    given: (w) => w.fastly.fail('members', 'unauthorized', { times: 9 }),
    ends: 'superseded',
    detail: 'the run is halted',
    writes: [],
  },
];

describe('a replace', () => {
  it.each(replaces)('$name', expectJob);

  it.each([{ kind: 'rejected' as const }, { kind: 'forbidden' as const }])(
    'whose POST is $kind after its DELETE leaves a person without an invitation',
    async ({ kind }) => {
      const w = new WorkerWorld();
      w.fastly.fail('create ada', kind);
      expect(await w.one(replace('ada'))).toBe('rejected');
      expect(w.outcomes()).toMatchObject([{ interrupted: true }]);
    },
  );

  it.each([
    { name: 'its DELETE is refused', call: 'delete', found: [] },
    {
      name: 'somebody else invited meanwhile',
      call: 'create ada',
      found: [invitation('ada', { id: 'other' })],
    },
  ])('that is rejected because $name does not', async ({ call, found }) => {
    const w = new WorkerWorld();
    w.fastly.invitations = found;
    w.fastly.fail(call, 'rejected');
    expect(await w.one(replace('ada'))).toBe('rejected');
    expect(w.outcomes()[0]).not.toHaveProperty('interrupted');
  });

  it('that had to learn the quota by its DELETE goes on in the next window', async () => {
    const w = new WorkerWorld();
    w.fastly.invitations = [invitation('ada')];
    w.fastly.remaining = 51;
    // Nothing is known, and no other job can learn it: the DELETE does, and the POST waits for the next window.
    expect(await w.one(replace('ada'))).toBe('back');
    w.fastly.remaining = 1000;
    w.clock.time = w.fastly.resetAt + 1000;
    w.fastly.resetAt += 3_600_000;
    expect(await w.one(replace('ada'), { receives: 2 })).toBe('replaced');
    expect(w.writes()).toEqual(['delete id-ada', 'create ada']);
  });
});
