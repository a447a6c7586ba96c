/** `finish` of a large run, from its outcomes to its report; or only the reads that it needs, in another way. */

import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { parseRules } from '../../lib/domain/config.ts';
import { encodeOutcomes, type Outcome } from '../../lib/domain/outcome.ts';
import { type ObjectStore, readText } from '../../lib/ports/object-store.ts';
import { finishedPlanFile, planFiles } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import { outcomesPrefix, pointerKey, runPrefix } from '../../lib/state/keys.ts';
import { OUTCOME_READ_CONCURRENCY } from '../../lib/state/read-run.ts';
import { finishRun } from '../../lib/worker/finish-run.ts';
import { changesOf, planRecord } from '../../test/support/report-records.ts';
import { runPointer } from '../../test/support/stored-state.ts';
import { measured } from './measured.ts';
import { createMemoryStore } from './memory-store.ts';
import { quiet, runtime } from './runtime.ts';

export type FinishOptions = {
  readonly way: 'finish' | 'reads';
  readonly jobs: number;
  /** Of each read. */
  readonly delayMs: number;
};

const BATCH = 10;
const AT = '2026-11-23T09:30:00.000Z';
const DONE = { create: 'created', delete: 'deleted', replace: 'replaced' } as const;

type Run = { readonly store: ObjectStore; readonly record: ReturnType<typeof planRecord> };

/** A run that has carried out all of its jobs. */
const carriedOut = async (jobs: number): Promise<Run> => {
  const store = createMemoryStore();
  const open = { maxCreates: jobs, maxDeletes: jobs, maxReplaces: jobs, maxChangePercent: 100 };
  const record = planRecord(changesOf(jobs), { generation: 1 }, open);
  const { account, runId } = record;
  const pointer = runPointer({ generation: 1, runId, status: 'draining', jobs });
  await store.write(pointerKey(account), JSON.stringify(pointer));
  for (const { name, content } of planFiles(record))
    if (name === 'plan.json') await store.write(`${runPrefix(account, runId)}${name}`, content);
  const outcomes = record.changes.map(
    ({ action, email }): Outcome => ({ action, email, result: DONE[action], at: AT }),
  );
  for (let start = 0; start < outcomes.length; start += BATCH)
    await store.write(
      `${outcomesPrefix(account, runId)}${start}.jsonl`,
      encodeOutcomes(outcomes.slice(start, start + BATCH)),
    );
  return { store, record };
};

const WAYS: Readonly<Record<FinishOptions['way'], (run: Run) => Promise<unknown>>> = {
  finish: ({ store, record: { account, runId } }) =>
    finishRun(
      { action: 'finish', account, runId, generation: 1 },
      {
        ...runtime,
        ...quiet,
        store,
        rules: parseRules({}),
        connect: async () => ({ problem: 'finish does not need Fastly' }),
        deadLetters: { copy: async () => {} },
        setVisibility: async () => {},
        renderReport: runFiles,
        renderFinishedPlan: finishedPlanFile,
      },
    ),
  reads: async ({ store, record: { account, runId } }) => {
    const keys = await Array.fromAsync(store.list(outcomesPrefix(account, runId)));
    await pLimit(OUTCOME_READ_CONCURRENCY).map(keys, (key) => readText(store, key));
  },
};

let run: Run;
await measured<FinishOptions>(
  ({ way, delayMs }) =>
    WAYS[way]({
      ...run,
      store: {
        ...run.store,
        read: async (key) => {
          await sleep(delayMs);
          return await run.store.read(key);
        },
      },
    }),
  async ({ jobs }) => {
    run = await carriedOut(jobs);
  },
);
