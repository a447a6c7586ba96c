/** Notifications to people: an SNS topic, or a line in the log. */

import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { chatMessage, plainText } from '../ports/chat-message.ts';
import type { Log, Notification, Notify } from '../ports/telemetry.ts';
import { describeError } from './sdk-errors.ts';

const MAX_SUBJECT_LENGTH = 100;

type NotifierOptions = {
  readonly client: SNSClient;
  /** Without it, notifications are log lines. */
  readonly topicArn?: string | undefined;
  readonly log: Log;
};

/**
 * SNS accepts ASCII without line breaks, at most 100 characters.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const subjectLine = (subject: string): string =>
  subject
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^ -~]/gu, '?')
    .slice(0, MAX_SUBJECT_LENGTH);

/**
 * One message for all subscribers: structured for https (chat integrations), text for everybody else (e-mail).
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const messageForEach = (notification: Notification): string =>
  JSON.stringify({
    default: plainText(notification),
    https: JSON.stringify(chatMessage(notification)),
  });

/** Does not throw. A notification that can't be delivered is logged with its text, so that it is not lost. */
export const createNotifier =
  ({ client, topicArn, log }: NotifierOptions): Notify =>
  async (notification: Notification) => {
    const { subject } = notification;
    const text = plainText(notification);
    if (topicArn === undefined) {
      log.warn(`notification: ${subject}`, { notification: text });
      return;
    }
    try {
      const Subject = subjectLine(subject);
      const Message = messageForEach(notification);
      await client.send(
        new PublishCommand({ TopicArn: topicArn, Subject, Message, MessageStructure: 'json' }),
      );
    } catch (error) {
      log.error(`a notification could not be delivered: ${subject}`, {
        notification: text,
        problem: describeError(error),
        topic: topicArn,
      });
    }
  };
