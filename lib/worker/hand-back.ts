/** Messages that go back: to the queue, to be delivered again, or aside, for a person to look at. */

import type { ChangeJob } from '../domain/job.ts';
import { SECOND_MS } from '../domain/time.ts';
import { errorText } from '../ports/telemetry.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';

/** A message with the job that it carries. */
export type Delivered = { readonly message: WorkMessage; readonly job: ChangeJob };

/** A message that goes back to the queue, the seconds until it shall be visible again, and why, for the log. */
export type Returned = { readonly message: WorkMessage; readonly seconds: number; readonly why: string };

/** SQS refuses more than 12 hours counted from the delivery; an hour's margin covers the longest invocation. */
const MAX_VISIBILITY_SECONDS = 11 * 3600;
const MAX_JITTER_SECONDS = 15;
const FIRST_BACKOFF_SECONDS = 30;
const MAX_BACKOFF_SECONDS = 15 * 60;

/** Spreads retries over 1 to 15 seconds. Never 0: a message must not become visible before the quota window has ended. */
const jitter = ({ random }: Pick<WorkerPorts, 'random'>): number =>
  1 + Math.floor(random() * MAX_JITTER_SECONDS);

const inSeconds = (message: WorkMessage, seconds: number, why: string): Returned => ({
  message,
  seconds: Math.min(MAX_VISIBILITY_SECONDS, Math.max(0, Math.ceil(seconds))),
  why,
});

/** Nothing is wrong with the message. */
export const retryNow = (message: WorkMessage, why: string): Returned => inSeconds(message, 0, why);

/** After a pause that doubles with every delivery, from 30 seconds to a quarter of an hour, plus jitter. */
export const retryLater = (
  message: WorkMessage,
  why: string,
  ports: Pick<WorkerPorts, 'random'>,
): Returned => {
  const backoff = Math.min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (message.receives - 1));
  return inSeconds(message, backoff + jitter(ports), why);
};

/** Soon after `time`, in milliseconds since 1970. */
export const retryAt = (
  message: WorkMessage,
  time: number,
  why: string,
  ports: Pick<WorkerPorts, 'random' | 'now'>,
): Returned => inSeconds(message, (time - ports.now()) / SECOND_MS + jitter(ports), why);

/**
 * Makes all messages of an account visible at the same time, that of the one which waits longest: in a message group
 * SQS delivers none before the first, so the others could not come earlier anyway.
 */
export const handBack = async (
  account: string,
  returned: readonly Returned[],
  ports: WorkerPorts,
): Promise<void> => {
  if (returned.length === 0) return;
  const seconds = Math.max(...returned.map((back) => back.seconds));
  const why = [...new Set(returned.map((back) => back.why))].join('; ');
  ports.log.info('handed back', { account, messages: returned.length, seconds, why });
  await ports.setVisibility(
    returned.map(({ message }) => message.receiptHandle),
    seconds,
  );
};

/** Copies a message to the dead-letter queue. False when that did not work: the message then has to go back. */
export const deadLetter = async (
  message: WorkMessage,
  reason: string,
  ports: WorkerPorts,
): Promise<boolean> => {
  const { id, account, body } = message;
  try {
    await ports.deadLetters.copy({ id, groupId: account, body }, reason);
    ports.log.error('copied to the dead-letter queue', { account, messageId: id, reason });
    return true;
  } catch (error) {
    ports.log.error('could not copy to the dead-letter queue', {
      account,
      messageId: id,
      error: errorText(error),
    });
    return false;
  }
};
