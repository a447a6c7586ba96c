import type { WorkMessage } from '../lib/worker/ports.ts';
import type { ReceivedMessage } from './fifo-queue.ts';

/** What the worker gets of a message, as the adapter of SQS events makes it (lib/aws/sqs-event.ts). */
export const workMessageOf = (message: ReceivedMessage): WorkMessage => ({
  id: message.messageId,
  account: message.groupId,
  body: message.body,
  receives: message.receiveCount + (message.attributes?.originalMessageId === undefined ? 0 : 1),
  sentAt: message.sentAt,
  receiptHandle: message.receiptHandle,
});
