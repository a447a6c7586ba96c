/** All invitations are listed: by our client, or by the official one, page by page, as it has no other way. */

import { measured } from './measured.ts';
import { connectOfficialClient } from './official-client.ts';
import { connect } from './runtime.ts';

export type ListOptions = {
  readonly way: 'ours' | 'official';
  readonly url: string;
  readonly invitations: number;
  /** A smaller account, listed first: that warms the compiled code, but opens no connection to the account measured. */
  readonly warmUpUrl: string;
};

const PAGE_SIZE = 100;

const WAYS: Readonly<Record<ListOptions['way'], (url: string) => Promise<readonly unknown[]>>> = {
  ours: async (url) => {
    const answer = await connect(url).listInvitations();
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.invitations;
  },
  official: async (url) => {
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
  },
};

await measured<ListOptions>(
  async ({ way, url, invitations }) => {
    const listed = await WAYS[way](url);
    if (listed.length !== invitations) throw new Error(`${listed.length} invitations were listed`);
  },
  ({ way, warmUpUrl }) => WAYS[way](warmUpUrl),
);
