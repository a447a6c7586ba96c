/** What goes into a queue, and what happens in it: enough to build the same queue again. Times are milliseconds since 1970. */

import * as v from 'valibot';

export type QueueMessage = {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
  /** For example the reason why it was copied to a dead-letter queue. */
  readonly attributes?: Readonly<Record<string, string>>;
};

const messageSchema = v.object({
  body: v.string(),
  groupId: v.string(),
  deduplicationId: v.string(),
  attributes: v.exactOptional(v.record(v.string(), v.string())),
});

export const queueEventSchema = v.variant('kind', [
  /** A message was accepted. */
  v.object({ kind: v.literal('sent'), number: v.number(), sentAt: v.number(), message: messageSchema }),
  /** It was received, or its visibility was changed. */
  v.object({
    kind: v.literal('held'),
    number: v.number(),
    receiveCount: v.number(),
    receivedAt: v.number(),
    visibleAt: v.number(),
    handedBack: v.boolean(),
  }),
  /** It was acknowledged, moved to the dead-letter queue, or outlived the retention period. */
  v.object({ kind: v.literal('removed'), number: v.number() }),
  /** A deduplication key is taken since then, whatever became of its message. */
  v.object({ kind: v.literal('remembered'), key: v.string(), sentAt: v.number() }),
  v.object({ kind: v.literal('purged') }),
]);

export type QueueEvent = Readonly<v.InferOutput<typeof queueEventSchema>>;
