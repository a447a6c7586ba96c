import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createNotify } from '../../local/cli/notify.ts';
import { SELF_SIGNED } from '../support/certificate.ts';
import { emptyFolder, removeFolders, sync, syncHere } from '../support/cli.ts';

let server: Server;
let folder: string;
let posted: unknown[];
let status: number;
let url: string;

beforeEach(async () => {
  posted = [];
  status = 200;
  server = createServer(SELF_SIGNED, async (request, response) => {
    posted.push(JSON.parse(await text(request)));
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook-secret`;
  folder = emptyFolder();
  writeFileSync(join(folder, 'ca.pem'), SELF_SIGNED.cert);
  writeFileSync(join(folder, 'acme.csv'), 'email,role\nada@example.com,user\n');
});
afterEach(() => {
  server.close();
  removeFolders();
});

const hold = (env: Readonly<Record<string, string>>) =>
  sync(['--roster', 'acme.csv', '--apply'], { cwd: folder, env: { MAX_CREATES: '0', ...env } });

it('a hold is posted to the webhook, in the form that AWS shows in chats', async () => {
  const held = await hold({
    NOTIFICATION_WEBHOOK_URL: url,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  });

  expect(held).toMatchObject({ status: 2, stderr: '' });
  expect(posted).toMatchObject([
    { version: '1.0', source: 'custom', content: { title: expect.stringContaining('[acme]') } },
  ]);
  expect(JSON.stringify(posted)).not.toContain('ada@example.com');
  expect(held.stdout).not.toContain('hook-secret');
});

it.each([
  { name: 'refused', answer: 500, trusted: true, says: 'it answered 500' },
  { name: 'not trusted', answer: 200, trusted: false, says: 'the connection failed (DEPTH_ZERO' },
])('a webhook that is $name is said, and fails nothing', async ({ answer, trusted, says }) => {
  status = answer;
  const held = await hold({
    NOTIFICATION_WEBHOOK_URL: url,
    ...(trusted && { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }),
  });

  expect(held.status).toBe(2);
  expect(held.stderr).toContain(`warning: NOTIFICATION_WEBHOOK_URL did not take a notification: ${says}`);
  expect(held.stderr).not.toContain('hook-secret');
});

it('an unusable proxy is said, and fails nothing', async () => {
  const said: string[] = [];
  const logged: string[] = [];
  const log = (text: string) => void logged.push(text);
  const notify = createNotify(
    { url, environment: { HTTPS_PROXY: 'ftp://proxy.example' } },
    { info: log, warn: log, error: log },
    (line) => void said.push(line),
  );
  await notify({ account: 'acme', event: 'held', subject: '[acme] held', message: 'held' });

  expect(said).toEqual([
    'warning: NOTIFICATION_WEBHOOK_URL did not take a notification: it could not be sent',
  ]);
  expect(logged).toEqual(['notification', 'a notification was not delivered']);
});

it('a webhook without https is refused before anything is done', async () => {
  const { stderr, status: exit } = await syncHere([], {
    NOTIFICATION_WEBHOOK_URL: 'http://hooks.example/x',
  });
  expect(exit).toBe(1);
  expect(stderr).toContain('NOTIFICATION_WEBHOOK_URL: expected an https: URL');
});
