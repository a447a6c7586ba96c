import { describe, expect, it } from '@jest/globals';
import { CUSTOMER, EMAIL, json, USER, withScript } from './support.ts';

describe('responses to a write', () => {
  it.each([
    { status: 200, body: '{"data":{"id":"i1"}}' },
    { status: 201, body: '{"data":{"id":"i1"}}' },
    { status: 200, body: '\ufeff{"data":{"id":"i1"}}' },
  ])('POST $status $body is a success', async (response) => {
    await withScript(
      () => response,
      async ({ client }) =>
        expect(await client.createInvitation(CUSTOMER, EMAIL, USER)).toMatchObject({
          ok: true,
          value: { id: 'i1' },
        }),
    );
  });

  it.each([
    { status: 200, body: '{"id":"i1"}' },
    { status: 200, body: '{"errors":[{"title":"Bad request"}]}' },
    { status: 200, body: '<html>Please sign in</html>' },
    { status: 202, body: '<html>' },
    { status: 204, body: '' },
  ])('F60 POST $status $body is not how Fastly answers: nothing is known', async ({ status, body }) => {
    await withScript(
      () => ({ status, body }),
      async ({ client }) =>
        expect(await client.createInvitation(CUSTOMER, EMAIL, USER)).toMatchObject({
          ok: false,
          failure: { kind: 'unavailable', status, message: expect.stringContaining('is not known') },
        }),
    );
  });

  it.each([
    { status: 200, body: '{"errors":[{"title":"Bad request"}]}' },
    { status: 200, body: '<html>Please sign in</html>' },
    { status: 202, body: 'later' },
  ])('F60 DELETE $status $body is not how Fastly answers: nothing is known', async ({ status, body }) => {
    await withScript(
      () => ({ status, body }),
      async ({ client }) =>
        expect(await client.deleteInvitation('i1')).toMatchObject({
          ok: false,
          failure: { kind: 'unavailable', status },
        }),
    );
  });

  it.each([
    { status: 204, body: '' },
    { status: 200, body: '{"status":"ok"}' },
    { status: 202, body: '{}' },
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

  it.each<[string, string[], string[], object]>([
    ['sent twice', ['998', '998'], ['1655924400', '1655924400'], { remaining: '998', reset: '1655924400' }],
    [
      'that contradict each other',
      ['998', '40', '1000'],
      ['1655924400', '1655928000', '9'],
      { remaining: '40', reset: '1655928000' },
    ],
    ['joined by a proxy', ['998,97'], ['9 , 1655924400'], { remaining: '97', reset: '1655924400' }],
    ['of which one is a number', ['many', '7'], ['', '1655924400'], { remaining: '7', reset: '1655924400' }],
    ['without a number', ['many'], ['soon'], { remaining: 'many', reset: 'soon' }],
  ])('quota headers %s are read as the fewest writes and the latest reset', async (...row) => {
    const [, remaining, reset, quota] = row;
    await withScript(
      (_request, response) => {
        response
          .writeHead(204, { 'fastly-ratelimit-remaining': remaining, 'fastly-ratelimit-reset': reset })
          .end();
        return undefined;
      },
      async ({ client }) => expect(await client.deleteInvitation('i1')).toMatchObject({ quota }),
    );
  });

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
    [301, 'rejected'],
    [307, 'rejected'],
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'gone'],
    [408, 'unavailable'],
    [409, 'rejected'],
    [410, 'gone'],
    [415, 'rejected'],
    [422, 'rejected'],
    [425, 'unavailable'],
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

  it.each<[string, Record<string, string>, unknown]>([
    ['a Link to a next page', { link: '<https://api.example.com/users?page=2>; rel="next"' }, []],
    ['a Link without quotes', { link: '<https://api.example.com/users?page=2>;rel=next' }, []],
    [
      'a Link to a next page behind others',
      { link: '</users?page=1>; title="a, b"; rel="first", </users?page=2>; REL="last Next"' },
      [],
    ],
    ['page totals', {}, { data: [], meta: { current_page: 1, total_pages: 1 } }],
    ['a next page in its links', {}, { data: [], links: { next: '/users?page=2' } }],
  ])('F73 users with %s are not whole', async (_name, headers, body) => {
    await withScript(
      () => json(body, 200, headers),
      async ({ client, server }) => {
        const result = await client.listMembers(CUSTOMER);
        expect(result).toMatchObject({ ok: false, failure: { kind: 'incomplete', status: 200 } });
        expect(!result.ok && result.failure.message).toContain('in pages');
        expect(server.requests.length).toBe(1);
      },
    );
  });

  it.each([
    '</users>; rel="first"',
    '</users>; rel="next-archive"',
    '</users?rel=next>; rel="self"',
    '</users>; rel="self"; title="next"',
  ])('F73 users with the Link %s are whole', async (link) => {
    await withScript(
      () => json([], 200, { link }),
      async ({ client }) => expect(await client.listMembers(CUSTOMER)).toEqual({ ok: true, value: [] }),
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
          value: { customerId: 'c1', scopes, expiresAt: undefined, answeredAt: expect.any(Number) },
        }),
    );
  });

  it.each([
    ['Wed, 25 Nov 2026 10:00:07 GMT', Date.UTC(2026, 10, 25, 10, 0, 7)],
    ['soon', undefined],
  ])('F64 the Date "%s" of the answer about the token is the time %p', async (date, answeredAt) => {
    await withScript(
      () => json({ customer_id: 'c1' }, 200, { date }),
      async ({ client }) => expect(await client.readToken()).toMatchObject({ value: { answeredAt } }),
    );
  });

  /** Long enough to arrive in many pieces. */
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
          'GET /tokens/self: 200, but "customer_id" is missing or of another kind; this is not how Fastly\'s API answers: check FASTLY_API_URL, and the proxy if there is one',
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
            for (const [kind, result] of [
              ['unavailable', await client.listInvitations()],
              ['unavailable', await client.listMembers(CUSTOMER)],
              ['rejected', await client.createInvitation(CUSTOMER, EMAIL, USER)],
              ['rejected', await client.deleteInvitation('i1')],
            ] as const) {
              expect(result).toMatchObject({ ok: false, failure: { kind, status: 307 } });
              expect(!result.ok && result.failure.message).toContain('redirects are not followed');
            }
            expect(elsewhere.requests).toEqual([]);
          },
        );
      },
    );
  });
});
