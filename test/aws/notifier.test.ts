import { PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createNotifier } from '../../lib/aws/notifier.ts';
import { chatMessage } from '../../lib/ports/chat-message.ts';
import type { Notification } from '../../lib/ports/telemetry.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { awsError, OFFLINE, recordingLog } from './support.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:notifications';
const HELD: Notification = {
  account: 'acme',
  event: 'held',
  subject: 'acme: 80 changes are held',
  message: '80 deletes exceed the limit of 50',
  nextSteps: ['Approve exactly these:', 'approve sha256:1'],
};
const TEXT = '80 deletes exceed the limit of 50\n\nApprove exactly these:\napprove sha256:1';

const mocked = (topicArn?: string) => {
  const client = new SNSClient(OFFLINE);
  const log = recordingLog();
  return { sns: mockClient(client), log, notify: createNotifier({ client, topicArn, log }) };
};

describe('a notification', () => {
  it.each([
    ['acme: 80 changes are held', 'acme: 80 changes are held'],
    [' two\nlines ', 'two lines'],
    ['naïve 😀 → done', 'na?ve ? ? done'],
    ['x'.repeat(101), 'x'.repeat(100)],
  ])('has a subject that SNS takes: %j', async (subject, expected) => {
    const { sns, log, notify } = mocked(TOPIC);
    sns.on(PublishCommand).resolves({});
    await notify({ ...HELD, subject });
    expect(sns.commandCalls(PublishCommand)[0]?.args[0].input).toMatchObject({
      TopicArn: TOPIC,
      Subject: expected,
    });
    expect(log.lines).toEqual([]);
  });

  it('is text for e-mail and structured for chat, in one message', async () => {
    const { sns, notify } = mocked(TOPIC);
    sns.on(PublishCommand).resolves({});
    await notify(HELD);
    const { Message = '', MessageStructure } = sns.commandCalls(PublishCommand)[0]?.args[0].input ?? {};
    expect(MessageStructure).toBe('json');
    const forms = JSON.parse(Message);
    expect(Object.keys(forms)).toEqual(['default', 'https']);
    expect(forms.default).toBe(TEXT);
    expect(JSON.parse(forms.https)).toEqual(chatMessage(HELD));
  });

  it('is a log line without a topic', async () => {
    const { sns, log, notify } = mocked();
    await notify(HELD);
    expect(sns.calls()).toHaveLength(0);
    expect(log.lines).toEqual([
      { level: 'warn', message: `notification: ${HELD.subject}`, fields: { notification: TEXT } },
    ]);
  });

  it('is logged with its text when it cannot be delivered, and never throws', async () => {
    const { sns, log, notify } = mocked(TOPIC);
    sns.on(PublishCommand).rejects(awsError('AuthorizationError', 403));
    await notify(HELD);
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: `a notification could not be delivered: ${HELD.subject}`,
        fields: {
          notification: TEXT,
          problem: 'AuthorizationError: as the service says',
          topic: TOPIC,
        },
      },
    ]);
  });
});

describe('over the wire', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire();
  });
  afterAll(() => wire.stop());

  it('reaches who has subscribed', async () => {
    const { sns, sqs } = wire.clients;
    const { QueueUrl: inbox = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: wire.topicArn,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:eu-west-1:000000000000:inbox',
      }),
    );
    const log = recordingLog();
    await createNotifier({ client: sns, topicArn: wire.topicArn, log })(HELD);
    expect(log.lines).toEqual([]);
    const [delivered] = await wire.receive(inbox);
    const { Subject, Message } = JSON.parse(delivered?.Body ?? '{}');
    expect(Subject).toBe(HELD.subject);
    // The local SNS delivers all forms; the real one picks that of the subscriber's protocol.
    expect(JSON.parse(Message)).toMatchObject({ default: TEXT });
  });
});
