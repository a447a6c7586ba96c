import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Email } from '../../lib/domain/invitation.ts';
import { encodeInvitation } from '../../lib/fastly/json-api.ts';
import { type Account, createAccount } from '../../local/simulator/account.ts';
import type { SimulatedAnswer } from '../../local/simulator/answers.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import { type Controls, createControls } from '../../local/simulator/controls.ts';
import { INTERMEDIARY_ANSWERS } from '../support/intermediary-answers.ts';
import { startSimulator } from '../support/simulator.ts';

const HOUR_MS = 3600 * 1000;
const START = Date.UTC(2026, 10, 23, 9, 30);
const CUSTOMER = 'exampleCustomer0000001';
const USER = { role: 'user', limitServices: false, services: [] } as const;

let now: number;
let account: Account;
let controls: Controls;

const open = (behaviour: Partial<Behaviour> = {}): void => {
  now = START;
  account = createAccount({
    token: 'secret',
    customerId: CUSTOMER,
    scopes: ['global'],
    quotaPerHour: 20,
    windowMs: HOUR_MS,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
    now: () => now,
    record: () => undefined,
  });
  controls = createControls(account);
};
beforeEach(() => open());

const call = (method: string, url: string, body = ''): SimulatedAnswer => {
  const { pathname, searchParams } = new URL(url, 'http://simulated.example.com');
  const headers = { 'fastly-key': 'secret' };
  return account.handle({ method, path: pathname, query: searchParams, headers, body });
};

const post = (name: string, customerId = CUSTOMER): SimulatedAnswer =>
  call('POST', '/invitations', encodeInvitation(customerId, `${name}@example.com` as Email, USER));

const dataOf = ({ body }: SimulatedAnswer) => JSON.parse(body).data;
const accessOf = ({ role, roles, limit_services }: Record<string, unknown>) => ({
  role,
  roles,
  limit_services,
});
const listed = () => dataOf(call('GET', '/invitations?page[size]=100'));

describe('access that is shown otherwise than it was asked for', () => {
  const roleIds = { roles: ['id1', 'id2'], limitServices: false };
  const engineer = {
    role: 'engineer',
    limitServices: true,
    services: [{ id: 's1', permission: 'purge_all' }],
  };

  it.each<[Partial<Behaviour>, object, object]>([
    [
      {},
      { role: 'engineer', roles: undefined, limit_services: true },
      { role: undefined, roles: ['id1', 'id2'], limit_services: false },
    ],
    [{ shownRole: 'derived' }, { role: 'engineer' }, { role: 'user', roles: ['id1', 'id2'] }],
    [{ shownRole: 'capitalised' }, { role: 'Engineer' }, { role: undefined }],
    [{ shownRole: 'user' }, { role: 'user' }, { role: undefined }],
    [{ shownRole: 'dropped' }, { role: undefined }, { role: undefined }],
    [
      { shownRoles: 'derived' },
      { role: 'engineer', roles: ['roleIdOfengineer'] },
      { role: undefined, roles: ['id1', 'id2'] },
    ],
    [
      { shownRoles: 'objects' },
      { roles: undefined },
      {
        roles: [
          { id: 'id1', name: 'Role id1' },
          { id: 'id2', name: 'Role id2' },
        ],
      },
    ],
    [{ shownRoles: 'reversed' }, { roles: undefined }, { roles: ['id2', 'id1'] }],
    [{ shownRoles: 'upper_case' }, { roles: undefined }, { roles: ['ID1', 'ID2'] }],
    [
      { shownRoles: 'one_more' },
      { role: 'engineer', roles: ['ngwaf_user_imported'] },
      { roles: ['id1', 'id2', 'ngwaf_user_imported'] },
    ],
    [{ shownRoles: 'dropped' }, { role: 'engineer', roles: undefined }, { roles: undefined }],
    [{ shownLimit: 'derived' }, { limit_services: true }, { limit_services: false }],
    [{ shownLimit: 'always' }, { limit_services: true }, { limit_services: true }],
    [{ shownLimit: 'dropped' }, { limit_services: undefined }, { limit_services: undefined }],
  ])('%j', (behaviour, shownEngineer, shownIds) => {
    open(behaviour);
    controls.seed({
      invitations: [
        { email: 'ids@example.com', ...roleIds },
        { email: 'engineer@example.com', ...engineer },
      ],
      members: [
        { login: 'engineer@example.com', ...engineer },
        { login: 'ids@example.com', ...roleIds },
      ],
    });
    const invitations = listed().map(({ attributes }: { attributes: Record<string, unknown> }) =>
      accessOf(attributes),
    );
    expect(invitations).toMatchObject([shownEngineer, shownIds]);
    const users = JSON.parse(call('GET', `/customer/${CUSTOMER}/users`).body).map(accessOf);
    // Which services a user may work on is another list, so that nothing derives from it.
    const { limit_services: _limit, ...shown } = shownEngineer as Record<string, unknown>;
    expect(users).toMatchObject([shown, shownIds]);
    expect(controls.invitations()).toMatchObject([engineer, roleIds]);
  });

  it('is also what the POST answers', () => {
    open({ shownRole: 'capitalised' });
    expect(dataOf(post('ada')).attributes.role).toBe('User');
  });
});

describe('quota headers', () => {
  const told = ({ headers }: SimulatedAnswer) => [
    headers['fastly-ratelimit-remaining'],
    headers['fastly-ratelimit-reset'],
  ];
  const END = Date.UTC(2026, 10, 23, 10) / 1000;

  it.each<[Behaviour['quotaReset'], number]>([
    ['past', END - 7200],
    ['far_future', END + 3_600_000],
    ['milliseconds', END * 1000],
  ])('may name a reset that can not be: %s', (quotaReset, reset) => {
    open({ quotaReset });
    expect(told(post('ada'))).toEqual(['19', String(reset)]);
  });

  it('may come twice', () => {
    open({ repeatedQuotaHeaders: true });
    expect(told(post('ada'))).toEqual(['19, 19', `${END}, ${END}`]);
  });

  it('may come with some answers only, and those tell the truth', () => {
    open({ quotaHeaders: 'some' });
    const remaining = Array.from({ length: 20 }, (_, index) => told(post(`p${index}`))[0]);
    const withHeaders = remaining.filter((value) => value !== undefined);
    expect(withHeaders.length).toBeGreaterThan(5);
    expect(withHeaders.length).toBeLessThan(15);
    for (const value of withHeaders) expect(remaining[19 - Number(value)]).toBe(value);
  });

  it('may end from some moment on', () => {
    expect(told(post('ada'))[0]).toBe('19');
    controls.behave({ quotaHeaders: false });
    expect(told(post('bob'))[0]).toBeUndefined();
    expect(controls.writes().get(Date.UTC(2026, 10, 23, 9))).toEqual({ us: 2, others: 0 });
  });
});

describe('the list', () => {
  const emailsOf = (answer: SimulatedAnswer): string[] =>
    dataOf(answer).map(({ attributes }: { attributes: { email: string } }) => attributes.email);

  it.each<[Behaviour['listOrder'], readonly string[]]>([
    ['newest_first', ['cleo', 'bob', 'ada']],
    ['oldest_first', ['ada', 'bob', 'cleo']],
  ])('%s', (listOrder, names) => {
    open({ listOrder });
    for (const name of ['ada', 'bob', 'cleo']) post(name);
    expect(emailsOf(call('GET', '/invitations'))).toEqual(names.map((name) => `${name}@example.com`));
  });

  it('by id', () => {
    open({ listOrder: 'by_id' });
    for (const name of ['ada', 'bob', 'cleo']) post(name);
    const ids = listed().map(({ id }: { id: string }) => id);
    expect(ids).toEqual(ids.toSorted());
  });

  it('may be late, until it is not any more', () => {
    open({ listingLagMs: 1000 });
    post('ada');
    now += 999;
    expect(listed()).toEqual([]);
    now += 1;
    expect(listed()).toHaveLength(1);
    controls.behave({ listingLagMs: 0 });
    post('bob');
    expect(listed()).toHaveLength(2);
  });
});

it('a POST that names another customer is refused, or is one for the customer of the token', () => {
  expect(post('ada', 'anotherCustomer').status).toBe(403);
  controls.behave({ otherCustomer: 'ignored' });
  expect(post('ada', 'anotherCustomer').status).toBe(200);
  expect(controls.mails()).toEqual(new Map([['ada@example.com', 1]]));
});

describe('over HTTP', () => {
  it('people may act between any two requests', async () => {
    const people = ['ada', 'bob'].map((name) => ({ email: `${name}@example.com` }));
    const simulator = await startSimulator({
      onRequest: ({ path, query }) => {
        if (path === '/invitations' && query.get('page[number]') === '2') simulator.accept('bob@example.com');
      },
    });
    try {
      simulator.seed({ invitations: people });
      const emails = [];
      for (const page of [1, 2]) {
        const answer = await fetch(`${simulator.url}/invitations?page[size]=1&page[number]=${page}`, {
          headers: { 'fastly-key': simulator.token },
        });
        emails.push(...((await answer.json()) as { data: object[] }).data);
      }
      // One left, so that the other one moved to the page that had been read before.
      expect(emails).toMatchObject([{ attributes: { email: 'bob@example.com' } }]);
    } finally {
      await simulator.close();
    }
  });

  it.each(Object.entries(INTERMEDIARY_ANSWERS))(
    'an intermediary may answer instead of Fastly: %s, with the effect or without',
    async (_name, answer) => {
      const simulator = await startSimulator();
      try {
        for (const effect of [false, true]) {
          simulator.fault({ method: 'POST', answer, effect });
          const body = encodeInvitation(simulator.customerId, `effect-${effect}@example.com` as Email, USER);
          const headers = { 'fastly-key': simulator.token };
          const got = await fetch(`${simulator.url}/invitations`, { method: 'POST', headers, body });
          expect(got.status).toBe(200);
          expect(await got.text()).toBe(answer.body);
        }
        expect([...simulator.mails().keys()]).toEqual(['effect-true@example.com']);
      } finally {
        await simulator.close();
      }
    },
  );
});
