import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Access, Email } from '../../lib/domain/invitation.ts';
import { type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { clientFor, everythingIn, json, TOKEN, withScript } from './support.ts';

const EMAIL = "o'brien+fastly@example.com" as Email;
const CUSTOMER = 'exampleCustomer0000001';
const ENGINEER: Access = {
  role: 'engineer',
  limitServices: true,
  services: [{ id: 'exampleService00000001', permission: 'purge_all' }],
};
const USER: Access = { role: 'user', limitServices: false, services: [] };

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
      value: { customerId: CUSTOMER, scopes: ['global'], expiresAt: Date.UTC(2100, 0, 1) },
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

  it('a success whose body is cut off is a success: the mail is out', async () => {
    simulator.fault({ method: 'POST', answer: 'cut_body' });
    const result = await clientFor(simulator.url).client.createInvitation(CUSTOMER, EMAIL, USER);
    expect(result).toMatchObject({ ok: true, value: { id: undefined }, quota: { remaining: '999' } });
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

  it.each(['', 'token\n', 'to ken', 'tøken'])(
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
                'GET /tokens/self: not sent, because the token is empty or holds white space: store it again',
            },
          });
          expect(server.requests).toEqual([]);
        },
        { token },
      );
    },
  );
});

describe('responses to a write', () => {
  it.each([
    { status: 200, body: '{"data":{"id":"i1"}}', id: 'i1' },
    { status: 201, body: '{"data":{"id":"i1"}}', id: 'i1' },
    { status: 200, body: '{"id":"i1"}', id: undefined },
    { status: 202, body: '<html>', id: undefined },
    { status: 204, body: '', id: undefined },
  ])('POST $status $body is a success', async ({ status, body, id }) => {
    await withScript(
      () => ({ status, body }),
      async ({ client }) => {
        expect(await client.createInvitation(CUSTOMER, EMAIL, USER)).toMatchObject({
          ok: true,
          value: { id },
        });
      },
    );
  });

  it.each([
    { status: 204, body: '' },
    { status: 200, body: '{"status":"ok"}' },
    { status: 202, body: 'later' },
  ])('scenario 27, F52: DELETE $status is a success', async (response) => {
    await withScript(
      () => response,
      async ({ client }) => expect(await client.deleteInvitation('i1')).toMatchObject({ ok: true }),
    );
  });

  it.each([200, 204, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503])(
    'quota headers are read from a %d',
    async (status) => {
      const headers = { 'fastly-ratelimit-remaining': '4993', 'fastly-ratelimit-reset': '1655924400' };
      await withScript(
        () => ({ status, headers }),
        async ({ client, server }) => {
          const quota = { remaining: '4993', reset: '1655924400', date: expect.any(String) };
          expect(await client.deleteInvitation('i1')).toMatchObject({ quota });
          expect(await client.createInvitation(CUSTOMER, EMAIL, USER)).toMatchObject({ quota });
          expect(server.requests.length).toBe(2);
        },
      );
    },
  );

  it('missing quota headers are told as missing', async () => {
    await withScript(
      () => ({ status: 204 }),
      async ({ client }) => {
        const result = await client.deleteInvitation('i1');
        expect(result.quota).toEqual({ remaining: undefined, reset: undefined, date: expect.any(String) });
      },
    );
  });

  it.each([
    [301, 'unavailable'],
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'gone'],
    [408, 'unavailable'],
    [409, 'rejected'],
    [410, 'gone'],
    [415, 'rejected'],
    [422, 'rejected'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])('%d is %s, and is not repeated', async (status, kind) => {
    await withScript(
      () => ({ status }),
      async ({ client, server, pauses }) => {
        const result = await client.deleteInvitation('i1');
        expect(result).toMatchObject({ ok: false, failure: { kind, status } });
        expect(server.requests.length).toBe(1);
        expect(pauses).toEqual([]);
      },
    );
  });
});

describe('responses to a read', () => {
  it.each<[string, unknown]>([
    ['an object', {}],
    ['an envelope', { data: [] }],
    ['null', null],
    [
      'F3: a user without a login',
      [
        { id: 'u1', login: 'a@example.com' },
        { id: 'u2', login: null },
      ],
    ],
    ['a user without an id', [{ login: 'a@example.com' }]],
  ])('users that are %s are not trusted', async (_name, body) => {
    await withScript(
      () => json(body),
      async ({ client }) =>
        expect(await client.listMembers(CUSTOMER)).toMatchObject({ failure: { kind: 'incomplete' } }),
    );
  });

  it('a deleted user is no member', async () => {
    await withScript(
      () =>
        json([
          { id: 'u1', login: 'a@example.com', deleted_at: '2026-01-01T00:00:00Z' },
          { id: 'u2', login: 'b@example.com' },
        ]),
      async ({ client }) =>
        expect(await client.listMembers(CUSTOMER)).toEqual({
          ok: true,
          value: [{ email: 'b@example.com', role: undefined, roles: undefined }],
        }),
    );
  });

  it.each([
    [{ customer_id: 'c1', scope: 'global:read', expires_at: null }, ['global:read']],
    [{ customer_id: 'c1', scope: 'global purge_all' }, ['global', 'purge_all']],
    [{ customer_id: 'c1', scope: 'global', scopes: ['global'] }, ['global']],
    [{ customer_id: 'c1' }, []],
  ])('the token %j has the scopes %j and never expires', async (body, scopes) => {
    await withScript(
      () => json(body),
      async ({ client }) =>
        expect(await client.readToken()).toEqual({
          ok: true,
          value: { customerId: 'c1', scopes, expiresAt: undefined },
        }),
    );
  });

  /** Long enough to be read in many pieces. */
  const users = Array.from({ length: 20_000 }, (_, index) => ({
    id: `u${index}`,
    login: `person${index}@example.com`,
    roles: [{ id: 'role', nested: [{ a: 1 }, { b: 2 }] }],
  }));
  const everybody = JSON.stringify(users);

  it('a long list of users that is cut off is read again from its beginning', async () => {
    await withScript(
      (_request, response, number) => {
        if (number > 1) return json(users);
        const head = { 'content-type': 'application/json', 'content-length': String(everybody.length) };
        response
          .writeHead(200, head)
          .write(everybody.slice(0, everybody.length / 2), () => response.destroy());
        return undefined;
      },
      async ({ client, pauses }) => {
        const result = await client.listMembers(CUSTOMER);
        expect(result.ok && result.value.map(({ email }) => email)).toEqual(users.map(({ login }) => login));
        expect(pauses.length).toBe(1);
      },
    );
  });

  it.each([
    {
      what: 'half of it, as if that were all',
      body: everybody.slice(0, everybody.length / 2),
      kind: 'unavailable',
    },
    { what: 'something behind its end', body: `${everybody}]`, kind: 'unavailable' },
    {
      what: 'a user without a login near its end',
      body: JSON.stringify([...users, { id: 'u' }, ...users.slice(0, 5000)]),
      kind: 'incomplete',
    },
  ])('a long list of users with $what is not trusted', async ({ body, kind }) => {
    await withScript(
      () => ({ status: 200, body }),
      async ({ client }) =>
        expect(await client.listMembers(CUSTOMER)).toMatchObject({ ok: false, failure: { kind } }),
    );
  });

  it('a token without a customer is not trusted', async () => {
    await withScript(
      () => json({ scope: 'global' }),
      async ({ client }) => {
        const result = await client.readToken();
        expect(!result.ok && result.failure.message).toBe(
          'GET /tokens/self: 200, but "customer_id" is missing or of another kind',
        );
      },
    );
  });

  it('a redirect is a failure, and the token does not follow it', async () => {
    await withScript(
      () => json([]),
      async ({ server: elsewhere }) => {
        await withScript(
          () => ({ status: 307, headers: { location: `${elsewhere.url}/invitations` } }),
          async ({ client }) => {
            for (const result of [
              await client.listInvitations(),
              await client.listMembers(CUSTOMER),
              await client.createInvitation(CUSTOMER, EMAIL, USER),
            ]) {
              expect(result).toMatchObject({ ok: false, failure: { kind: 'unavailable', status: 307 } });
              expect(!result.ok && result.failure.message).toContain('redirects are not followed');
            }
            expect(elsewhere.requests).toEqual([]);
          },
        );
      },
    );
  });
});

describe('scenario 36, F49: neither the token nor an address is in any failure', () => {
  const echoes = [
    `${TOKEN} is not allowed to invite ${EMAIL}`,
    `(${EMAIL.toUpperCase()})`,
    `see https://manage.example.com/?invitee=${encodeURIComponent(EMAIL)}&key=${TOKEN}`,
    `x${' '.repeat(250)}${EMAIL}`,
    `${TOKEN}`.repeat(100),
  ];
  const bodies = echoes.flatMap((echo) => [
    JSON.stringify({ msg: echo, detail: echo }),
    JSON.stringify({ errors: [{ title: echo, detail: echo }] }),
    JSON.stringify({ type: 'about:blank', title: echo, detail: echo, errors: null }),
    echo,
    `<html><body>${echo}</body></html>`,
  ]);

  it('whatever Fastly repeats of the request', async () => {
    await withScript(
      (_, __, number) => ({ status: 400, body: bodies[(number - 1) % bodies.length] ?? '' }),
      async ({ client, server }) => {
        const results = [];
        for (const _ of bodies) results.push(await client.createInvitation(CUSTOMER, EMAIL, USER));
        expect(server.requests.length).toBe(bodies.length);
        for (const result of results) {
          const text = everythingIn(result).toLowerCase();
          expect(text).toContain('post /invitations: 400');
          expect(text).not.toContain(TOKEN.toLowerCase());
          expect(text).not.toContain('brien');
        }
      },
    );
  });

  it('whatever got says about a connection that fails', async () => {
    const simulator = await startSimulator({ token: TOKEN });
    const { client } = clientFor(simulator.url, { requestTimeoutMs: 100 });
    const results = [];
    for (const kind of ['cut', 'hang', 'cut_body'] as const) {
      simulator.fault({ answer: kind, times: 100 });
      results.push(await client.createInvitation('someoneElse', EMAIL, USER), await client.readToken());
      simulator.clearFaults();
    }
    await simulator.close();
    results.push(await client.createInvitation(CUSTOMER, EMAIL, USER), await client.readToken());
    expect(results.map(({ ok }) => ok)).toEqual(Array.from({ length: 8 }, () => false));
    expect(everythingIn(results)).not.toContain(TOKEN);
    expect(everythingIn(results)).not.toContain('brien');
  });
});
