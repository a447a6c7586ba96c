/** What runs leave in the bucket, put there by hand. */

import type { Change } from '../../lib/domain/change.ts';
import { encodeOutcomes, type Outcome, type OutcomeResult } from '../../lib/domain/outcome.ts';
import { decodeRecord, type PlanRecord } from '../../lib/state/plan-record.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import { email, NOW } from './build.ts';
import type { FakeStore } from './fakes.ts';

const at = new Date(NOW).toISOString();

export const POINTER_KEY = 'state/acme/run.json';
export const LEDGER_KEY = 'state/acme/ledger.json';

export const runPointer = (more: Partial<RunPointer> = {}): RunPointer => ({
  generation: 7,
  runId: 'run7',
  status: 'draining',
  customerId: 'customer1',
  roster: { key: 'rosters/acme.csv', etag: '"e"' },
  jobs: 1,
  estimatedFinish: at,
  startedAt: at,
  updatedAt: at,
  unsettled: [],
  ...more,
});

export const putPointer = (store: FakeStore, pointer: RunPointer): void => {
  store.objects.set(POINTER_KEY, JSON.stringify(pointer));
};

export const outcomeOf = ({ action, email: address }: Change, result: OutcomeResult, time = at): Outcome => ({
  action,
  email: address,
  result,
  at: time,
});

/** The fields of a record that a later run reads. */
export const recordWith = (changes: readonly Change[], more: Partial<PlanRecord> = {}): PlanRecord =>
  decodeRecord(
    JSON.stringify({
      version: 1,
      account: 'acme',
      runId: 'run7',
      createdAt: at,
      changes,
      ledger: { recovered: {}, forgotten: [] },
      ...more,
    }),
  );

export const putRecord = (store: FakeStore, record: PlanRecord): void => {
  store.objects.set(`runs/acme/${record.runId}/plan.json`, JSON.stringify(record));
};

/** One object of outcomes, as a worker's batch writes it. */
export const putOutcomes = (store: FakeStore, runId: string, name: string, outcomes: Outcome[]): void => {
  store.objects.set(`runs/acme/${runId}/outcomes/${name}.jsonl`, encodeOutcomes(outcomes));
};

/** The stored ledger as `address → mails`. */
export const mailCounts = (store: FakeStore): Record<string, number> => {
  const ledger = (store.json(LEDGER_KEY) ?? {}) as Record<string, { count: number }>;
  return Object.fromEntries(Object.entries(ledger).map(([address, { count }]) => [address, count]));
};

export const addressed = <T>(entries: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [email(name), value]));
