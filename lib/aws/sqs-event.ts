/** Reads the event that Lambda makes of a batch of SQS messages. */

import * as v from 'valibot';
import type { WorkMessage } from '../worker/ports.ts';

const text = v.pipe(v.string(), v.nonEmpty());

const eventSchema = v.looseObject({
  Records: v.array(
    v.looseObject({
      messageId: text,
      receiptHandle: v.string(),
      body: v.string(),
      attributes: v.looseObject({
        MessageGroupId: text,
        ApproximateReceiveCount: v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(1)),
        SentTimestamp: v.exactOptional(v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))),
      }),
      messageAttributes: v.exactOptional(v.looseObject({ originalMessageId: v.exactOptional(v.unknown()) })),
    }),
  ),
});

type EventRecord = v.InferOutput<typeof eventSchema>['Records'][number];

/**
 * How often the message was delivered. For a copy that somebody sent back from the dead-letter queue, SQS counts from 1; one
 * is added, because its job was tried before.
 */
const receivesOf = ({ attributes, messageAttributes }: EventRecord): number =>
  attributes.ApproximateReceiveCount + (messageAttributes?.originalMessageId === undefined ? 0 : 1);

/** Throws for anything but a batch of a FIFO queue. The error names the field and quotes nothing. */
export const parseSqsEvent = (event: unknown): WorkMessage[] => {
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]);
    throw new Error(
      `this event is not a batch of a FIFO queue: ${path === null ? 'it has an unknown shape' : `"${path}" is missing or wrong`}. The worker is called by its queue; to start a run, call the sync function`,
    );
  }
  return parsed.output.Records.map((record) => ({
    id: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    account: record.attributes.MessageGroupId,
    receives: receivesOf(record),
    ...(record.attributes.SentTimestamp !== undefined && { sentAt: record.attributes.SentTimestamp }),
  }));
};
