import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Access, type Email, PERMISSIONS } from '../../lib/domain/invitation.ts';
import { decodeJob, type Job } from '../../lib/domain/job.ts';
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

  it('are written exactly as the contract says', () => {
    const job: Job = {
      account: 'acme',
      runId: 'r',
      generation: 42,
      action: 'create',
      customerId: 'c',
      email: email('thelma'),
      access: access({
        role: 'engineer',
        limitServices: true,
        services: [{ id: 's', permission: 'purge_all' }],
      }),
    };
    expect(JSON.parse(encodeJob(job).body)).toEqual({
      version: 1,
      account: 'acme',
      customerId: 'c',
      runId: 'r',
      generation: 42,
      action: 'create',
      email: 'thelma@example.com',
      role: 'engineer',
      limitServices: true,
      services: [{ id: 's', permission: 'purge_all' }],
    });
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

  it('are refused without repeating what is in them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const decoded = decodeJob(body);
        expect(decoded).toHaveProperty('problem');
      }),
    );
  });
});
