import { describe, expect, it } from '@jest/globals';
import type { Rules } from '../../lib/domain/config.ts';
import { access, DAY_MS, email, entry, invitation, ledgerEntry, NOW } from '../support/build.ts';
import { decideOn, type Facts, names } from './decide-case.ts';

describe('every rule of the environment reaches the plan or the guards', () => {
  const removed = (limit: Partial<Record<keyof Rules, string>>) => ({
    env: limit,
    invitations: [invitation('ada')],
  });
  const OLD = NOW - 8 * DAY_MS;
  it.each<Facts & { name: string; changes: string[]; held?: string[] }>([
    {
      name: 'nothing set',
      invitations: [invitation('ada')],
      entries: [entry('x')],
      changes: ['delete ada', 'create x'],
    },
    { name: 'PRUNE', ...removed({ PRUNE: 'none' }), changes: [] },
    { name: 'PROTECTED_EMAILS', ...removed({ PROTECTED_EMAILS: '*@example.com' }), changes: [] },
    {
      name: 'INVITATION_TTL_DAYS',
      env: { INVITATION_TTL_DAYS: '9' },
      entries: [entry('ada')],
      invitations: [invitation('ada', { createdAt: OLD })],
      changes: [],
    },
    {
      name: 'MAX_INVITES_PER_EMAIL',
      env: { MAX_INVITES_PER_EMAIL: '1' },
      entries: [entry('ada')],
      ledger: new Map([[email('ada'), ledgerEntry()]]),
      changes: [],
    },
    {
      name: 'REINVITE_AFTER_DAYS',
      env: { REINVITE_AFTER_DAYS: '9' },
      entries: [entry('ada')],
      ledger: new Map([[email('ada'), ledgerEntry()]]),
      changes: [],
    },
    {
      name: 'MAX_CREATES',
      env: { MAX_CREATES: '0' },
      entries: [entry('ada')],
      changes: ['create ada'],
      held: ['create ada'],
    },
    {
      name: 'MAX_DELETES',
      entries: [entry('x')],
      ...removed({ MAX_DELETES: '0' }),
      changes: ['delete ada', 'create x'],
      held: ['delete ada'],
    },
    {
      name: 'MAX_REPLACES',
      entries: [entry('ada', access({ role: 'billing' }))],
      ...removed({ MAX_REPLACES: '0' }),
      changes: ['replace ada'],
      held: ['replace ada'],
    },
    {
      name: 'MAX_CHANGE_PERCENT, with PERCENT_FLOOR',
      entries: [entry('x')],
      ...removed({ MAX_CHANGE_PERCENT: '99', PERCENT_FLOOR: '1' }),
      changes: ['delete ada', 'create x'],
      held: ['delete ada'],
    },
    {
      name: 'the rows of the roster',
      ...removed({}),
      changes: ['delete ada'],
      held: ['delete ada'],
    },
  ])('$name', ({ changes, held = [], ...facts }) => {
    const { plan, guarded } = decideOn(facts);
    expect(names(plan.changes)).toEqual(changes);
    expect(names(guarded.held)).toEqual(held);
  });
});

describe('a request never cancels more than the environment allows', () => {
  it.each<{ configured: string; asked?: 'managed' | 'none'; cancelled: string[] }>([
    { configured: 'all', cancelled: ['delete known', 'delete other'] },
    { configured: 'all', asked: 'managed', cancelled: ['delete known'] },
    { configured: 'all', asked: 'none', cancelled: [] },
    { configured: 'managed', cancelled: ['delete known'] },
    { configured: 'managed', asked: 'managed', cancelled: ['delete known'] },
    { configured: 'managed', asked: 'none', cancelled: [] },
    { configured: 'none', asked: 'managed', cancelled: [] },
    { configured: 'none', asked: 'none', cancelled: [] },
  ])('PRUNE $configured, asked for $asked', ({ configured, asked, cancelled }) => {
    const { plan } = decideOn({
      env: { PRUNE: configured },
      request: asked === undefined ? {} : { prune: asked },
      invitations: [invitation('known'), invitation('other')],
      ledger: new Map([[email('known'), ledgerEntry()]]),
    });
    expect(names(plan.changes)).toEqual(cancelled);
  });
});
