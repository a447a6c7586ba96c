import { describe, expect, it } from '@jest/globals';
import { FreshToken } from '../../lib/worker/fresh-token.ts';
import { Listing } from '../../lib/worker/listing.ts';
import { email, invitation, member, NOW } from '../support/build.ts';
import { WorkerWorld } from '../support/worker.ts';

const setUp = () => {
  const w = new WorkerWorld();
  const token = new FreshToken('acme', w.deps());
  const customers: string[] = [];
  const listMembers = w.fastly.listMembers.bind(w.fastly);
  Object.assign(w.fastly, {
    listMembers: (customerId: string) => {
      customers.push(customerId);
      return listMembers();
    },
  });
  return { w, customers, listing: new Listing(token, () => 'customer1', w.clock.now) };
};

describe('what Fastly lists', () => {
  it('is found by address', async () => {
    const { w, customers, listing } = setUp();
    const twice = [invitation('ada', { id: 'a' }), invitation('ada', { id: 'b' })];
    w.fastly.invitations = [...twice, invitation('bob')];
    w.fastly.members = [member('cyd')];
    const listed = await listing.any();
    if (!listed.ok) throw new Error(listed.failure.message);
    expect(listed.value.invitations.get(email('ada'))).toEqual(twice);
    expect([...listed.value.invitations.keys()]).toEqual([email('ada'), email('bob')]);
    expect([...listed.value.members]).toEqual([[email('cyd'), member('cyd')]]);
    expect(customers).toEqual(['customer1']);
  });

  it('at any time is read once', async () => {
    const { w, listing } = setUp();
    const [one, other] = await Promise.all([listing.any(), listing.any()]);
    w.clock.time += 1;
    expect(await listing.any()).toBe(one);
    expect(other).toBe(one);
    expect(w.reads()).toBe(1);
  });

  it.each([
    { name: 'an earlier reading will not do', after: NOW + 1, reads: 2 },
    { name: 'one that began at that very time neither', after: NOW, reads: 2 },
    { name: 'a later one will', after: NOW - 1, reads: 1 },
  ])('after a time: $name', async ({ after, reads }) => {
    const { w, listing } = setUp();
    await listing.any();
    w.clock.time += 2;
    await listing.after(after);
    expect(w.reads()).toBe(reads);
  });

  it('is the newer reading from then on', async () => {
    const { w, listing } = setUp();
    const first = await listing.any();
    w.clock.time += 1;
    const second = await listing.after(NOW);
    expect(second).not.toBe(first);
    expect(await listing.any()).toBe(second);
  });

  it('that could not be read is not read again for every job', async () => {
    const { w, listing } = setUp();
    w.fastly.fail('members', 'unavailable');
    expect(await listing.any()).toMatchObject({ ok: false, failure: { kind: 'unavailable' } });
    expect(await listing.any()).toMatchObject({ ok: false });
    expect(w.reads()).toBe(1);
  });
});
