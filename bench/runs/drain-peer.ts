/** A loop over the official client: the same invitations, one after the other, and nothing else. */

import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { encodeInvitation } from '../../lib/fastly/json-api.ts';
import type { DrainOptions } from './drain.ts';
import { measured } from './measured.ts';
import { connectOfficialClient } from './official-client.ts';

const CUSTOMER_ID = 'simulatedCustomer00001';

const inviteAll = async (url: string, emails: readonly string[]): Promise<void> => {
  const client = connectOfficialClient(url);
  for (const email of emails) {
    const access = { role: 'user', limitServices: false, services: [] } as const;
    const invitation = JSON.parse(encodeInvitation(CUSTOMER_ID, normalizeEmail(email), access));
    await client.createInvitation({ invitation });
  }
};

await measured<DrainOptions>(
  ({ url, emails }) => inviteAll(url, emails),
  ({ warmUpUrl, warmUpEmails }) => inviteAll(warmUpUrl, warmUpEmails),
);
