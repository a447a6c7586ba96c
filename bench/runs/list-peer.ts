/** The official client lists all invitations, page by page: it has no other way. */

import type { ListOptions } from './list.ts';
import { measured } from './measured.ts';
import { connectOfficialClient } from './official-client.ts';

const PAGE_SIZE = 100;

const listAll = async (url: string): Promise<readonly unknown[]> => {
  const client = connectOfficialClient(url);
  const invitations: unknown[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { response } = await client.listInvitationsWithHttpInfo({
      page_number: page,
      page_size: PAGE_SIZE,
    });
    invitations.push(...response.body.data);
    pages = response.body.meta.total_pages;
  }
  return invitations;
};

await measured<ListOptions>(
  async ({ url, invitations }) => {
    const listed = await listAll(url);
    if (listed.length !== invitations) throw new Error(`${listed.length} invitations were listed`);
  },
  ({ warmUpUrl }) => listAll(warmUpUrl),
);
