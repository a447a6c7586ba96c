/** Splits the jobs of a batch into those with an outcome and those that go back to the queue. */

import type { Outcome } from '../domain/outcome.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { AccountSession } from './account-session.ts';
import { failuresToGiveUp, isOutage } from './give-up.ts';
import { type Delivered, deadLetter, type Returned, retryAt, retryLater, retryNow } from './hand-back.ts';
import { type Again, type Done, done, type Ended } from './job-end.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';

export type Final = { readonly delivered: Delivered; readonly outcome: Outcome };
export type FinalOrRetry = { readonly final: readonly Final[]; readonly returned: readonly Returned[] };

export const finalOrRetry = async (
  session: AccountSession,
  ended: readonly Ended[],
): Promise<FinalOrRetry> => {
  const outage = isOutage(session, ended);
  const final: Final[] = [];
  const returned: Returned[] = [];
  const last = await Promise.all(ended.map((one) => orGivenUp(session, one, outage)));
  for (const { delivered, end } of last) {
    if (end.kind === 'done') final.push(finalOf(session.ports, delivered, end));
    else returned.push(retry(session.ports, delivered.message, end));
  }
  reportQuotaWait(session, ended);
  return { final, returned };
};

/** The same end, or `failed`. A write is given up only once its message is in the dead-letter queue, too. */
const orGivenUp = async (session: AccountSession, ended: Ended, outage: boolean): Promise<Ended> => {
  const { delivered, end } = ended;
  if (end.kind === 'done' || end.why !== 'write_failed') return ended;
  const failures = await failuresToGiveUp(session, delivered, outage);
  if (failures === undefined) return ended;
  const detail = `failed ${failures} times: ${end.detail}`;
  const isCopied = await deadLetter(delivered.message, detail, session.ports);
  if (!isCopied) return ended;
  return { delivered, end: { ...done('failed', detail), ...(end.interrupted && { interrupted: true }) } };
};

const finalOf = ({ now }: WorkerPorts, delivered: Delivered, { kind: _kind, ...done }: Done): Final => {
  const { action, email } = delivered.job;
  return { delivered, outcome: { action, email, at: new Date(now()).toISOString(), ...done } };
};

const retry = (ports: WorkerPorts, message: WorkMessage, end: Again): Returned => {
  const why = 'detail' in end ? `${end.why}: ${end.detail}` : end.why;
  if (end.when === 'now') return retryNow(message, why);
  return end.when === 'backoff' ? retryLater(message, why, ports) : retryAt(message, end.when, why, ports);
};

/** The longest wait for quota among the jobs, if any waits. */
const reportQuotaWait = ({ ports, account }: AccountSession, ended: readonly Ended[]): void => {
  const ends = ended.map(({ end }) => (end.kind === 'again' && typeof end.when === 'number' ? end.when : 0));
  const until = Math.max(...ends);
  if (until <= 0) return;
  const seconds = Math.ceil((until - ports.now()) / SECOND_MS);
  ports.metrics.add(account, 'QuotaWaitSeconds', Math.max(0, seconds));
};
