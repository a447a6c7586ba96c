import { describe, expect, it } from '@jest/globals';
import { json, wireInvitation, withScript } from './support.ts';

describe('what is on a page', () => {
  const read = async (...data: readonly object[]) => {
    let invitations: readonly object[] | undefined;
    const meta = { current_page: 1, per_page: 100, record_count: data.length, total_pages: 1 };
    await withScript(
      () => json({ data, meta }),
      async ({ client }) => {
        const result = await client.listInvitations();
        invitations = result.ok ? result.value.invitations : undefined;
      },
    );
    return invitations;
  };

  it('is translated into our words', async () => {
    expect(await read(wireInvitation(1, { email: ' Person1@Example.COM', role: 'engineer' }))).toEqual([
      {
        id: 'invitation000001',
        email: 'person1@example.com',
        role: 'engineer',
        roles: undefined,
        limitServices: false,
        active: true,
        createdAt: Date.UTC(2026, 10, 20, 8),
      },
    ]);
  });

  it('may hold roles that nobody knows, role ids in any order, and fields of another kind', async () => {
    expect(
      await read(
        wireInvitation(1, { role: 'ngwaf_user_imported' }),
        wireInvitation(2, { role: undefined, roles: ['b', 'a', 'b'] }),
        wireInvitation(3, {
          role: '',
          roles: null,
          limit_services: 'yes',
          created_at: 'yesterday',
          extra: [],
        }),
      ),
    ).toMatchObject([
      { role: 'ngwaf_user_imported', roles: undefined },
      { role: undefined, roles: ['a', 'b'] },
      { role: undefined, roles: undefined, limitServices: undefined, createdAt: undefined },
    ]);
  });

  it.each([
    [0, false],
    [1, true],
    [7, true],
    [undefined, true],
  ])('scenario 18: status_code %p means active: %p', async (status_code, active) => {
    expect(await read(wireInvitation(1, { status_code }))).toMatchObject([{ active }]);
  });

  it('scenario 18: deleted invitations count as records and are left out, even without an address', async () => {
    const deleted = wireInvitation(2, { deleted_at: '2026-11-21T08:00:00Z', email: null });
    expect(await read(wireInvitation(1), deleted)).toMatchObject([{ id: 'invitation000001' }]);
  });
});
