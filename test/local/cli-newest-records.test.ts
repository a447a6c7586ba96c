import { expect, it } from '@jest/globals';
import type { Email } from '../../lib/domain/invitation.ts';
import { newestRecords } from '../../local/cli/commands/history.ts';
import { FakeStore } from '../support/fakes.ts';
import { putRecord, recordWith } from '../support/stored-state.ts';

const only = ['ada@example.com' as Email];

/** Two real runs in one second, and after them what `dump` and `explain` leave. */
const filledStore = (): FakeStore => {
  const store = new FakeStore();
  const put = (runId: string, more: object) => putRecord(store, recordWith([], { runId, ...more }));
  put('20261123T100000Z-a', { mode: 'apply', createdAt: '2026-11-23T10:00:00.000Z' });
  put('20261123T110000Z-c', { mode: 'plan', createdAt: '2026-11-23T11:00:00.100Z' });
  put('20261123T110000Z-b', { mode: 'apply', only, createdAt: '2026-11-23T11:00:00.200Z' });
  store.objects.set('runs/acme/20261123T120000Z-d/roster.csv', 'email,role\n');
  for (let second = 10; second < 40; second += 1) put(`20261123T1300${second}Z-e`, { mode: 'plan', only });
  return store;
};

it.each([
  { limit: 1, newest: ['20261123T110000Z-b'] },
  { limit: 2, newest: ['20261123T110000Z-b', '20261123T110000Z-c'] },
  { limit: 20, newest: ['20261123T110000Z-b', '20261123T110000Z-c', '20261123T100000Z-a'] },
])(
  'the newest $limit runs are found behind dumps and plans for some people only',
  async ({ limit, newest }) => {
    const records = await Array.fromAsync(newestRecords(filledStore(), 'acme', limit));
    expect(records.map(({ runId }) => runId)).toEqual(newest);
  },
);
