/** `history`: the runs of an account that left a plan, newest first. */

import { countHeld } from '../../../lib/plan/guards.ts';
import { minuteOf, numeral } from '../../../lib/report/wording.ts';
import { runPrefix } from '../../../lib/state/keys.ts';
import { type PlanRecord, releasedChanges } from '../../../lib/state/plan-record.ts';
import { readPointer } from '../../../lib/state/pointer-store.ts';
import { readRecord, readReport } from '../../../lib/state/read-run.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { RunReport } from '../../../lib/state/run-report.ts';
import { columns } from '../columns.ts';
import type { Options } from '../options.ts';
import type { Target } from '../target.ts';
import type { Answer, CommandPorts } from './command.ts';

/** Newest first: ids begin with the time. */
const runIdsOf = async (store: Target['store'], account: string): Promise<readonly string[]> => {
  const prefix = runPrefix(account, '').slice(0, -1);
  const ids = new Set<string>();
  for await (const key of store.list(prefix)) ids.add(key.slice(prefix.length).split('/')[0] ?? '');
  return [...ids].sort().reverse();
};

const secondOf = (runId: string): string => runId.split('-')[0] ?? '';

/**
 * The records of the newest runs, newest first, `limit` at most. A dump has no record. Plans for some people only are left
 * out: each `explain` leaves one. Throws a `DamagedFileError` when a record on the way is damaged.
 */
export async function* newestRecords(
  store: Target['store'],
  account: string,
  limit: number,
): AsyncGenerator<PlanRecord> {
  let left = limit;
  // Ids tell the second only: of runs in one second their records tell which is newer.
  for (const ids of Map.groupBy(await runIdsOf(store, account), secondOf).values()) {
    const records: PlanRecord[] = [];
    for (const runId of ids) {
      const record = await readRecord(store, account, runId);
      if (record !== undefined && (record.mode === 'apply' || record.only === undefined))
        records.push(record);
    }
    records.sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
    yield* records.slice(0, left);
    left -= records.length;
    if (left <= 0) return;
  }
}

/** A report of a run that never came to its end is about some of its jobs only. */
const endOf = (record: PlanRecord, { outcomes }: RunReport): string =>
  outcomes.length < releasedChanges(record).length ? 'interrupted' : 'finished';

/** What `--json` prints of a run. */
const pastRun = async (target: Target, record: PlanRecord, pointer: RunPointer | undefined) => {
  const { account, runId, createdAt, trigger = 'command', mode, counts } = record;
  const report = await readReport(target.store, account, runId);
  const running = pointer?.runId === runId && pointer.jobs > 0 ? pointer.status : undefined;
  const page = report === undefined ? 'plan.html' : 'report.html';
  return {
    runId,
    createdAt,
    /** What began the run. */
    trigger,
    mode,
    /** Of the run if it was carried out, else of its plan. */
    status: running ?? (report === undefined ? record.status : endOf(record, report)),
    counts,
    held: countHeld(record.held),
    /** How the jobs ended; absent as long as the run has no report. */
    ...(report !== undefined && { outcomes: report.counts }),
    report: target.locate(`${runPrefix(account, runId)}${page}`),
  };
};

type PastRun = Awaited<ReturnType<typeof pastRun>>;

const HEADER = ['when', 'trigger', 'mode', 'status', '+', '-', '~', 'held', 'run'];

const rowOf = ({ createdAt, trigger, mode, status, counts, held, runId }: PastRun): string[] => [
  minuteOf(createdAt),
  trigger,
  mode,
  status,
  ...[counts.create, counts.delete, counts.replace].map(numeral),
  numeral(held),
  runId,
];

export const history = async (options: Options, { target, screen }: CommandPorts): Promise<Answer> => {
  const { account, limit } = options;
  const pointer = (await readPointer(target.store, account))?.pointer;
  const runs: PastRun[] = [];
  // One after another: records and reports are large.
  for await (const record of newestRecords(target.store, account, limit))
    runs.push(await pastRun(target, record, pointer));
  screen.print(
    runs.length === 0
      ? [`${account} has no runs yet`]
      : [
          ...columns([HEADER, ...runs.map(rowOf)]),
          `+ creates, - deletes, ~ replaces. Reports are in ${target.locate(runPrefix(account, 'RUN'))}`,
        ],
  );
  return { exitStatus: 0, json: { account, runs } };
};
