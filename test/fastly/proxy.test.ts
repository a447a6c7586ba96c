import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { proxyIn } from '../../lib/fastly/proxy.ts';
import { SELF_SIGNED } from '../support/certificate.ts';
import { clientFor, withScript } from './support.ts';

describe('F86 the proxy in the environment', () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy.example:3128' }, { host: 'proxy.example:3128' }],
    [
      { https_proxy: 'proxy.example:3128' },
      { agentEnvironment: { HTTPS_PROXY: 'http://proxy.example:3128' } },
    ],
    [{ HTTPS_PROXY: 'http://ada:secret@proxy.example' }, { host: 'proxy.example' }],
    [
      { HTTPS_PROXY: 'http://proxy.example', no_proxy: 'a.example' },
      { agentEnvironment: { HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'a.example' } },
    ],
  ])('%j', (environment, expected) => {
    if (expected === undefined) expect(proxyIn(environment)).toBeUndefined();
    else expect(proxyIn(environment)).toMatchObject(expected);
  });

  it.each(['http://', 'socks5://ada:secret@proxy.example', 'a b'])(
    'is refused without naming it: %s',
    (address) => {
      expect(() => proxyIn({ HTTPS_PROXY: address })).toThrow(
        /^HTTPS_PROXY is not the address of a proxy: write it like http:\/\/proxy\.example:3128, or unset it$/,
      );
    },
  );
});

describe('requests', () => {
  let proxy: Server;
  let address: string;
  let tunnels: string[];
  beforeEach(async () => {
    tunnels = [];
    proxy = createServer();
    proxy.on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    proxy.close();
  });

  it('go through it, and its failures name it without its password', async () => {
    const environment = { HTTPS_PROXY: `http://ada:secret@${address}` };
    const { client } = clientFor('https://api.example', { environment });

    const answer = await client.readToken();

    expect(new Set(tunnels)).toEqual(new Set(['api.example:443']));
    expect(answer).toMatchObject({
      ok: false,
      failure: {
        message: `GET /tokens/self: the connection failed (ERR_PROXY_TUNNEL); HTTPS_PROXY names the proxy ${address}`,
      },
    });
  });

  it('go past it to the hosts of NO_PROXY, and to this machine', async () => {
    const environment = { HTTPS_PROXY: address, NO_PROXY: '127.0.0.1' };
    const { client } = clientFor('https://127.0.0.1:9', { environment });
    await client.readToken();
    await withScript(
      () => ({ status: 401, headers: {}, body: '' }),
      async (scripted) => {
        await scripted.client.readToken();
        expect(scripted.server.requests).toHaveLength(1);
      },
      { environment: { HTTPS_PROXY: address } },
    );

    expect(tunnels).toEqual([]);
  });
});

it('F87 a certificate that is not trusted is named as the problem, with the way out', async () => {
  const server = createTlsServer(SELF_SIGNED).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { client } = clientFor(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const answer = await client.readToken();
  server.close();

  expect(answer).toMatchObject({
    failure: {
      message: expect.stringMatching(
        /the connection failed \(DEPTH_ZERO_SELF_SIGNED_CERT\): the certificate is not trusted\. .* NODE_EXTRA_CA_CERTS$/,
      ),
    },
  });
});

it.each([
  { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' },
  { status: 407, headers: {}, body: '' },
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' },
])('the first answer of somebody else is recognised: $status', async (answer) => {
  await withScript(
    () => answer,
    async ({ client }) => {
      expect(await client.readToken()).toMatchObject({
        ok: false,
        failure: {
          message: expect.stringContaining("this is not how Fastly's API answers: check FASTLY_API_URL"),
        },
      });
    },
  );
});
