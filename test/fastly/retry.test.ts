import { describe, expect, it } from '@jest/globals';
import { startSimulator } from '../support/simulator.ts';
import { clientFor, json, TOKEN, withScript } from './support.ts';

const TOKEN_BODY = { customer_id: 'exampleCustomer0000001', scope: 'global' };
const DATE = 'Mon, 23 Nov 2026 10:59:58 GMT';
const RESET_SECONDS = Date.UTC(2026, 10, 23, 11) / 1000;

describe('scenario 16: a read that fails', () => {
  it.each([
    { name: '500', response: { status: 500 } },
    { name: '503 as HTML', response: { status: 503, body: '<html>' } },
    { name: 'truncated JSON', response: { status: 200, body: '{"customer_id":"exam' } },
    { name: 'HTML with status 200', response: { status: 200, body: '<html></html>' } },
    { name: 'an empty body', response: { status: 200, body: '' } },
    { name: '206', response: json(TOKEN_BODY, 206) },
    { name: '204', response: { status: 204 } },
  ])('$name twice, then well: is repeated quickly', async ({ response }) => {
    await withScript(
      (_, __, number) => (number < 3 ? response : json(TOKEN_BODY)),
      async ({ client, pauses }) => {
        expect(await client.readToken()).toMatchObject({ ok: true });
        expect(pauses).toEqual([500, 1000]);
      },
    );
    await withScript(
      () => response,
      async ({ client, server }) => {
        expect(await client.readToken()).toMatchObject({ ok: false, failure: { kind: 'unavailable' } });
        expect(server.requests.length).toBe(3);
      },
    );
  });

  it.each(['cut', 'cut_body', 'hang'] as const)('%s, then well: is repeated quickly', async (kind) => {
    const simulator = await startSimulator({ token: TOKEN });
    simulator.fault({ method: 'GET', answer: kind });
    const { client, pauses } = clientFor(simulator.url, { requestTimeoutMs: 200 });
    expect(await client.listMembers(simulator.customerId)).toEqual({ ok: true, value: [] });
    expect(pauses.length).toBe(1);
    await simulator.close();
  });

  it('a server that is not there is told with its code', async () => {
    const simulator = await startSimulator();
    await simulator.close();
    const result = await clientFor(simulator.url).client.readToken();
    expect(!result.ok && result.failure.message).toBe(
      'GET /tokens/self: the connection failed (ECONNREFUSED)',
    );
  });

  it('F2, F31b: a page that keeps failing ends the listing with that failure', async () => {
    const simulator = await startSimulator({ token: TOKEN });
    simulator.seed({
      invitations: Array.from({ length: 250 }, (_, number) => ({ email: `person${number}@example.com` })),
    });
    simulator.fault({
      url: '/invitations?page[number]=3&page[size]=85',
      answer: { status: 503 },
      times: 100,
    });
    const { client, pauses } = clientFor(simulator.url);
    expect(await client.listInvitations()).toMatchObject({
      ok: false,
      failure: { kind: 'unavailable', status: 503 },
    });
    // Two quick ones in each of three attempts, and the pauses between those.
    expect(pauses).toEqual([500, 1000, 2000, 500, 1000, 4000, 500, 1000]);
    await simulator.close();
  });

  it.each([400, 401, 403, 404])('%d is not repeated, nor is the listing', async (status) => {
    await withScript(
      () => json({ msg: 'no' }, status),
      async ({ client, server }) => {
        expect(await client.listInvitations()).toMatchObject({ ok: false, failure: { status } });
        expect(server.requests.length).toBe(1);
      },
    );
  });

  it('pauses are spread by chance', async () => {
    await withScript(
      () => ({ status: 500 }),
      async ({ client, server }) => {
        const { client: lucky, pauses } = clientFor(server.url, { random: () => 0 });
        await lucky.readToken();
        await client.readToken();
        expect(pauses).toEqual([250, 500]);
      },
    );
  });
});

describe('scenario 16: a read that is limited', () => {
  it.each([
    {
      name: 'for 2 s, by the reset',
      headers: { 'fastly-ratelimit-reset': String(RESET_SECONDS) },
      pause: 2000,
    },
    { name: 'for 3 s, by Retry-After', headers: { 'retry-after': '3' }, pause: 3000 },
    { name: 'for 4 s, by a date', headers: { 'retry-after': 'Mon, 23 Nov 2026 11:00:02 GMT' }, pause: 4000 },
    { name: 'until a time that has passed', headers: { 'fastly-ratelimit-reset': '1655924400' }, pause: 500 },
    {
      name: 'by an unreadable Retry-After, but a readable reset',
      headers: { 'retry-after': 'soon', 'fastly-ratelimit-reset': String(RESET_SECONDS) },
      pause: 2000,
    },
  ])('$name: waits', async ({ headers, pause }) => {
    await withScript(
      (_, __, number) => (number === 1 ? json({}, 429, { date: DATE, ...headers }) : json(TOKEN_BODY)),
      async ({ client, pauses }) => {
        expect(await client.readToken()).toMatchObject({ ok: true });
        expect(pauses).toEqual([pause]);
      },
    );
  });

  it.each<{ name: string; headers: Record<string, string> }>([
    { name: 'F36: for an hour', headers: { 'retry-after': '3244' } },
    {
      name: 'for an hour, by the reset',
      headers: { 'fastly-ratelimit-reset': String(RESET_SECONDS + 3600) },
    },
    { name: 'without saying how long', headers: {} },
    { name: 'until a reset that is no number', headers: { 'fastly-ratelimit-reset': 'tomorrow' } },
  ])('$name: gives up at once', async ({ headers }) => {
    await withScript(
      () => json({}, 429, { date: DATE, ...headers }),
      async ({ client, server }) => {
        expect(await client.listInvitations()).toMatchObject({ failure: { kind: 'rate_limited' } });
        expect(server.requests.length).toBe(1);
      },
    );
  });

  it('again and again, though it only ever says 1 s: gives up after three', async () => {
    await withScript(
      () => json({}, 429, { 'retry-after': '1' }),
      async ({ client, server }) => {
        expect(await client.readToken()).toMatchObject({ failure: { kind: 'rate_limited' } });
        expect(server.requests.length).toBe(3);
      },
    );
  });
});
