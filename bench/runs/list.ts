/** Our client lists all invitations. */

import { connect } from './connect.ts';
import { measured } from './measured.ts';

export type ListOptions = {
  readonly url: string;
  readonly invitations: number;
  /** A smaller account, listed first: that warms the compiled code, but opens no connection to the account measured. */
  readonly warmUpUrl: string;
};

const listAll = async (url: string): Promise<readonly unknown[]> => {
  const answer = await connect(url).listInvitations();
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value.invitations;
};

await measured<ListOptions>(
  async ({ url, invitations }) => {
    const listed = await listAll(url);
    if (listed.length !== invitations) throw new Error(`${listed.length} invitations were listed`);
  },
  ({ warmUpUrl }) => listAll(warmUpUrl),
);
