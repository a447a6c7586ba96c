/** One Fastly account: its token, and whether its state can be read. */

import type { FastlyClient } from '../../lib/fastly/client.ts';
import type { TokenInfo } from '../../lib/ports/fastly.ts';
import { failed, ok, type Verdict } from './report.ts';

/** `secure`: stored as a SecureString. */
type StoredToken = { readonly token: string; readonly secure: boolean } | { readonly problem: string };

export type TokenReader = {
  /** The parameter `<prefix>/<account>/token`. `problem` says what to do, too. */
  readToken(prefix: string, account: string): Promise<StoredToken>;
};

/** The value is the token, the text never contains it. */
export const checkTokenParameter = async (
  reader: TokenReader,
  prefix: string,
  account: string,
): Promise<Verdict<string>> => {
  const stored = await reader.readToken(prefix, account);
  if ('problem' in stored) return { state: 'failed', found: stored.problem };
  const name = `${prefix}/${account}/token`;
  return stored.secure
    ? ok(`${name} is a SecureString`, stored.token)
    : failed(
        `${name} is stored in clear`,
        'Store it again with --type SecureString: docs/runbook.md#rotate-a-token',
        stored.token,
      );
};

const DAY_MS = 24 * 3600 * 1000;
/** As the planner warns. */
const EXPIRY_WARNING_DAYS = 14;

const expiryOf = ({ expiresAt }: TokenInfo, now: number): string => {
  if (expiresAt === undefined) return 'does not expire';
  const days = Math.floor((expiresAt - now) / DAY_MS);
  const hurry = days <= EXPIRY_WARNING_DAYS ? ': replace it before then' : '';
  return `expires at ${new Date(expiresAt).toISOString()}, in ${days} days${hurry}`;
};

const ROTATE = 'Store another one: docs/runbook.md#rotate-a-token';

/** The value is the token's customer. */
export const checkRights = async (
  client: Pick<FastlyClient, 'readToken'>,
  now: number,
): Promise<Verdict<string>> => {
  const answer = await client.readToken();
  if (!answer.ok) return failed(answer.failure.message, ROTATE);
  const { scopes, customerId } = answer.value;
  const scope = `scope "${scopes.join(' ')}"`;
  return scopes.includes('global')
    ? ok(`${scope}, customer ${customerId}, ${expiryOf(answer.value, now)}`, customerId)
    : failed(
        `${scope} can plan but not apply`,
        'Create a token with the scope "global": docs/runbook.md#first-deployment',
        customerId,
      );
};

export const checkListing = async (
  client: Pick<FastlyClient, 'listInvitations' | 'listMembers'>,
  customerId: string,
): Promise<Verdict> => {
  const remedy = 'Look again in a minute; if it stays so, ask Fastly with this sentence';
  const invitations = await client.listInvitations();
  if (!invitations.ok) return failed(invitations.failure.message, remedy);
  const members = await client.listMembers(customerId);
  if (!members.ok) return failed(members.failure.message, remedy);
  const inactive = invitations.value.invitations.filter(({ active }) => !active).length;
  return ok(
    `whole: ${invitations.value.invitations.length} invitations, ${inactive} of them not active, ${members.value.length} users`,
  );
};
