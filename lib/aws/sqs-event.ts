/** The event of the SQS event source as the worker's messages. */

import * as v from 'valibot';
import type { WorkMessage } from '../work-deps.ts';

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
      }),
    }),
  ),
});

/** Throws for anything but a batch of a FIFO queue; the error names the field, never a body. */
export const parseSqsEvent = (event: unknown): WorkMessage[] => {
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]);
    throw new Error(
      `this event is not a batch of a FIFO queue: ${path === null ? 'it has an unknown shape' : `"${path}" is missing or wrong`}. The worker is called by its queue; to start a run, call the sync function`,
    );
  }
  return parsed.output.Records.map(({ messageId: id, receiptHandle, body, attributes }) => ({
    id,
    receiptHandle,
    body,
    account: attributes.MessageGroupId,
    receives: attributes.ApproximateReceiveCount,
  }));
};
