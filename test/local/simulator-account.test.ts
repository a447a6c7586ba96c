import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Account, createAccount } from '../../local/simulator/account.ts';
import type { SimulatedAnswer } from '../../local/simulator/answers.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import { type Controls, createControls } from '../../local/simulator/controls.ts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 23, 9, 30);
const CUSTOMER = 'exampleCustomer0000001';

let now: number;
let account: Account;
let controls: Controls;

const open = (
  behaviour: Partial<Behaviour> = {},
  options: { scopes?: string[]; quotaPerHour?: number } = {},
) => {
  now = START;
  account = createAccount({
    token: 'secret',
    customerId: CUSTOMER,
    scopes: ['global'],
    quotaPerHour: 10,
    windowMs: HOUR_MS,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
    now: () => now,
    record: () => undefined,
    ...options,
  });
  controls = createControls(account);
};
beforeEach(() => open());

const call = (
  method: string,
  url: string,
  body = '',
  key: string | undefined = 'secret',
): SimulatedAnswer => {
  const { pathname, searchParams } = new URL(url, 'http://simulated.example.com');
  return account.handle({
    method,
    path: pathname,
    query: searchParams,
    headers: { 'fastly-key': key, host: 'simulated.example.com' },
    body,
  });
};

const wish = (
  attributes: Record<string, unknown>,
  services?: readonly { permission?: string; id: string }[],
  customerId = CUSTOMER,
) =>
  JSON.stringify({
    data: {
      type: 'invitation',
      attributes: { email: 'ada@example.com', role: 'user', ...attributes },
      relationships: {
        customer: { data: { type: 'customer', id: customerId } },
        ...(services !== undefined && {
          service_invitations: {
            data: services.map(({ permission, id }) => ({
              type: 'service_invitation',
              attributes: { permission },
              relationships: { service: { data: { type: 'service', id } } },
            })),
          },
        }),
      },
    },
  });

const post = (attributes: Record<string, unknown> = {}) => call('POST', '/invitations', wish(attributes));
const bodyOf = ({ body }: SimulatedAnswer) => JSON.parse(body);
const listed = () => bodyOf(call('GET', '/invitations?page[size]=100')).data;

describe('pages', () => {
  const seed = (count: number) =>
    controls.seed({
      invitations: Array.from({ length: count }, (_, number) => ({ email: `p${number}@example.com` })),
    });

  it('has only links.last when there is one page, even an empty one', () => {
    expect(bodyOf(call('GET', '/invitations'))).toEqual({
      data: [],
      links: { last: 'http://simulated.example.com/invitations?page%5Bnumber%5D=1&page%5Bsize%5D=20' },
      meta: { current_page: 1, per_page: 20, record_count: 0, total_pages: 1 },
    });
  });

  it.each([
    [1, ['first', 'last', 'next']],
    [2, ['first', 'last', 'next', 'prev']],
    [3, ['first', 'last', 'prev']],
  ])('page %d of three has the links %j', (page, links) => {
    seed(41);
    expect(Object.keys(bodyOf(call('GET', `/invitations?page[number]=${page}`)).links).sort()).toEqual(links);
  });

  it.each([
    { query: '', records: 20, perPage: 20, pages: 6 },
    { query: '?page[size]=100', records: 100, perPage: 100, pages: 2 },
    { query: '?page[size]=100&page[number]=2', records: 1, perPage: 100, pages: 2 },
    { query: '?page[size]=100&page[number]=3', records: 0, perPage: 100, pages: 2 },
    { query: '?page[size]=1', records: 1, perPage: 1, pages: 101 },
    { query: '?page[size]=500', records: 100, perPage: 100, pages: 2 },
  ])('101 invitations, asked with "$query"', ({ query, records, perPage, pages }) => {
    seed(101);
    const { data, meta } = bodyOf(call('GET', `/invitations${query}`));
    expect(data.length).toBe(records);
    expect(meta).toMatchObject({ per_page: perPage, total_pages: pages, record_count: 101 });
  });

  it.each(['page[number]=0', 'page[size]=0', 'page[size]=x', 'page[number]=-1'])('refuses %s', (query) => {
    expect(call('GET', `/invitations?${query}`).status).toBe(400);
  });

  it('may refuse a page size above the documented one', () => {
    open({ pageSizeAboveMax: 'refused' });
    expect(call('GET', '/invitations?page[size]=101').status).toBe(400);
    expect(call('GET', '/invitations?page[size]=100').status).toBe(200);
  });

  it('has the newest first', () => {
    seed(2);
    now += 1000;
    post();
    expect(listed().map(({ attributes }: { attributes: { email: string } }) => attributes.email)).toEqual([
      'ada@example.com',
      'p1@example.com',
      'p0@example.com',
    ]);
  });
});

describe('creating', () => {
  it('answers 200 with the invitation, mails once, and hides service permissions from the list', () => {
    const body = wish({ role: 'engineer', limit_services: true }, [{ id: 's1', permission: 'read_only' }]);
    const answer = call('POST', '/invitations', body);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/vnd.api+json' } });
    expect(bodyOf(answer).data).toEqual(listed()[0]);
    expect(listed()[0]).toMatchObject({
      id: expect.stringMatching(/^\w{22}$/),
      type: 'invitation',
      attributes: {
        email: 'ada@example.com',
        role: 'engineer',
        limit_services: true,
        status_code: 1,
        created_at: '2026-11-23T09:30:00Z',
        deleted_at: null,
      },
      relationships: { customer: { data: { id: CUSTOMER } } },
    });
    expect(JSON.stringify(listed())).not.toContain('read_only');
    expect(controls.invitations()[0]?.services).toEqual([{ id: 's1', permission: 'read_only' }]);
    expect(controls.mails()).toEqual(new Map([['ada@example.com', 1]]));
  });

  it('grants full access where the permission is left out', () => {
    call('POST', '/invitations', wish({ role: 'engineer', limit_services: true }, [{ id: 's1' }]));
    expect(controls.invitations()[0]?.services).toEqual([{ id: 's1', permission: 'full' }]);
  });

  it.each([
    [{ email: 'nobody' }, "Email 'nobody' is invalid"],
    [{ role: 'owner' }, "Role 'owner' is not a valid role"],
    [{ role: undefined }, "Role can't be blank"],
    [{ role: undefined, roles: [] }, "Role can't be blank"],
    [{ role: 'user', limit_services: true }, "Role 'user' is not allowed to be service limited"],
  ])('refuses %j with 400', (attributes, detail) => {
    const answer = post(attributes);
    expect(answer.status).toBe(400);
    expect(bodyOf(answer)).toEqual({ msg: 'Record invalid', detail });
    expect(controls.mails().size).toBe(0);
  });

  it('takes role ids instead of a role', () => {
    expect(post({ role: undefined, roles: ['roleId1'] }).status).toBe(200);
    expect(listed()[0].attributes).toMatchObject({ roles: ['roleId1'] });
  });

  it('refuses an unknown permission, a wrong body and another customer', () => {
    const unknown = wish({ role: 'engineer' }, [{ id: 's1', permission: 'everything' }]);
    expect(bodyOf(call('POST', '/invitations', unknown)).detail).toBe(
      "Permission 'everything' is not a valid permission",
    );
    expect(bodyOf(call('POST', '/invitations', '{'))).toMatchObject({ msg: 'Bad request' });
    expect(bodyOf(call('POST', '/invitations', '{"data":{}}'))).toMatchObject({ msg: 'Bad request' });
    expect(call('POST', '/invitations', wish({}, [], 'anotherCustomer')).status).toBe(403);
  });
});

describe('somebody who is invited or a user already', () => {
  it.each<[string, Partial<Behaviour>, () => void, number]>([
    ['pending', {}, () => undefined, 409],
    ['pending, duplicates allowed', { duplicate: 'second_invitation' }, () => undefined, 200],
    ['expired', {}, () => controls.expire('ada@example.com'), 409],
    [
      'expired, not in the way',
      { duplicateOfExpired: 'second_invitation' },
      () => controls.expire('ada@example.com'),
      200,
    ],
    ['accepted', {}, () => controls.accept('ada@example.com'), 409],
    ['accepted, not in the way', { inviteMember: 'invited' }, () => controls.accept('ada@example.com'), 200],
    ['deleted', {}, () => controls.removeInvitation('ada@example.com'), 200],
  ])('%s: whatever the case of the address', (_name, behaviour, meanwhile, status) => {
    open(behaviour);
    post();
    meanwhile();
    const again = post({ email: 'ADA@example.com' });
    expect(again.status).toBe(status);
    expect(controls.mails().get('ada@example.com')).toBe(status === 200 ? 2 : 1);
    if (status === 409) expect(bodyOf(again).msg).toBe('Duplicate record');
  });
});

describe('the end of an invitation', () => {
  it('DELETE answers 204 without a body, then 404', () => {
    post();
    const { id } = listed()[0];
    expect(call('DELETE', `/invitations/${id}`)).toMatchObject({ status: 204, body: '' });
    const again = call('DELETE', `/invitations/${id}`);
    expect(again.status).toBe(404);
    expect(bodyOf(again)).toEqual({ msg: 'Record not found', detail: `Cannot find invitation '${id}'` });
    expect(listed()).toEqual([]);
  });

  it('DELETE may answer 200 with a body', () => {
    open({ deleteStatus: 200 });
    post();
    expect(call('DELETE', `/invitations/${listed()[0].id}`)).toMatchObject({
      status: 200,
      body: '{"status":"ok"}',
    });
  });

  it('expires seven days after it was sent, and stays listed as inactive', () => {
    post();
    now += 7 * DAY_MS;
    expect(listed()[0].attributes.status_code).toBe(1);
    now += 1;
    expect(listed()[0].attributes.status_code).toBe(0);
    expect(() => controls.accept('ada@example.com')).toThrow('An expired invitation cannot be accepted');
  });

  it.each<[Partial<Behaviour>, readonly number[]]>([
    [{ expired: 'hidden' }, []],
    [{ expiredStatusCode: 1 }, [1]],
  ])('expired with %j', (behaviour, statusCodes) => {
    open(behaviour);
    post();
    controls.expire('ada@example.com');
    expect(
      listed().map((item: { attributes: { status_code: number } }) => item.attributes.status_code),
    ).toEqual(statusCodes);
  });

  it('accepting makes a member with the role, and takes the invitation out of the list', () => {
    post({ role: 'engineer', email: 'Ada@example.com' });
    controls.accept('ada@EXAMPLE.com');
    expect(listed()).toEqual([]);
    const users = call('GET', `/customer/${CUSTOMER}/users`);
    expect(users.headers).not.toHaveProperty('fastly-ratelimit-remaining');
    expect(bodyOf(users)).toMatchObject([{ login: 'Ada@example.com', role: 'engineer', locked: null }]);
    expect(() => controls.accept('ada@example.com')).toThrow('no open invitation');
  });

  it('ended ones may stay listed', () => {
    open({ accepted: 'listed', deleted: 'listed' });
    post();
    controls.accept('ada@example.com');
    post({ email: 'bob@example.com' });
    controls.removeInvitation('bob@example.com');
    expect(listed()).toMatchObject([
      { attributes: { email: 'bob@example.com', deleted_at: '2026-11-23T09:30:00Z' } },
      { attributes: { email: 'ada@example.com', deleted_at: null } },
    ]);
    expect(controls.invitations()).toEqual([]);
  });
});

describe('the quota', () => {
  const remaining = ({ headers }: SimulatedAnswer) => headers['fastly-ratelimit-remaining'];

  it('counts writes, failed ones too, and tells so on writes only', () => {
    const created = post();
    expect(remaining(created)).toBe('9');
    expect(created.headers['fastly-ratelimit-reset']).toBe(String(Date.UTC(2026, 10, 23, 10) / 1000));
    expect(created.headers.date).toBe('Mon, 23 Nov 2026 09:30:00 GMT');
    expect(remaining(post())).toBe('8');
    expect(remaining(call('GET', '/invitations'))).toBeUndefined();
    expect(remaining(call('DELETE', '/invitations/unknown'))).toBe('7');
    controls.spendQuota(3);
    expect(remaining(post({ role: 'owner' }))).toBe('3');
    expect([...controls.writes()]).toEqual([[Date.UTC(2026, 10, 23, 9), { us: 4, others: 3 }]]);
  });

  it('answers 429 when it is used up, does nothing then, and opens with the next full hour', () => {
    controls.spendQuota(10);
    const refused = post();
    expect(refused.status).toBe(429);
    expect(remaining(refused)).toBe('0');
    expect(bodyOf(refused).msg).toMatch(/^You have exceeded your hourly rate limit/);
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(controls.rateLimited()).toBe(1);
    expect(controls.mails().size).toBe(0);
    expect(call('GET', '/invitations').status).toBe(200);
    now = Date.UTC(2026, 10, 23, 10) - 1;
    expect(post().status).toBe(429);
    now += 1;
    expect(post().status).toBe(200);
  });

  it('may keep quiet about itself, limit reads and name a time to wait', () => {
    open({ quotaHeaders: false, limitsReads: true, retryAfter: true });
    expect(remaining(post())).toBeUndefined();
    controls.spendQuota(9);
    expect(call('GET', '/invitations')).toMatchObject({ status: 429, headers: { 'retry-after': '1800' } });
  });
});

describe('the token', () => {
  it.each(['wrong', undefined])('%p is refused with 401 and costs nothing', (key) => {
    const answer = account.handle({
      method: 'POST',
      path: '/invitations',
      query: new URLSearchParams(),
      headers: { 'fastly-key': key },
      body: wish({}),
    });
    expect(answer.status).toBe(401);
    expect(bodyOf(answer)).toEqual({ msg: 'Provided credentials are missing or invalid' });
    expect(controls.writes().size).toBe(0);
  });

  it('can be revoked and restored', () => {
    controls.revokeToken();
    expect(call('GET', '/tokens/self').status).toBe(401);
    controls.restoreToken();
    expect(bodyOf(call('GET', '/tokens/self'))).toMatchObject({
      customer_id: CUSTOMER,
      scope: 'global',
      scopes: ['global'],
      expires_at: null,
    });
  });

  it('that may only read gets 403 on writes', () => {
    open({}, { scopes: ['global:read'] });
    expect(call('GET', '/invitations').status).toBe(200);
    const answer = post();
    expect(answer.status).toBe(403);
    expect(bodyOf(answer).msg).toBe('Read only tokens are not allowed to access this endpoint.');
  });
});

it.each([
  ['GET', '/'],
  ['GET', '/customer/another/users'],
  ['PUT', '/invitations/x'],
  ['POST', '/customer'],
  ['DELETE', '/invitations'],
])('%s %s is not found', (method, path) => {
  expect(call(method, path).status).toBe(404);
});
