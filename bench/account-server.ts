/**
 * The simulated Fastly account in a process of its own, so that serving is not counted as work of whoever is measured.
 * `node bench/account-server.ts '{"invitations":100}'` prints its address and runs until its input ends.
 */

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '../local/simulator/simulator.ts';
import { invitationSeeds, memberSeeds } from './people.ts';

export type AccountServerOptions = {
  readonly invitations?: number;
  readonly members?: number;
  /** Before every answer. */
  readonly delayMs?: number;
  /** Each answer is made once and then repeated, so that what is measured does not wait for the server. */
  readonly prepared?: boolean;
};

const {
  invitations = 0,
  members = 0,
  delayMs = 0,
  prepared = false,
} = JSON.parse(process.argv[2] ?? '{}') as AccountServerOptions;

const simulator = await startSimulator({ delayMs: prepared ? 0 : delayMs, quotaPerHour: 1_000_000 });
simulator.seed({
  invitations: invitationSeeds(invitations, Date.now()),
  members: memberSeeds(members),
});

/** A server in front of the simulator that keeps its answers. */
const startPrepared = async (): Promise<string> => {
  const answers = new Map<string, { readonly headers: Record<string, string>; readonly body: Buffer }>();
  const fetchAnswer = async (url: string) => {
    const response = await fetch(simulator.url + url, { headers: { 'fastly-key': simulator.token } });
    const body = Buffer.from(await response.arrayBuffer());
    return { headers: { 'content-type': response.headers.get('content-type') ?? '' }, body };
  };
  const respond = async (url: string, response: ServerResponse): Promise<void> => {
    const [answer] = await Promise.all([answers.get(url) ?? fetchAnswer(url), delayMs > 0 && sleep(delayMs)]);
    answers.set(url, answer);
    response.writeHead(200, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
  };
  const server = createServer((request, response) => {
    respond(request.url ?? '/', response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

process.stdout.write(`${prepared ? await startPrepared() : simulator.url}\n`);
// The input ends when the process ends that started this one.
await text(process.stdin);
process.exit();
