import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Access, type Email, PERMISSIONS } from '../../lib/domain/invitation.ts';
import { changeMessage, decodeJob, type Job } from '../../lib/domain/job.ts';
import { access, email, encodeJob } from '../support/build.ts';

const id = fc.stringMatching(/^[A-Za-z0-9]{1,22}$/);
const services = fc.array(fc.record({ id, permission: fc.constantFrom(...PERMISSIONS) }), { maxLength: 3 });
const accesses: fc.Arbitrary<Access> = fc
  .tuple(fc.oneof(id, fc.array(id, { minLength: 1, maxLength: 3 })), fc.boolean(), services)
  .map(([role, limitServices, granted]) =>
    typeof role === 'string'
      ? { role, limitServices, services: granted }
      : { roles: role, limitServices, services: granted },
  );
const run = fc.record({
  account: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  runId: id,
  generation: fc.integer({ min: 1, max: 1_000_000 }),
});
const emails = fc.emailAddress().map((address) => address.toLowerCase() as Email);
const ids = fc.array(id, { minLength: 1, maxLength: 3 });
const jobs: fc.Arbitrary<Job> = fc.oneof(
  fc.tuple(run, id, emails, accesses).map(
    ([r, customerId, address, a]): Job => ({
      ...r,
      action: 'create',
      customerId,
      email: address,
      access: a,
    }),
  ),
  fc
    .tuple(run, emails, ids)
    .map(([r, address, invitationIds]): Job => ({ ...r, action: 'delete', email: address, invitationIds })),
  fc.tuple(run, id, emails, accesses, ids).map(
    ([r, customerId, address, a, invitationIds]): Job => ({
      ...r,
      action: 'replace',
      customerId,
      email: address,
      access: a,
      invitationIds,
    }),
  ),
  run.map((r): Job => ({ ...r, action: 'finish' })),
);

describe('jobs', () => {
  it('survive the queue', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        expect(decodeJob(encodeJob(job).body)).toEqual({ job });
      }),
    );
  });

  it('keep their deduplication id when they are sent again, and say that they are', () => {
    const of = { account: 'acme', runId: 'r', generation: 42, customerId: 'c' };
    const change = { action: 'create' as const, email: email('thelma'), access: access() };
    const [first, second] = [changeMessage(of, change), changeMessage(of, change, true)];
    expect(second.deduplicationId).toBe(first.deduplicationId);
    expect(decodeJob(first.body)).not.toHaveProperty('job.resent');
    expect(decodeJob(second.body)).toHaveProperty('job.resent', true);
  });

  const run = { account: 'acme', runId: 'r', generation: 42 };
  const shared = { version: 1, account: 'acme', runId: 'r', generation: 42, email: 'thelma@example.com' };
  const services = [{ id: 's', permission: 'purge_all' as const }];
  it.each<{ name: string; job: Job; body: object }>([
    {
      name: 'create',
      job: {
        ...run,
        action: 'create',
        customerId: 'c',
        email: email('thelma'),
        access: access({ role: 'engineer', limitServices: true, services }),
      },
      body: { ...shared, action: 'create', customerId: 'c', role: 'engineer', limitServices: true, services },
    },
    {
      name: 'delete',
      job: { ...run, action: 'delete', email: email('thelma'), invitationIds: ['i', 'j'] },
      body: { ...shared, action: 'delete', invitationIds: ['i', 'j'] },
    },
    {
      name: 'replace',
      job: {
        ...run,
        action: 'replace',
        customerId: 'c',
        email: email('thelma'),
        access: { roles: ['a', 'b'], limitServices: false, services: [] },
        invitationIds: ['i'],
      },
      body: {
        ...shared,
        action: 'replace',
        customerId: 'c',
        invitationIds: ['i'],
        roles: ['a', 'b'],
        limitServices: false,
        services: [],
      },
    },
    {
      name: 'finish',
      job: { ...run, action: 'finish' },
      body: { version: 1, account: 'acme', runId: 'r', generation: 42, action: 'finish' },
    },
  ])('are written exactly as the contract says: $name', ({ job, body }) => {
    expect(JSON.parse(encodeJob(job).body)).toEqual(body);
  });

  it('carry nothing else of a planned change: no reason, no count', () => {
    const planned = {
      action: 'create' as const,
      email: email('thelma'),
      access: access(),
      reason: 'not_invited',
      mailNumber: 2,
    };
    const { body } = changeMessage({ ...run, customerId: 'c' }, planned);
    expect(Object.keys(JSON.parse(body)).sort()).toEqual([
      'account',
      'action',
      'customerId',
      'email',
      'generation',
      'limitServices',
      'role',
      'runId',
      'services',
      'version',
    ]);
  });

  it('go to their account, under an id that only generation, action, address and invitations make', () => {
    fc.assert(
      fc.property(jobs, jobs, (a, b) => {
        const key = (job: Job): string =>
          JSON.stringify([
            job.generation,
            job.action,
            job.action === 'finish' ? job.runId : job.email,
            'invitationIds' in job ? job.invitationIds : [],
          ]);
        expect(encodeJob(a).groupId).toBe(a.account);
        expect(encodeJob(a).deduplicationId === encodeJob(b).deduplicationId).toBe(key(a) === key(b));
      }),
    );
  });

  it('may carry fields of a later version', () => {
    const { body } = encodeJob({ account: 'acme', runId: 'r', generation: 1, action: 'finish' });
    expect(decodeJob(body.replace('{', '{"later":true,'))).toMatchObject({ job: { action: 'finish' } });
  });

  const good = {
    version: 1,
    account: 'acme',
    runId: 'r',
    generation: 42,
    action: 'replace',
    customerId: 'c',
    email: 'thelma@example.com',
    invitationIds: ['i'],
    role: 'engineer',
    limitServices: true,
    services: [{ id: 's', permission: 'full' }],
  };
  it.each([
    { name: 'a later version', more: { version: 2 }, field: 'version' },
    { name: 'an unknown action', more: { action: 'update' }, field: 'action' },
    { name: 'no action', more: { action: undefined }, field: 'action' },
    { name: 'an account that is none', more: { account: '../acme' }, field: 'account' },
    { name: 'no run', more: { runId: '' }, field: 'runId' },
    { name: 'a generation below 1', more: { generation: 0 }, field: 'generation' },
    { name: 'half a generation', more: { generation: 1.5 }, field: 'generation' },
    { name: 'no customer', more: { customerId: undefined }, field: 'customerId' },
    { name: 'an address that is none', more: { email: 'thelma' }, field: 'email' },
    { name: 'no invitation to cancel', more: { invitationIds: [] }, field: 'invitationIds' },
    { name: 'an id that is empty', more: { invitationIds: [''] }, field: 'invitationIds.0' },
    { name: 'an empty role', more: { role: '' }, field: 'role' },
    { name: 'no role ids', more: { role: undefined, roles: [] }, field: 'roles' },
    { name: 'no word about limits', more: { limitServices: undefined }, field: 'limitServices' },
    {
      name: 'a permission that is none',
      more: { services: [{ id: 's', permission: 'all' }] },
      field: 'services.0.permission',
    },
  ])('with $name are refused, naming the field', ({ more, field }) => {
    expect(decodeJob(JSON.stringify(good))).toHaveProperty('job');
    expect(decodeJob(JSON.stringify({ ...good, ...more }))).toEqual({
      problem: `the body is no job: "${field}" is missing or wrong`,
    });
  });

  it.each([
    { name: 'both', more: { roles: ['r1'] } },
    { name: 'neither', more: { role: undefined } },
  ])('need a role or role ids, not $name', ({ more }) => {
    const problem = 'exactly one of "role" and "roles" is needed';
    expect(decodeJob(JSON.stringify({ ...good, ...more }))).toEqual({ problem });
  });

  it.each([
    { body: '{', problem: 'the body is no job: it is not JSON' },
    { body: '[]', problem: 'the body is no job: it is not a JSON object' },
    { body: '7', problem: 'the body is no job: it has another shape' },
  ])('are not $body', ({ body, problem }) => {
    expect(decodeJob(body)).toEqual({ problem });
  });

  it('are refused without repeating what is in them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const decoded = decodeJob(body);
        expect(decoded).toHaveProperty('problem');
      }),
    );
  });
});
