import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import type { OutgoingMessage } from '../../lib/domain/job.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { awsError, OFFLINE } from './support.ts';

const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo';

const messagesOf = (count: number, body = 'job'): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    body: `${body} ${index}`,
    groupId: 'acme',
    deduplicationId: `id-${index}`,
  }));

type Answer = 'accept' | 'lose the answer' | Omit<BatchResultErrorEntry, 'Id'>;
const BUSY: Answer = { SenderFault: false, Code: 'InternalError' };

/** A queue that remembers what it was offered and what it took, deduplicated; `answer` decides entry by entry. */
const scriptedQueue = (answer: (message: string, offer: number) => Answer = () => 'accept') => {
  const client = new SQSClient(OFFLINE);
  const requests: (readonly string[])[] = [];
  const taken = new Map<string, string>();
  const offers = new Map<string, number>();
  const pausesMs: number[] = [];
  let running = 0;
  let mostAtOnce = 0;

  mockClient(client)
    .on(SendMessageBatchCommand)
    .callsFake(async ({ Entries: entries = [] }: SendMessageBatchCommandInput) => {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      await Promise.resolve();
      running -= 1;
      requests.push(entries.map(({ MessageBody: body = '' }) => body));
      const answers = entries.map(({ Id, MessageBody: body = '', MessageDeduplicationId: id = '' }) => {
        offers.set(body, (offers.get(body) ?? 0) + 1);
        const given = answer(body, offers.get(body) ?? 0);
        if (typeof given === 'string') taken.set(id, body);
        return { Id, given };
      });
      if (answers.some(({ given }) => given === 'lose the answer')) throw awsError('TimeoutError', undefined);
      return {
        Successful: answers.filter(({ given }) => given === 'accept').map(({ Id }) => ({ Id })),
        Failed: answers.flatMap(({ Id, given }) => (typeof given === 'string' ? [] : [{ Id, ...given }])),
      };
    });
  const queue = createJobQueue({
    client,
    queueUrl: QUEUE_URL,
    sleep: async (ms) => void pausesMs.push(ms),
    random: () => 0.5,
  });
  return { queue, requests, taken, offers, pausesMs, mostAtOnce: () => mostAtOnce };
};

describe('batches', () => {
  it('hold ten messages, and several go at once', async () => {
    const { queue, requests, taken, pausesMs, mostAtOnce } = scriptedQueue();
    await queue.send(messagesOf(205));
    expect(requests.map((bodies) => bodies.length)).toEqual([...Array.from({ length: 20 }, () => 10), 5]);
    expect([...taken.values()]).toEqual(messagesOf(205).map(({ body }) => body));
    expect(mostAtOnce()).toBe(8);
    expect(pausesMs).toEqual([]);
  });

  it('stay within 256 KiB of bytes, and an empty list makes no request', async () => {
    const { queue, requests, taken } = scriptedQueue();
    await queue.send([]);
    expect(requests).toEqual([]);
    await queue.send(messagesOf(9, 'ä'.repeat(40_000)));
    expect(requests.map((bodies) => bodies.length)).toEqual([3, 3, 3]);
    expect(taken.size).toBe(9);
  });

  it('carry group and deduplication id', async () => {
    const client = new SQSClient(OFFLINE);
    const sqs = mockClient(client);
    const accepted = { Id: '0', MessageId: 'm', MD5OfMessageBody: '' };
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [accepted], Failed: [] });
    const options = { client, queueUrl: QUEUE_URL, sleep: async () => {}, random: () => 0 };
    await createJobQueue(options).send([{ body: '{}', groupId: 'acme', deduplicationId: 'd' }]);
    const [call] = sqs.commandCalls(SendMessageBatchCommand);
    expect(call?.args[0].input).toEqual({
      QueueUrl: QUEUE_URL,
      Entries: [{ Id: '0', MessageBody: '{}', MessageGroupId: 'acme', MessageDeduplicationId: 'd' }],
    });
  });
});

describe('what SQS does not take', () => {
  it('is sent again, and only that', async () => {
    const { queue, requests, taken, pausesMs } = scriptedQueue((body, offer) =>
      /[37]$/.test(body) && offer < 3 ? BUSY : 'accept',
    );
    await queue.send(messagesOf(20));
    expect(requests.slice(2)).toEqual([
      ['job 3', 'job 7', 'job 13', 'job 17'],
      ['job 3', 'job 7', 'job 13', 'job 17'],
    ]);
    expect(taken.size).toBe(20);
    expect(pausesMs).toEqual([150, 300]);
  });

  it('is sent again when the whole request failed, also if SQS had taken it', async () => {
    const { queue, requests, taken } = scriptedQueue((_, offer) =>
      offer === 1 ? 'lose the answer' : 'accept',
    );
    await queue.send(messagesOf(10));
    expect(requests).toHaveLength(2);
    expect(taken.size).toBe(10);
  });

  it('is given up after six attempts, with the number and the reason', async () => {
    const { queue, offers, pausesMs } = scriptedQueue((body) => (body === 'job 4' ? BUSY : 'accept'));
    await expect(queue.send(messagesOf(12))).rejects.toThrow(
      /did not accept 1 of 12 jobs in 6 attempts \(InternalError\)/,
    );
    expect(offers.get('job 4')).toBe(6);
    expect(offers.get('job 5')).toBe(1);
    expect(pausesMs).toEqual([150, 300, 600, 1200, 2400]);
  });

  it('is not repeated when it never will be accepted, and nothing more is sent', async () => {
    const fault: Answer = {
      SenderFault: true,
      Code: 'InvalidMessageContents',
      Message: 'bad character in thelma@example.com',
    };
    const { queue, requests, pausesMs } = scriptedQueue((body) => (body === 'job 0' ? fault : 'accept'));
    const error = await queue.send(messagesOf(500)).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/refuses jobs: InvalidMessageContents: bad character in \[address\]/);
    expect(requests.length).toBeLessThanOrEqual(8);
    expect(pausesMs).toEqual([]);
  });

  it.each<[string, string, number, 'once' | 'again']>([
    ['no permission', 'AccessDenied', 403, 'once'],
    ['no such queue', 'QueueDoesNotExist', 400, 'once'],
    ['throttled', 'RequestThrottled', 403, 'again'],
    ['too many requests', 'TooManyRequestsException', 429, 'again'],
    ['SQS is down', 'ServiceUnavailable', 503, 'again'],
  ])('is judged by the error of the request: %s', async (_, name, status, expected) => {
    const client = new SQSClient(OFFLINE);
    const sqs = mockClient(client);
    sqs.on(SendMessageBatchCommand).rejects(awsError(name, status));
    const queue = createJobQueue({ client, queueUrl: QUEUE_URL, sleep: async () => {}, random: () => 0 });
    await expect(queue.send(messagesOf(1))).rejects.toThrow(name);
    expect(sqs.commandCalls(SendMessageBatchCommand)).toHaveLength(expected === 'once' ? 1 : 6);
  });

  it('never is lost or forgotten: every message is taken, or the sender knows', async () => {
    const answers = fc.constantFrom<Answer>('accept', 'accept', 'lose the answer', BUSY);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.array(answers, { minLength: 1, maxLength: 40 }),
        async (count, script) => {
          let turn = 0;
          const { queue, taken } = scriptedQueue(() => script[turn++ % script.length] ?? 'accept');
          const messages = messagesOf(count);
          const sent = await queue.send(messages).then(
            () => true,
            () => false,
          );
          if (sent) expect(new Set(taken.values())).toEqual(new Set(messages.map(({ body }) => body)));
          else expect(script.some((answer) => answer !== 'accept')).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('over the wire', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire();
  });
  afterAll(() => wire.stop());

  it('puts every message into the queue once, however often it is sent', async () => {
    const options = {
      client: wire.clients.sqs,
      queueUrl: wire.queueUrl,
      sleep: async () => {},
      random: () => 0,
    };
    const messages = Array.from({ length: 30 }, (_, index) => ({
      body: `{"number":${index}}`,
      groupId: `account-${index}`,
      deduplicationId: `id-${index}`,
    }));
    await createJobQueue(options).send(messages);
    await createJobQueue(options).send(messages.slice(5));
    const bodies: (string | undefined)[] = [];
    for (let received = await wire.receive(wire.queueUrl); received.length > 0; ) {
      bodies.push(...received.map(({ Body }) => Body));
      received = await wire.receive(wire.queueUrl);
    }
    expect(bodies.toSorted()).toEqual(messages.map(({ body }) => body).toSorted());
  });

  it('names a queue that does not exist', async () => {
    const queueUrl = wire.queueUrl.replace('jobs', 'lost');
    const queue = createJobQueue({
      client: wire.clients.sqs,
      queueUrl,
      sleep: async () => {},
      random: () => 0,
    });
    await expect(queue.send(messagesOf(1))).rejects.toThrow(
      /lost\.fifo refuses jobs: .*Check that QUEUE_URL/,
    );
  });
});
