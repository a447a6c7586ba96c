/** `history`: the runs of an account that left a plan, newest first. */

import pLimit from 'p-limit';
import { countHeld } from '../../../lib/plan/guards.ts';
import { minuteOf, numeral } from '../../../lib/report/wording.ts';
import { runPrefix } from '../../../lib/state/keys.ts';
import { type PlanRecord, releasedChanges } from '../../../lib/state/plan-record.ts';
import { readPointer } from '../../../lib/state/pointer-store.ts';
import { readRecord } from '../../../lib/state/read-run.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { RunReport } from '../../../lib/state/run-report.ts';
import { columns } from '../columns.ts';
import { readReport } from '../follow-run.ts';
import type { Options } from '../options.ts';
import type { Target } from '../target.ts';
import type { Answer, CommandPorts } from './command.ts';

type PastRun = {
  readonly runId: string;
  /** ISO 8601 */
  readonly createdAt: string;
  /** What began the run. */
  readonly trigger: 'schedule' | 'upload' | 'manual' | 'command';
  readonly mode: 'plan' | 'apply';
  /** Of the run if it was carried out, else of its plan. */
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly held: number;
  /** How the jobs ended; absent as long as the run has no report. */
  readonly outcomes?: Readonly<Record<string, number>>;
  readonly report: string;
};

/** Plans and run reports are large; more at once would not fit into memory. */
const READ_CONCURRENCY = 4;

/** Newest first: ids begin with the time. */
export const runIdsOf = async ({ store }: Target, account: string): Promise<readonly string[]> => {
  const prefix = runPrefix(account, '').slice(0, -1);
  const ids = new Set<string>();
  for await (const key of store.list(prefix)) ids.add(key.slice(prefix.length).split('/')[0] ?? '');
  return [...ids].sort().reverse();
};

/** A report of a run that never came to its end is about some of its jobs only. */
const endOf = (record: PlanRecord, { outcomes }: RunReport): string =>
  outcomes.length < releasedChanges(record).length ? 'interrupted' : 'finished';

const pastRun = async (
  target: Target,
  account: string,
  runId: string,
  pointer: RunPointer | undefined,
): Promise<PastRun | undefined> => {
  const record = await readRecord(target.store, account, runId);
  if (record === undefined) return undefined;
  const report = await readReport(target.store, { account, runId });
  const running = pointer?.runId === runId && pointer.jobs > 0 ? pointer.status : undefined;
  const page = report === undefined ? 'plan.html' : 'report.html';
  return {
    runId,
    createdAt: record.createdAt,
    trigger: record.trigger ?? 'command',
    mode: record.mode,
    status: running ?? (report === undefined ? record.status : endOf(record, report)),
    counts: record.counts,
    held: countHeld(record.held),
    ...(report !== undefined && { outcomes: report.counts }),
    report: target.locate(`${runPrefix(account, runId)}${page}`),
  };
};

const secondOf = (runId: string): string => runId.split('-')[0] ?? '';

const HEADER = ['when', 'trigger', 'mode', 'status', '+', '-', '~', 'held', 'run'];

const rowOf = ({ createdAt, trigger, mode, status, counts, held, runId }: PastRun): string[] => [
  minuteOf(createdAt),
  trigger,
  mode,
  status,
  ...['create', 'delete', 'replace'].map((action) => numeral(counts[action] ?? 0)),
  numeral(held),
  runId,
];

export const history = async (options: Options, { target, screen }: CommandPorts): Promise<Answer> => {
  const { account, limit } = options;
  const pointer = (await readPointer(target.store, account))?.pointer;
  const all = await runIdsOf(target, account);
  // Ids tell the second only: of runs in one second their records tell which is newer.
  const oldest = secondOf(all[limit - 1] ?? '');
  const ids = all.filter((id) => secondOf(id) >= oldest);
  const read = await pLimit(READ_CONCURRENCY).map(ids, (runId) => pastRun(target, account, runId, pointer));
  const runs = read
    .filter((run) => run !== undefined)
    .sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1))
    .slice(0, limit);
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
