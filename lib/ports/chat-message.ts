/**
 * A notification in the two forms that people get: plain text, and the form that AWS's chat service (Amazon Q Developer
 * in chat applications, formerly AWS Chatbot) shows in Slack and Teams.
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */

import type { Notification } from './telemetry.ts';

export const plainText = ({ message, nextSteps = [] }: Notification): string =>
  [message, ...(nextSteps.length > 0 ? ['', ...nextSteps] : [])].join('\n');

/** Slack shows no more than this in one block; the text for e-mail and the report have all. */
const MAX_DESCRIPTION_LENGTH = 3000;

/** Without these entities Slack takes `<…>` for a link, or for a mention of everybody. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export type ChatMessage = {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    readonly summary: string;
    readonly eventType: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
};

export const chatMessage = ({ account, event, subject, message, nextSteps }: Notification): ChatMessage => ({
  version: '1.0',
  source: 'custom',
  content: {
    textType: 'client-markdown',
    title: escaped(subject),
    description: escaped(message.slice(0, MAX_DESCRIPTION_LENGTH)),
    ...(nextSteps !== undefined && { nextSteps: nextSteps.map(escaped) }),
    keywords: [account, event],
  },
  metadata: {
    summary: escaped(subject),
    eventType: `fastly-invitations-${event}`,
    additionalContext: { account },
  },
});
