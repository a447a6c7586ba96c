import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Access } from '../../lib/domain/invitation.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';
import { CUSTOMER, clientFor, EMAIL, json, TOKEN, USER, withScript } from './support.ts';

const ENGINEER: Access = {
  role: 'engineer',
  limitServices: true,
  services: [{ id: 'exampleService00000001', permission: 'purge_all' }],
};

describe('against the simulated account', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({
      token: TOKEN,
      customerId: CUSTOMER,
      tokenExpiresAt: Date.UTC(2100, 0, 1),
    });
  });
  afterEach(() => simulator.close());

  it('reads customer, scopes and expiry of the token', async () => {
    expect(await clientFor(simulator.url).client.readToken()).toEqual({
      ok: true,
      value: {
        customerId: CUSTOMER,
        scopes: ['global'],
        expiresAt: Date.UTC(2100, 0, 1),
        answeredAt: expect.any(Number),
      },
    });
  });

  it('creates an invitation, finds it, deletes it, and knows that it is gone', async () => {
    const { client } = clientFor(simulator.url);
    const created = await client.createInvitation(CUSTOMER, EMAIL, ENGINEER);
    expect(created).toMatchObject({ ok: true, quota: { remaining: '999' } });
    expect(simulator.invitations()).toMatchObject([
      { email: EMAIL, role: 'engineer', limitServices: true, services: ENGINEER.services },
    ]);

    const listed = await client.listInvitations();
    expect(listed).toMatchObject({
      value: { invitations: [{ email: EMAIL, role: 'engineer', active: true }], moving: [] },
    });
    const id = (listed.ok && listed.value.invitations[0]?.id) || '';
    expect(created.ok && created.value.id).toBe(id);

    expect(await client.deleteInvitation(id)).toMatchObject({ ok: true, quota: { remaining: '998' } });
    expect(simulator.invitations()).toEqual([]);
    expect(await client.deleteInvitation(id)).toMatchObject({
      ok: false,
      failure: { kind: 'gone', status: 404 },
      quota: { remaining: '997' },
    });
    expect(simulator.mails()).toEqual(new Map([[EMAIL, 1]]));
  });

  it('lists members, locked ones too', async () => {
    simulator.seed({
      members: [
        { login: 'Ada@Example.com', role: 'superuser' },
        { login: 'locked@example.com', roles: ['b', 'a'], locked: true },
      ],
    });
    const result = await clientFor(simulator.url).client.listMembers(CUSTOMER);
    expect(result).toMatchObject({
      ok: true,
      value: [
        { email: 'ada@example.com', role: 'superuser', roles: undefined },
        { email: 'locked@example.com', role: undefined, roles: ['a', 'b'] },
      ],
    });
  });

  it('F37: a used-up quota is told with its headers', async () => {
    simulator.spendQuota(1000);
    const result = await clientFor(simulator.url).client.createInvitation(CUSTOMER, EMAIL, USER);
    expect(result).toMatchObject({
      failure: { kind: 'rate_limited', status: 429 },
      quota: { remaining: '0', reset: expect.stringMatching(/^\d+00$/), date: expect.any(String) },
    });
    expect(!result.ok && result.failure.message).toContain('exceeded your hourly rate limit');
  });

  it.each([
    { name: 'before it had an effect', effect: false, mails: 0 },
    { name: 'after it had its effect', effect: true, mails: 1 },
  ])('scenario 26, 30: a POST that is cut $name is sent once, and its effect is unknown', async (row) => {
    simulator.fault({ method: 'POST', answer: 'cut', effect: row.effect });
    const { client, pauses } = clientFor(simulator.url);
    const result = await client.createInvitation(CUSTOMER, EMAIL, USER);
    expect(result).toMatchObject({ ok: false, failure: { kind: 'unavailable' } });
    expect(!result.ok && result.failure.message).toMatch(
      /^POST \/invitations: the connection failed \(ECONNRESET\); whether it took effect is not known$/,
    );
    expect(simulator.mails().get(EMAIL) ?? 0).toBe(row.mails);
    expect(pauses).toEqual([]);
  });

  it('scenario 26: a POST that times out after its effect is sent once', async () => {
    simulator.fault({ method: 'POST', answer: 'hang', effect: true });
    const { client } = clientFor(simulator.url, { requestTimeoutMs: 100 });
    const result = await client.createInvitation(CUSTOMER, EMAIL, USER);
    expect(result).toEqual({
      ok: false,
      failure: {
        kind: 'unavailable',
        message: 'POST /invitations: no answer within 100 ms; whether it took effect is not known',
      },
    });
    expect(simulator.mails()).toEqual(new Map([[EMAIL, 1]]));
  });

  it('F60 a success whose body is cut off: nothing is known', async () => {
    simulator.fault({ method: 'POST', answer: 'cut_body' });
    const result = await clientFor(simulator.url).client.createInvitation(CUSTOMER, EMAIL, USER);
    expect(result).toMatchObject({ ok: false, failure: { kind: 'unavailable' } });
  });
});

describe('what is sent', () => {
  it('follows the documented body, with every permission named', async () => {
    await withScript(
      () => json({ data: { id: 'newInvitation000000001' } }),
      async ({ client, server }) => {
        await client.createInvitation(CUSTOMER, EMAIL, ENGINEER);
        const [request] = server.requests;
        expect(request).toMatchObject({
          method: 'POST',
          url: '/invitations',
          headers: {
            'fastly-key': TOKEN,
            accept: 'application/vnd.api+json',
            'content-type': 'application/vnd.api+json',
            'user-agent': 'fastly-invitation-sync',
          },
        });
        expect(JSON.parse(request?.body ?? '')).toEqual({
          data: {
            type: 'invitation',
            attributes: { email: EMAIL, limit_services: true, role: 'engineer' },
            relationships: {
              customer: { data: { id: CUSTOMER, type: 'customer' } },
              service_invitations: {
                data: [
                  {
                    type: 'service_invitation',
                    attributes: { permission: 'purge_all' },
                    relationships: { service: { data: { type: 'service', id: 'exampleService00000001' } } },
                  },
                ],
              },
            },
          },
        });
      },
    );
  });

  it('names roles by id when the wish does', async () => {
    await withScript(
      () => json({}),
      async ({ client, server }) => {
        await client.createInvitation(CUSTOMER, EMAIL, {
          roles: ['roleA', 'roleB'],
          limitServices: false,
          services: [],
        });
        expect(JSON.parse(server.requests[0]?.body ?? '').data.attributes).toEqual({
          email: EMAIL,
          limit_services: false,
          roles: ['roleA', 'roleB'],
        });
      },
    );
  });

  it('keeps a path in the API address', async () => {
    await withScript(
      () => json({ customer_id: 'c' }),
      async ({ server }) => {
        const { client } = clientFor(`${server.url}/proxy/fastly`);
        await client.readToken();
        expect(server.requests[0]?.url).toBe('/proxy/fastly/tokens/self');
      },
    );
  });

  it.each(['', '.', '..', '../tokens/self', 'a/b', 'a b', 'x'.repeat(200)])(
    'never an id that would address something else: %j',
    async (id) => {
      await withScript(
        () => json({}),
        async ({ client, server }) => {
          expect(await client.deleteInvitation(id)).toMatchObject({ failure: { kind: 'rejected' } });
          expect(server.requests).toEqual([]);
        },
      );
    },
  );

  it.each(['', 'token\n', 'to ken', 'tøken', '"token"', "'token'"])(
    'nothing with a token that no header can carry: %j',
    async (token) => {
      await withScript(
        () => json({}),
        async ({ client, server }) => {
          expect(await client.readToken()).toEqual({
            ok: false,
            failure: {
              kind: 'unauthorized',
              message:
                'GET /tokens/self: not sent, because the token is empty, or holds white space or quotation marks: store it again',
            },
          });
          expect(server.requests).toEqual([]);
        },
        { token },
      );
    },
  );
});
