import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Email } from '../../lib/domain/invitation.ts';
import { withScript } from './support.ts';

const MIB = 1024 * 1024;

/** Sends the same bytes again and again until the client hangs up: whoever reads to the end never returns. */
const sendForEver = (response: ServerResponse, bytes: Buffer): void => {
  const send = (): void => {
    if (!response.destroyed) response.write(bytes, send);
  };
  send();
};

const BLANKS = Buffer.alloc(MIB, ' ');

/** White space is valid JSON so far. Compressed, a kilobyte becomes a mebibyte. */
const ENDLESS: readonly (readonly [encoding: string, bytes: Buffer])[] = [
  ['identity', BLANKS],
  // Several gzip files in a row are one gzip file.
  ['gzip', gzipSync(BLANKS)],
];

/** Longer than any of this takes; only a client without a limit runs into it. */
const PATIENT = { requestTimeoutMs: 60_000 };

const endless =
  (status: number, encoding: string, bytes: Buffer) =>
  (_request: unknown, response: ServerResponse): undefined => {
    sendForEver(response.writeHead(status, { 'content-encoding': encoding }), bytes);
  };

describe.each(ENDLESS)('F74 an answer without an end, %s', (encoding, bytes) => {
  it('is no page of invitations', async () => {
    await withScript(
      endless(200, encoding, bytes),
      async ({ client }) =>
        expect(await client.listInvitations()).toEqual({
          ok: false,
          failure: {
            kind: 'incomplete',
            status: 200,
            message: 'GET /invitations: 200, but the answer is larger than 8 MiB',
          },
        }),
      PATIENT,
    );
  });

  it('is an error by its status', async () => {
    await withScript(
      endless(403, encoding, bytes),
      async ({ client }) =>
        expect(await client.deleteInvitation('i1')).toMatchObject({
          ok: false,
          failure: {
            kind: 'forbidden',
            status: 403,
            message: expect.stringContaining(
              'DELETE /invitations/i1: 403, without an explanation: the answer is larger than 64 KiB;',
            ),
          },
        }),
      PATIENT,
    );
  });

  it('leaves a creation of which nothing is known', async () => {
    const access = { role: 'user', limitServices: false, services: [] };
    await withScript(
      endless(201, encoding, bytes),
      async ({ client }) =>
        expect(await client.createInvitation('c1', 'thelma@example.com' as Email, access)).toMatchObject({
          ok: false,
          failure: { kind: 'unavailable', status: 201 },
        }),
      PATIENT,
    );
  });
});

// Reading 256 MiB takes longer than Jest's five seconds on a busy computer.
it('an answer without an end is no list of users, and is not asked for again', async () => {
  await withScript(
    endless(200, 'gzip', gzipSync(BLANKS)),
    async ({ client, server }) => {
      expect(await client.listMembers('c1')).toEqual({
        ok: false,
        failure: {
          kind: 'incomplete',
          status: 200,
          message: 'GET /customer/c1/users: 200, but the answer is larger than 256 MiB',
        },
      });
      expect(server.requests.length).toBe(1);
    },
    PATIENT,
  );
}, 60_000);

describe('the limit itself', () => {
  const message = JSON.stringify({ msg: 'No' });
  const padded = (bytes: number): string => message.padEnd(bytes);

  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', (text: string) => gzipSync(text)],
    ['br', (text: string) => brotliCompressSync(text)],
  ])('is allowed, and is counted after decompression: %s', async (encoding, compress) => {
    const headers = { 'content-encoding': encoding };
    const explanations: string[] = [];
    await withScript(
      (_request, _response, number) => ({
        status: 400,
        headers,
        body: compress(padded(64 * 1024 + number - 1)),
      }),
      async ({ client }) => {
        for (const id of ['i1', 'i2']) {
          const result = await client.deleteInvitation(id);
          if (!result.ok) explanations.push(result.failure.message);
        }
      },
    );
    expect(explanations).toEqual([
      'DELETE /invitations/i1: 400, No',
      'DELETE /invitations/i2: 400, without an explanation: the answer is larger than 64 KiB',
    ]);
  });

  it('leaves room for 100,000 users', async () => {
    const users = Array.from({ length: 100_000 }, (_, number) => ({
      id: `u${number}`,
      login: `person${number}@example.com`,
      name: 'A user with a name of an ordinary length',
      customer_id: 'exampleCustomer0000001',
      two_factor_auth_enabled: true,
      last_active_at: '2026-11-20T08:00:00Z',
    }));
    await withScript(
      () => ({ status: 200, body: JSON.stringify(users) }),
      async ({ client }) => {
        const result = await client.listMembers('c1');
        expect(result.ok && result.value.length).toBe(100_000);
      },
      PATIENT,
    );
  });
});
