/** From how jobs ended in this invocation to what is final and what goes back. */

import type { Outcome, OutcomeResult } from '../domain/outcome.ts';
import type { FastlyResult } from '../ports/fastly.ts';
import type { AccountSession, Sight } from './account-session.ts';
import { type End, type Ended, MIN_REMAINING_MS } from './execute-batch.ts';
import { done, settle } from './execute-job.ts';
import type { Delivered } from './hand-back.ts';
import { atOnce, bury, later, type Returned, whenOpen } from './hand-back.ts';

/** So often a write may fail while everything else works, before it is given up. */
const MAX_DELIVERIES = 5;
/**
 * So often when no other write works either. At 15 minutes each that is more than a day of outage, and still before the
 * queue gives up by itself, without an outcome.
 */
const MAX_DELIVERIES_IN_OUTAGE = 150;

/** One look, after the last POST, tells what the lost and refused ones came to. */
export const settleAll = async (
  session: AccountSession,
  ended: readonly Ended[],
  remainingMs: () => number,
): Promise<readonly Ended[]> => {
  if (!ended.some(({ end }) => end.kind === 'unsure')) return ended;
  const sight = remainingMs() < MIN_REMAINING_MS ? undefined : await lookAfterwards(session);
  return await Promise.all(
    ended.map(async ({ delivered, end }) => ({
      delivered,
      end: end.kind === 'unsure' ? await settleOne(session, delivered, end, sight) : end,
    })),
  );
};

const lookAfterwards = async (session: AccountSession): Promise<FastlyResult<Sight> | undefined> => {
  try {
    return await session.look(session.deps.now());
  } catch {
    // No token could be read: the jobs go back, as after a look that failed.
    return undefined;
  }
};

const settleOne = async (
  session: AccountSession,
  { job }: Delivered,
  { failure }: Extract<End, { kind: 'unsure' }>,
  sight: FastlyResult<Sight> | undefined,
): Promise<End> => {
  if (job.action === 'delete') throw new Error('a delete is never unsure');
  if (sight?.ok) return settle(session, job, failure, sight.value);
  const halted = sight && (await session.haltOn(job, sight.failure));
  return halted === undefined
    ? { kind: 'unavailable', during: 'read', detail: sight?.failure.message ?? 'no time left to look' }
    : done('superseded', 'the run is halted');
};

export type Final = { readonly delivered: Delivered; readonly outcome: Outcome };
export type Concluded = { readonly final: readonly Final[]; readonly returned: readonly Returned[] };

/** Splits ends into outcomes and messages that go back; gives up a write that fails on and on while others work. */
export const conclude = async (session: AccountSession, ended: readonly Ended[]): Promise<Concluded> => {
  const failing = ended.filter(({ end }) => end.kind === 'unavailable' && end.during === 'write').length;
  const othersWork = session.writesAnswered > 0 || failing === 1;
  const final: Final[] = [];
  const returned: Returned[] = [];
  for (const one of ended) {
    const concluded = await concludeOne(session, one, othersWork);
    if ('outcome' in concluded) final.push(concluded);
    else returned.push(concluded);
  }
  countWait(session, ended);
  return { final, returned };
};

const concludeOne = async (
  session: AccountSession,
  { delivered, end }: Ended,
  othersWork: boolean,
): Promise<Final | Returned> => {
  const { deps } = session;
  const { message } = delivered;
  switch (end.kind) {
    case 'done':
      return finalOf(session, delivered, end.result, end.detail);
    case 'closed':
      return whenOpen(message, end.until, deps);
    case 'not_started':
      return atOnce(message);
    case 'unavailable': {
      if (!(await isGivenUp(session, delivered, end, othersWork))) return later(message, deps);
      const detail = `failed ${message.receives} times: ${end.detail}`;
      const buried = await bury(message, detail, deps);
      return buried ? finalOf(session, delivered, 'failed', detail) : later(message, deps);
    }
    default:
      return later(message, deps);
  }
};

const countWait = ({ deps, account }: AccountSession, ended: readonly Ended[]): void => {
  const until = Math.max(...ended.map(({ end }) => (end.kind === 'closed' ? end.until : 0)));
  if (until > 0)
    deps.metrics.add(account, 'QuotaWaitSeconds', Math.max(0, Math.ceil((until - deps.now()) / 1000)));
};

const finalOf = (
  { deps }: AccountSession,
  delivered: Delivered,
  result: OutcomeResult,
  detail: string | undefined,
): Final => {
  const { action, email } = delivered.job;
  const at = new Date(deps.now()).toISOString();
  return { delivered, outcome: { action, email, result, at, ...(detail !== undefined && { detail }) } };
};

/** Whether it is this write that does not work, and not Fastly. */
const isGivenUp = async (
  session: AccountSession,
  { message }: Delivered,
  end: Extract<End, { kind: 'unavailable' }>,
  othersWork: boolean,
): Promise<boolean> => {
  if (end.during === 'read' || message.receives < MAX_DELIVERIES) return false;
  if (!othersWork && message.receives < MAX_DELIVERIES_IN_OUTAGE) return false;
  return (await session.look(0)).ok;
};
