/**
 * As much of SQS as an enqueuing program sees, in a process of its own: accepts every batch, with the MD5 sums that the SDK
 * checks, `delayMs` after the request. Prints its address and runs until its input ends.
 */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export type QueueServerOptions = { readonly delayMs: number };

type BatchRequest = { readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[] };

const { delayMs } = JSON.parse(process.argv[2] ?? '{"delayMs":0}') as QueueServerOptions;

const server = createServer(async (request, response) => {
  const [{ Entries }] = await Promise.all([json(request) as Promise<BatchRequest>, sleep(delayMs)]);
  const Successful = Entries.map(({ Id, MessageBody }) => ({
    Id,
    MessageId: `message-${Id}`,
    MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
  }));
  const body = JSON.stringify({ Successful, Failed: [] });
  response
    .writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
// The input ends when the process ends that started this one.
await text(process.stdin);
process.exit();
