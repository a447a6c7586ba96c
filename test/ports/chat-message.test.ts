import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import {
  heldNotification,
  missingRosterNotification,
  plannedNotification,
} from '../../lib/planner/notifications.ts';
import { bareResult } from '../../lib/planner/result.ts';
import { chatMessage, plainText } from '../../lib/ports/chat-message.ts';
import type { Notification } from '../../lib/ports/telemetry.ts';
import { finishedNotification, haltedNotification } from '../../lib/worker/notifications.ts';

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };

/** Written from https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html, “Event schema”. */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'source', 'content'],
  properties: {
    version: { const: '1.0' },
    source: { const: 'custom' },
    id: text,
    content: {
      type: 'object',
      additionalProperties: false,
      required: ['description'],
      properties: {
        textType: { const: 'client-markdown' },
        title: text,
        description: text,
        nextSteps: texts,
        keywords: texts,
      },
    },
    metadata: {
      type: 'object',
      additionalProperties: false,
      properties: {
        threadId: text,
        summary: text,
        eventType: text,
        relatedResources: texts,
        additionalContext: { type: 'object', additionalProperties: { type: 'string' } },
        enableCustomActions: { type: 'boolean' },
      },
    },
  },
};

const held = {
  held: [{ action: 'delete', count: 80, reason: '80 deletes exceed the limit of 50' }],
} as const;
const NOTIFICATIONS: readonly Notification[] = [
  heldNotification(bareResult('acme', 'run1', 'held', held), 'approve it'),
  plannedNotification(bareResult('acme', 'run1', 'planned')),
  missingRosterNotification('acme', 'customer1'),
  haltedNotification('acme', 'run1', 'Fastly said 401'),
  finishedNotification(
    { account: 'acme', runId: 'run1', counts: { failed: 1 } },
    'runs/acme/run1/report.json',
  ),
];

describe('a message for a chat', () => {
  const isValid = new Ajv().compile(SCHEMA);

  it.each(NOTIFICATIONS)('is what the chat service shows: $event', (notification) => {
    const message = chatMessage(notification);
    isValid(message);
    expect(isValid.errors).toBe(null);
    expect(message.content).toMatchObject({
      title: notification.subject,
      keywords: ['acme', notification.event],
    });
  });

  it('mentions and links nobody', () => {
    const message = '"<!channel>" & <https://example.com|click>';
    const { description } = chatMessage({ account: 'acme', event: 'blocked', subject: '', message }).content;
    expect(description).toBe('"&lt;!channel&gt;" &amp; &lt;https://example.com|click&gt;');
  });

  it('is no longer than a chat shows', () => {
    const message = '&'.repeat(5000);
    const { description } = chatMessage({ account: 'acme', event: 'blocked', subject: '', message }).content;
    expect(description).toBe('&amp;'.repeat(3000));
  });
});

it('the text has the next steps last', () => {
  const [first] = NOTIFICATIONS;
  expect(first && plainText(first)).toMatch(
    /\n\nIf this is what you want, approve exactly these changes:\napprove it$/,
  );
});

it.each([
  "PROTECTED_EMAILS='ceo@example.com' npm run sync -- --roster acme.csv --apply --approve sha256:1",
  'npm run sync -- resend ada@example.com --approve sha256:1',
])('a hold never tells an address of its command: %s', (command) => {
  const { nextSteps } = heldNotification(bareResult('acme', 'run1', 'held', held), command);
  expect(nextSteps).toEqual([
    'If this is what you want, approve exactly these changes: the command is in the report, as it has addresses in it.',
  ]);
});
