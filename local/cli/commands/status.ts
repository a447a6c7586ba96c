/** `status`: where the newest run of each account stands. It only reads, so it works while a run goes on. */

import { needsAttention } from '../../../lib/domain/outcome.ts';
import { HOUR_MS } from '../../../lib/domain/time.ts';
import type { Hold } from '../../../lib/plan/guards.ts';
import { errorText } from '../../../lib/ports/telemetry.ts';
import { minuteOf, numeral, quantity } from '../../../lib/report/wording.ts';
import { DamagedFileError } from '../../../lib/state/damaged-state.ts';
import { runPrefix } from '../../../lib/state/keys.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { readPointer } from '../../../lib/state/pointer-store.ts';
import { readQuota } from '../../../lib/state/quota-store.ts';
import { readOutcomes, readRecord } from '../../../lib/state/read-run.ts';
import type { RunPointer, RunStatus } from '../../../lib/state/run-pointer.ts';
import type { Call } from '../options.ts';
import { applyCommand } from '../printed-command.ts';
import type { Paint } from '../screen.ts';
import type { QueueView, Target } from '../target.ts';
import { type Answer, type CommandPorts, knownAccounts } from './command.ts';
import { newestRecords } from './history.ts';

/** `interrupted`: on this machine, a run whose process is gone. */
type Standing = RunStatus | 'interrupted' | 'never_applied' | 'damaged';

/** Of this hour; `left` is absent as long as Fastly has told nothing of it. */
type Quota = { readonly left?: number; readonly perHour: number; readonly reopensAt: string };

/** What `--json` prints of an account. */
type AccountStatus = {
  readonly account: string;
  readonly status: Standing;
  readonly runId?: string | undefined;
  /** ISO 8601, as all times here. */
  readonly startedAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  /** Why it was halted, or what is damaged. */
  readonly reason?: string | undefined;
  readonly jobs?: { readonly all: number; readonly done: number; readonly needAttention: number };
  /** The newest plan, where it is not the one that was applied last; `problem`: why it was blocked. */
  readonly lastPlan?:
    | (Pick<PlanRecord, 'runId' | 'createdAt' | 'mode' | 'status'> & { readonly problem: string | undefined })
    | undefined;
  readonly quota?: Quota | undefined;
  /** Of a run that goes on. */
  readonly estimatedFinish?: string | undefined;
  readonly held: readonly Hold[];
  readonly approveCommand?: string | undefined;
  /** Absent while another process has the queue. */
  readonly deadLetters?: number | undefined;
  readonly deadLetterPlace: string;
  readonly inUseBy?: string | undefined;
  readonly report?: string | undefined;
};

const standingOf = ({ status }: RunPointer, { holder }: QueueView, isLocal: boolean): Standing =>
  isLocal && holder === undefined && (status === 'draining' || status === 'planning')
    ? 'interrupted'
    : status;

const queueFields = ({ holder, ...queue }: QueueView) => ({ ...queue, inUseBy: holder });

const quotaOf = async ({ store }: Target, account: string, perHour: number, now: number): Promise<Quota> => {
  const { quota } = await readQuota(store, account);
  if (quota === undefined || quota.windowEndsAt <= now || quota.remaining === undefined)
    return { perHour, reopensAt: new Date((Math.floor(now / HOUR_MS) + 1) * HOUR_MS).toISOString() };
  const reopensAt = new Date(quota.windowEndsAt).toISOString();
  return { left: Math.max(0, quota.remaining), perHour: quota.perHour, reopensAt };
};

/** A run that was blocked never becomes the applied one, so that its plan has to be looked for. */
const lastPlanOf = async (
  store: Target['store'],
  account: string,
  applied: RunPointer | undefined,
): Promise<AccountStatus['lastPlan']> => {
  const [record] = await Array.fromAsync(newestRecords(store, account, 1));
  if (record === undefined) return undefined;
  if (applied !== undefined && record.createdAt <= applied.startedAt) return undefined;
  const { runId, createdAt, mode, status, issues } = record;
  return { runId, createdAt, mode, status, problem: issues[0]?.message };
};

const statusOf = async (
  call: Call,
  { target, now }: CommandPorts,
  account: string,
): Promise<AccountStatus> => {
  const { store, locate } = target;
  const view = await target.queue(account);
  const pointer = (await readPointer(store, account))?.pointer;
  const lastPlan = await lastPlanOf(store, account, pointer);
  if (pointer === undefined)
    return { account, status: 'never_applied', lastPlan, held: [], ...queueFields(view) };
  const { runId, startedAt, updatedAt, reason, estimatedFinish } = pointer;
  const record = await readRecord(store, account, runId);
  const outcomes = [...(await readOutcomes(store, account, runId)).values()];
  const status = standingOf(pointer, view, call.target.kind !== 'stage');
  // Only the call that planned knows where the roster lies, and whether some people were asked for alone or sent to again.
  const approveCommand =
    call.target.kind === 'stage' && record?.approval !== undefined && record.only === undefined
      ? applyCommand(withName(call, account), '--approve', record.approval)
      : record?.approveCommand;
  const page = status === 'finished' && pointer.jobs > 0 ? 'report.html' : 'plan.html';
  return {
    account,
    status,
    runId,
    startedAt,
    updatedAt,
    reason,
    lastPlan,
    jobs: {
      all: pointer.jobs,
      done: outcomes.length,
      needAttention: outcomes.filter(needsAttention).length,
    },
    quota: record && (await quotaOf(target, account, record.quota.perHour, now())),
    report: record && locate(`${runPrefix(account, runId)}${page}`),
    estimatedFinish: status === 'draining' || status === 'interrupted' ? estimatedFinish : undefined,
    held: record?.held ?? [],
    approveCommand,
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

const STANDINGS = {
  planning: ['is being planned', 'bold'],
  draining: ['is being carried out', 'bold'],
  finished: ['has finished', 'green'],
  halted: ['was halted', 'red'],
  interrupted: ['was interrupted; apply continues it', 'yellow'],
  never_applied: ['was never applied', 'bold'],
  damaged: ['has a damaged state', 'red'],
} as const satisfies Readonly<Record<Standing, readonly [sentence: string, colour: string]>>;

/** How far the run is. */
function* runLines({
  reason,
  startedAt,
  updatedAt,
  jobs,
  quota,
  estimatedFinish,
}: AccountStatus): Generator<string> {
  if (reason !== undefined) yield `Reason  ${reason}`;
  if (startedAt !== undefined)
    yield `Time    began ${minuteOf(startedAt)}, last change ${minuteOf(updatedAt ?? startedAt)}`;
  if (jobs !== undefined) {
    const attention = jobs.needAttention > 0 ? `, ${numeral(jobs.needAttention)} rejected or failed` : '';
    yield `Jobs    ${numeral(jobs.done)} of ${quantity(jobs.all, 'job')} done, ${numeral(Math.max(0, jobs.all - jobs.done))} left${attention}`;
  }
  if (quota !== undefined) yield `Quota   ${quotaText(quota)}; it reopens ${minuteOf(quota.reopensAt)}`;
  if (estimatedFinish !== undefined) yield `Finish  expected by ${minuteOf(estimatedFinish)}`;
}

const quotaText = ({ left, perHour }: Quota): string =>
  left === undefined
    ? `${numeral(perHour)} writes per hour, none counted in this one`
    : `${numeral(left)} of ${numeral(perHour)} writes of this hour left`;

function* lastPlanLines({ lastPlan }: AccountStatus, paint: Paint): Generator<string> {
  if (lastPlan === undefined) return;
  const { createdAt, runId, mode, status, problem } = lastPlan;
  const text = `Newest  ${mode} of ${minuteOf(createdAt)}, run ${runId}: ${status}`;
  yield problem === undefined ? text : paint('red', `${text}: ${problem}`);
}

/** What somebody may have to do. */
function* taskLines(status: AccountStatus, paint: Paint): Generator<string> {
  const { held, approveCommand, deadLetters = 0, deadLetterPlace, inUseBy, report } = status;
  for (const { action, count, reason } of held)
    yield paint(['bold', 'magenta'], `Held    ${quantity(count, action)}: ${reason}`);
  if (approveCommand !== undefined) yield `To release exactly these held changes:\n  ${approveCommand}`;
  if (deadLetters > 0)
    yield paint('red', `Dead    ${quantity(deadLetters, 'dead letter')} in ${deadLetterPlace}`);
  if (inUseBy !== undefined) yield `In use  by ${inUseBy}`;
  if (report !== undefined) yield `Report  ${report}`;
}

/** Line by line, without line ends. */
function* renderStatus(status: AccountStatus, paint: Paint): Generator<string> {
  const subject = status.runId === undefined ? '' : `run ${status.runId} `;
  const [sentence, colour] = STANDINGS[status.status];
  yield paint(colour, `${status.account}: ${subject}${sentence}`);
  yield* runLines(status);
  yield* lastPlanLines(status, paint);
  yield* taskLines(status, paint);
}

export const status = async (call: Call, ports: CommandPorts): Promise<Answer> => {
  const { target, screen } = ports;
  const accounts = call.account === undefined ? await knownAccounts(target) : [call.account];
  const found: AccountStatus[] = [];
  for (const account of accounts)
    found.push(
      await statusOf(call, ports, account).catch((error: unknown) => {
        if (!(error instanceof DamagedFileError)) throw error;
        return damaged(target, account, errorText(error));
      }),
    );
  for (const one of found) screen.print(renderStatus(one, screen.paint));
  if (found.length === 0) screen.print([`There is no account at ${target.locate('')} yet`]);
  return { exitStatus: 0, json: { accounts: found } };
};
