import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDeadLetterQueue } from '../../lib/aws/dead-letter-queue.ts';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { parseSqsEvent } from '../../lib/aws/sqs-event.ts';
import { createVisibility } from '../../lib/aws/visibility.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { awsError, OFFLINE, recordingLog } from './support.ts';

const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo';

const mocked = () => {
  const client = new SQSClient(OFFLINE);
  const log = recordingLog();
  return {
    sqs: mockClient(client),
    log,
    setVisibility: createVisibility({ client, queueUrl: QUEUE_URL, log }),
    deadLetters: createDeadLetterQueue({ client, queueUrl: QUEUE_URL }),
  };
};

describe('visibility of what is handed back', () => {
  it('is changed ten messages at a time, the same for all', async () => {
    const { sqs, log, setVisibility } = mocked();
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({ Successful: [] });
    const handles = Array.from({ length: 23 }, (_, index) => `handle-${index}`);
    await setVisibility(handles, 1799.2);
    const entries = sqs
      .commandCalls(ChangeMessageVisibilityBatchCommand)
      .map(({ args }) => args[0].input.Entries ?? []);
    expect(entries.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(entries.flat().map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(handles);
    expect(new Set(entries.flat().map(({ VisibilityTimeout }) => VisibilityTimeout))).toEqual(
      new Set([1800]),
    );
    expect(log.lines).toEqual([]);
  });

  it('makes no request for nothing', async () => {
    const { sqs, setVisibility } = mocked();
    await setVisibility([], 60);
    expect(sqs.calls()).toHaveLength(0);
  });

  it('is logged when it fails, and never throws', async () => {
    const { sqs, log, setVisibility } = mocked();
    const Failed = [{ Id: '0', SenderFault: true, Code: 'InvalidParameterValue' }];
    sqs
      .on(ChangeMessageVisibilityBatchCommand)
      .resolvesOnce({ Successful: [], Failed })
      .rejects(awsError('AccessDenied', 403));
    await setVisibility(['a'], 60);
    await setVisibility(['b'], 60);
    expect(log.lines.map(({ level, fields }) => [level, fields.problem])).toEqual([
      ['warn', '1 refused, the first with InvalidParameterValue'],
      ['warn', 'AccessDenied: as the service says'],
    ]);
  });
});

describe('a copy for the dead-letter queue', () => {
  const message = { id: 'message-1', groupId: 'acme', body: '{"half":' };

  it.each([
    ['the body is not JSON', 'the body is not JSON'],
    ['line\u0000break \u{1f600} \ud83d', 'line?break \u{1f600} ?'],
    ['refused thelma@example.com.', 'refused [address]'],
    ['\u{1f600}'.repeat(300), '\u{1f600}'.repeat(256)],
    ['  ', 'no reason given'],
  ])('carries the reason in characters that SQS takes: %j', async (reason, expected) => {
    const { sqs, deadLetters } = mocked();
    sqs.on(SendMessageCommand).resolves({});
    await deadLetters.copy(message, reason);
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: QUEUE_URL,
      MessageBody: message.body,
      MessageGroupId: 'acme',
      MessageDeduplicationId: 'message-1',
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: expected },
        originalMessageId: { DataType: 'String', StringValue: 'message-1' },
      },
    });
  });

  it('throws when it was not accepted', async () => {
    const { sqs, deadLetters } = mocked();
    sqs.on(SendMessageCommand).rejects(awsError('AccessDenied', 403));
    await expect(deadLetters.copy(message, 'x')).rejects.toThrow(
      /could not copy message message-1 to https.*AccessDenied.*sqs:SendMessage/,
    );
  });
});

describe('the event of the queue', () => {
  const record = {
    messageId: 'm',
    receiptHandle: 'h',
    body: '{"email":"thelma@example.com"}',
    attributes: {
      MessageGroupId: 'acme',
      ApproximateReceiveCount: '3',
      SentTimestamp: '1795428300000',
      SenderId: 'x',
    },
    awsRegion: 'eu-west-1',
  };

  it('becomes messages', () => {
    expect(parseSqsEvent({ Records: [record] })).toEqual([
      { id: 'm', receiptHandle: 'h', body: record.body, account: 'acme', receives: 3, sentAt: 1795428300000 },
    ]);
    expect(parseSqsEvent({ Records: [] })).toEqual([]);
  });

  it('counts a copy that was sent back from the dead-letter queue as delivered before', () => {
    const messageAttributes = { originalMessageId: { stringValue: 'message-1', dataType: 'String' } };
    const [message] = parseSqsEvent({ Records: [{ ...record, messageAttributes }] });
    expect(message?.receives).toBe(Number(record.attributes.ApproximateReceiveCount) + 1);
  });

  it.each<[string, unknown, string]>([
    ['not an object', 'text', 'it has an unknown shape'],
    ['a manual call', { account: 'acme' }, '"Records" is missing or wrong'],
    [
      'a standard queue',
      { Records: [{ ...record, attributes: { ApproximateReceiveCount: '1' } }] },
      '"Records.0.attributes.MessageGroupId" is missing or wrong',
    ],
    [
      'a nonsensical count',
      { Records: [{ ...record, attributes: { MessageGroupId: 'a', ApproximateReceiveCount: '-1' } }] },
      'ApproximateReceiveCount',
    ],
  ])('is refused otherwise, without a word of its content: %s', (_, event, problem) => {
    expect(() => parseSqsEvent(event)).toThrow(problem);
    expect(() => parseSqsEvent(event)).not.toThrow(/thelma/);
  });
});

describe('over the wire', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire();
  });
  afterAll(() => wire.stop());
  it('makes a message come back when asked', async () => {
    const log = recordingLog();
    const { sqs: client } = wire.clients;
    const { queueUrl } = wire;
    const queue = createJobQueue({ client, queueUrl, sleep: async () => {}, random: () => 0 });
    await queue.send([{ body: '{}', groupId: 'acme', deduplicationId: 'd' }]);
    const setVisibility = createVisibility({ client, queueUrl, log });
    const [first] = await wire.receive(queueUrl);
    expect(await wire.receive(queueUrl)).toEqual([]);
    await setVisibility([first?.ReceiptHandle ?? ''], 0);
    const [again] = await wire.receive(queueUrl);
    expect(again).toMatchObject({
      MessageId: first?.MessageId,
      Attributes: { ApproximateReceiveCount: '2' },
    });
    expect(log.lines).toEqual([]);
  });

  it('keeps one copy of a message that was copied twice', async () => {
    const { sqs: client } = wire.clients;
    const deadLetters = createDeadLetterQueue({ client, queueUrl: wire.deadLetterQueueUrl });
    const message = { id: 'message-1', groupId: 'acme', body: 'no JSON' };
    await deadLetters.copy(message, 'the body is not JSON');
    await deadLetters.copy(message, 'the body is not JSON');
    const [copy] = await wire.receive(wire.deadLetterQueueUrl);
    expect(copy).toMatchObject({
      Body: 'no JSON',
      MessageAttributes: {
        reason: { StringValue: 'the body is not JSON' },
        originalMessageId: { StringValue: 'message-1' },
      },
    });
    await createVisibility({ client, queueUrl: wire.deadLetterQueueUrl, log: recordingLog() })(
      [copy?.ReceiptHandle ?? ''],
      0,
    );
    expect(await wire.receive(wire.deadLetterQueueUrl)).toHaveLength(1);
  });
});
