/** `status`: where the newest run of each account stands. It only reads, so it works while a run goes on. */

import { needsAttention } from '../../../lib/domain/outcome.ts';
import { HOUR_MS } from '../../../lib/domain/time.ts';
import type { Hold } from '../../../lib/plan/guards.ts';
import { errorText } from '../../../lib/ports/telemetry.ts';
import { minuteOf, numeral, quantity } from '../../../lib/report/wording.ts';
import { DamagedStateError } from '../../../lib/state/damaged-state.ts';
import { runPrefix } from '../../../lib/state/keys.ts';
import { readPointer } from '../../../lib/state/pointer-store.ts';
import { readOutcomes, readRecord } from '../../../lib/state/read-run.ts';
import type { RunPointer, RunStatus } from '../../../lib/state/run-pointer.ts';
import type { Call } from '../options.ts';
import { applyCommand } from '../printed-command.ts';
import type { Paint } from '../screen.ts';
import type { QueueView, Target } from '../target.ts';
import { type Answer, type CommandPorts, knownAccounts } from './command.ts';

/** `interrupted`: on this machine, a run whose process is gone. */
type Standing = RunStatus | 'interrupted' | 'never_applied' | 'damaged';

type AccountStatus = {
  readonly account: string;
  readonly status: Standing;
  readonly runId?: string;
  /** ISO 8601, as all times here. */
  readonly startedAt?: string;
  readonly updatedAt?: string;
  /** Why it was halted, or what is damaged. */
  readonly reason?: string;
  readonly jobs?: { readonly all: number; readonly done: number; readonly needAttention: number };
  /** Writes that the run needs, and when the quota window ends in which this was asked. */
  readonly quota?: { readonly writes: number; readonly perHour: number; readonly reopensAt: string };
  /** Of a run that goes on. */
  readonly estimatedFinish?: string;
  readonly held: readonly Hold[];
  readonly approveCommand?: string;
  /** Absent while another process has the queue. */
  readonly deadLetters?: number;
  readonly deadLetterPlace: string;
  readonly inUseBy?: string;
  readonly report?: string;
};

const standingOf = ({ status }: RunPointer, { holder }: QueueView, isLocal: boolean): Standing =>
  isLocal && holder === undefined && (status === 'draining' || status === 'planning')
    ? 'interrupted'
    : status;

const queueFields = ({ deadLetters, deadLetterPlace, holder }: QueueView) => ({
  ...(deadLetters !== undefined && { deadLetters }),
  deadLetterPlace,
  ...(holder !== undefined && { inUseBy: holder }),
});

const statusOf = async (
  call: Call,
  { target, now }: CommandPorts,
  account: string,
): Promise<AccountStatus> => {
  const { store, locate } = target;
  const view = await target.queue(account);
  const pointer = (await readPointer(store, account))?.pointer;
  if (pointer === undefined) return { account, status: 'never_applied', held: [], ...queueFields(view) };
  const { runId, startedAt, updatedAt, reason, estimatedFinish } = pointer;
  const record = await readRecord(store, account, runId);
  const outcomes = [...(await readOutcomes(store, account, runId)).values()];
  const status = standingOf(pointer, view, call.target.kind !== 'stage');
  // Only the call that planned knows where the roster lies.
  const command =
    call.target.kind === 'stage' && record?.approval !== undefined
      ? applyCommand(withName(call, account), '--approve', record.approval)
      : record?.approveCommand;
  const page = status === 'finished' && pointer.jobs > 0 ? 'report.html' : 'plan.html';
  return {
    account,
    status,
    runId,
    startedAt,
    updatedAt,
    ...(reason !== undefined && { reason }),
    jobs: {
      all: pointer.jobs,
      done: outcomes.length,
      needAttention: outcomes.filter(needsAttention).length,
    },
    ...(record !== undefined && {
      quota: {
        writes: record.quota.writes,
        perHour: record.quota.perHour,
        reopensAt: new Date((Math.floor(now() / HOUR_MS) + 1) * HOUR_MS).toISOString(),
      },
      report: locate(`${runPrefix(account, runId)}${page}`),
    }),
    ...((status === 'draining' || status === 'interrupted') && { estimatedFinish }),
    held: record?.held ?? [],
    ...(command !== undefined && { approveCommand: command }),
    ...queueFields(view),
  };
};

/** A call about all accounts names none, but a command for one of them has to. */
const withName = (call: Call, account: string): Call =>
  call.account === undefined ? { ...call, place: [...call.place, '--account', account] } : call;

const damaged = async (target: Target, account: string, reason: string): Promise<AccountStatus> => ({
  account,
  status: 'damaged',
  reason,
  held: [],
  ...queueFields(await target.queue(account)),
});

const SENTENCES: Readonly<Record<Standing, string>> = {
  planning: 'is being planned',
  draining: 'is being carried out',
  finished: 'has finished',
  halted: 'was halted',
  interrupted: 'was interrupted; apply continues it',
  never_applied: 'was never applied',
  damaged: 'has a damaged state',
};

const COLOURS: Partial<Record<Standing, 'green' | 'yellow' | 'red'>> = {
  finished: 'green',
  halted: 'red',
  interrupted: 'yellow',
  damaged: 'red',
};

/** Line by line, without line ends. */
function* renderStatus(status: AccountStatus, paint: Paint): Generator<string> {
  const { account, runId, jobs, quota, held, deadLetters = 0, startedAt, updatedAt } = status;
  const subject = runId === undefined ? '' : ` run ${runId}`;
  const text = `${account}: ${`${subject} ${SENTENCES[status.status]}`.trim()}`;
  yield paint(COLOURS[status.status] ?? 'bold', text);
  if (status.reason !== undefined) yield `Reason  ${status.reason}`;
  if (startedAt !== undefined)
    yield `Time    began ${minuteOf(startedAt)}, last change ${minuteOf(updatedAt ?? startedAt)}`;
  if (jobs !== undefined) {
    const attention = jobs.needAttention > 0 ? `, ${numeral(jobs.needAttention)} rejected or failed` : '';
    yield `Jobs    ${numeral(jobs.done)} of ${quantity(jobs.all, 'job')} done, ${numeral(Math.max(0, jobs.all - jobs.done))} left${attention}`;
  }
  if (quota !== undefined)
    yield `Quota   ${quantity(quota.writes, 'write')} at ${numeral(quota.perHour)} per hour; this hour's quota ends ${minuteOf(quota.reopensAt)}`;
  if (status.estimatedFinish !== undefined) yield `Finish  expected by ${minuteOf(status.estimatedFinish)}`;
  for (const { action, count, reason } of held)
    yield paint(['bold', 'magenta'], `Held    ${quantity(count, action)}: ${reason}`);
  if (status.approveCommand !== undefined)
    yield `To release exactly these held changes:\n  ${status.approveCommand}`;
  if (deadLetters > 0)
    yield paint('red', `Dead    ${quantity(deadLetters, 'dead letter')} in ${status.deadLetterPlace}`);
  if (status.inUseBy !== undefined) yield `In use  by ${status.inUseBy}`;
  if (status.report !== undefined) yield `Report  ${status.report}`;
}

export const status = async (call: Call, ports: CommandPorts): Promise<Answer> => {
  const { target, screen } = ports;
  const accounts = call.account === undefined ? await knownAccounts(target) : [call.account];
  const found: AccountStatus[] = [];
  for (const account of accounts)
    found.push(
      await statusOf(call, ports, account).catch((error: unknown) => {
        if (!(error instanceof DamagedStateError)) throw error;
        return damaged(target, account, errorText(error));
      }),
    );
  for (const one of found) screen.print(renderStatus(one, screen.paint));
  if (found.length === 0) screen.print([`There is no account at ${target.locate('')} yet`]);
  return { exitStatus: 0, json: { accounts: found } };
};
