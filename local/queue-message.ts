/** What is sent to a queue, and where it stands there. */

import type { MessageRow } from './queue-tables.ts';

export type QueueMessage = {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
  /** For example the reason why it was copied to a dead-letter queue. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/** Where a message stands. Times are milliseconds since 1970. */
export type QueuedMessage = QueueMessage & {
  /** Unique within the queue. */
  readonly messageId: string;
  readonly sentAt: number;
  /** How often it was received; in a batch, this time included. */
  readonly receiveCount: number;
  /** In flight until then. */
  readonly visibleAt: number;
};

export const messageOf = ({ body, groupId, deduplicationId, attributes }: MessageRow): QueueMessage => ({
  body,
  groupId,
  deduplicationId,
  ...(attributes !== null && { attributes: JSON.parse(attributes) as Record<string, string> }),
});

export const queuedMessageOf = (row: MessageRow): QueuedMessage => ({
  ...messageOf(row),
  messageId: String(row.number),
  sentAt: row.sentAt,
  receiveCount: row.receiveCount,
  visibleAt: row.visibleAt,
});
