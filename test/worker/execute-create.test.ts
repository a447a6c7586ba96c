import { describe, it } from '@jest/globals';
import { HOUR_MS } from '../../lib/domain/time.ts';
import { DAY_MS, invitation, member, NOW } from '../support/build.ts';
import { create, expectJob, type JobCase } from '../support/worker.ts';

const billing = { role: 'billing' };

const creates: readonly JobCase[] = [
  { name: 'POST 2xx', change: create('ada'), ends: 'created', writes: ['create ada'] },
  {
    name: 'POST 403',
    change: create('ada'),
    given: (w) => w.fastly.fail('create', 'forbidden', { message: 'not you' }),
    ends: 'rejected',
    detail: 'not you',
    writes: ['create ada'],
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
      w.fastly.invitations = [invitation('ada')];
    },
    ends: 'already_member',
    writes: [],
  },
  {
    name: 'delivered again, and nothing is there',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('bob')];
      w.fastly.members = [member('cyd')];
    },
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'delivered again, and the list cannot be read',
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
    detail:
      'another invitation for this address is pending, with other access; the next plan will replace it',
    writes: [],
  },
  {
    name: 'delivered again, and of two invitations one is the wish',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { id: 'other', ...billing }), invitation('ada')];
    },
    ends: 'already_invited',
    writes: [],
  },
  {
    name: 'delivered again hours later, and what it sent has expired',
    change: create('ada'),
    receives: 30,
    given: (w) => {
      w.setPointer({ startedAt: new Date(NOW - 6 * HOUR_MS).toISOString() });
      w.fastly.invitations = [invitation('ada', { active: false, createdAt: NOW - 6 * HOUR_MS })];
    },
    ends: 'already_invited',
    writes: [],
  },
  {
    name: 'delivered again, what it sent has expired, and nobody knows when it was sent',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { active: false, createdAt: undefined })];
    },
    ends: 'already_invited',
    writes: [],
  },
  {
    name: 'delivered again, what it sent has expired, and Fastly shows it with other access',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { ...billing, active: false, createdAt: NOW })];
    },
    ends: 'rejected',
    writes: [],
  },
  {
    name: 'delivered again, an invitation that was inactive before the run is no invitation',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { active: false })];
    },
    ends: 'created',
    writes: ['create ada'],
  },
  {
    name: 'delivered again, an invitation that is too old is no invitation',
    change: create('ada'),
    receives: 2,
    given: (w) => {
      w.fastly.invitations = [invitation('ada', { createdAt: NOW - 8 * DAY_MS })];
    },
    ends: 'created',
    writes: ['create ada'],
  },
];

describe('a create', () => {
  it.each(creates)('$name', expectJob);
});
