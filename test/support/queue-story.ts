/** A FIFO queue with a clock, so that a test reads as a story. */

import { SECOND_MS } from '../../lib/domain/time.ts';
import { FifoQueue, type FifoQueueOptions, type ReceivedMessage } from '../../local/fifo-queue.ts';
import type { QueueMessage } from '../../local/queue-message.ts';

export const message = (body: string, groupId = 'acme', deduplicationId = `id-${body}`): QueueMessage => ({
  body,
  groupId,
  deduplicationId,
});

export const story = (options: FifoQueueOptions = {}) => {
  const queue = new FifoQueue(options);
  let now = 0;
  const bodies = (received: readonly ReceivedMessage[]) => received.map(({ body }) => body).join('');
  return {
    queue,
    wait: (ms: number) => {
      now += ms;
    },
    send: (...messages: readonly QueueMessage[]) => messages.map((each) => queue.send(each, now)),
    /** One message per letter. */
    sendEach: (letters: string, groupId = 'acme') => {
      for (const letter of letters) queue.send(message(letter, groupId), now);
    },
    receive: (max = 10, visibilityMs = 30 * SECOND_MS) => queue.receive(max, now, visibilityMs),
    see: (max = 10, visibilityMs = 30 * SECOND_MS) => bodies(queue.receive(max, now, visibilityMs)),
    remove: (received: ReceivedMessage | undefined) => queue.remove(received?.receiptHandle ?? '', now),
    change: (received: ReceivedMessage | undefined, seconds: number) =>
      queue.changeVisibility(received?.receiptHandle ?? '', seconds, now),
    nextVisibleAt: () => queue.nextVisibleAt(now),
  };
};
