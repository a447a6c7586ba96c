/** Deliveries: messages with their jobs, and what becomes of the message. */

import type { ChangeJob } from '../domain/job.ts';
import { errorText } from '../ports/telemetry.ts';
import type { WorkerPorts, WorkMessage } from './ports.ts';

export type Delivered = { readonly message: WorkMessage; readonly job: ChangeJob };

/** A message that goes back into the queue, and in how many seconds it shall be visible again. */
export type Returned = { readonly message: WorkMessage; readonly seconds: number };

/** SQS refuses more, and counts from the delivery on; an hour's margin covers the longest invocation. */
const MAX_VISIBILITY_SECONDS = 11 * 3600;
const MAX_JITTER_SECONDS = 15;
const FIRST_BACKOFF_SECONDS = 30;
const MAX_BACKOFF_SECONDS = 15 * 60;

/** Spreads what would otherwise come back at one moment. At least a second, so that no window is met at its very edge. */
const jitter = ({ random }: WorkerPorts): number => 1 + Math.floor(random() * MAX_JITTER_SECONDS);

const inSeconds = (message: WorkMessage, seconds: number): Returned => ({
  message,
  seconds: Math.min(MAX_VISIBILITY_SECONDS, Math.max(0, Math.ceil(seconds))),
});

/** At once: nothing is wrong with it. */
export const atOnce = (message: WorkMessage): Returned => inSeconds(message, 0);

/** After a pause that doubles with every delivery. */
export const later = (message: WorkMessage, deps: WorkerPorts): Returned => {
  const backoff = Math.min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (message.receives - 1));
  return inSeconds(message, backoff + jitter(deps));
};

/** When the quota window is over. `until`: milliseconds since 1970. */
export const whenOpen = (message: WorkMessage, until: number, deps: WorkerPorts): Returned =>
  inSeconds(message, (until - deps.now()) / 1000 + jitter(deps));

/** Copies a message to the dead-letter queue. False when that did not work: then it has to go back. */
export const bury = async (message: WorkMessage, reason: string, deps: WorkerPorts): Promise<boolean> => {
  const { id, account, body } = message;
  try {
    await deps.deadLetters.copy({ id, groupId: account, body }, reason);
    deps.log.error('copied to the dead-letter queue', { account, messageId: id, reason });
    return true;
  } catch (error) {
    deps.log.error('could not copy to the dead-letter queue', {
      account,
      messageId: id,
      error: errorText(error),
    });
    return false;
  }
};
