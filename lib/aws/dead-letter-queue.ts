/** Copies of messages that can't be processed, each with the reason as an attribute. */

import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { maskAddresses } from '../domain/mask-addresses.ts';
import { describeError } from './sdk-errors.ts';

const MAX_REASON_LENGTH = 256;
/**
 * Characters that SQS refuses in a message: all that XML 1.0 has no place for.
 *
 * @see https://www.w3.org/TR/REC-xml/#charsets
 */
const NOT_ACCEPTED = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** The reason as SQS accepts it. SQS refuses an empty attribute, too. */
const attributeText = (text: string): string => {
  const accepted = [...maskAddresses(text).replace(NOT_ACCEPTED, '?')].slice(0, MAX_REASON_LENGTH).join('');
  return accepted.trim() === '' ? 'no reason given' : accepted;
};

const attribute = (text: string) => ({ DataType: 'String', StringValue: text });

type DeadLetterQueueOptions = { readonly client: SQSClient; readonly queueUrl: string };

export const createDeadLetterQueue = ({ client, queueUrl }: DeadLetterQueueOptions) => ({
  /**
   * Throws when SQS did not accept the copy. A message that is copied twice within five minutes has one copy, because the
   * original's id is the deduplication id.
   */
  async copy(
    message: { readonly id: string; readonly groupId: string; readonly body: string },
    reason: string,
  ): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: message.body,
      MessageGroupId: message.groupId,
      MessageDeduplicationId: message.id,
      MessageAttributes: {
        reason: attribute(attributeText(reason)),
        originalMessageId: attribute(message.id),
      },
    });
    try {
      await client.send(command);
    } catch (error) {
      throw new Error(
        `could not copy message ${message.id} to ${queueUrl}: ${describeError(error)}. Check that DEAD_LETTER_QUEUE_URL is a FIFO queue and that the role may sqs:SendMessage to it`,
        { cause: error },
      );
    }
  },
});
