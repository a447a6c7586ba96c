/** Before anything is claimed: is there a token, whose is it, and what may it do? */

import type { TokenInfo } from './answer.ts';
import type { Issue } from './record.ts';
import type { RunPointer } from './run.ts';
import type { Session } from './session.ts';
import type { FastlyReader } from './sync-deps.ts';

const DAY_MS = 24 * 3600 * 1000;
const EXPIRY_WARNING_DAYS = 14;

export type Preflight =
  | { readonly fastly: FastlyReader; readonly customerId: string; readonly warnings: readonly string[] }
  | { readonly issues: readonly Issue[] };

const refused = (code: string, message: string): Preflight => ({ issues: [{ code, message }] });

/** The scope a token needs to write; `global:read` only reads. */
const canWrite = ({ scopes }: TokenInfo): boolean => scopes.includes('global');

const expiryWarnings = ({ expiresAt }: TokenInfo, now: number): string[] => {
  if (expiresAt === undefined || expiresAt - now > EXPIRY_WARNING_DAYS * DAY_MS) return [];
  return [`the token expires at ${new Date(expiresAt).toISOString()}: replace it before then`];
};

/** Throws when Fastly can't be asked now, as that may pass. */
export const preflight = async (
  { deps, request }: Session,
  pointer: RunPointer | undefined,
): Promise<Preflight> => {
  const connected = await deps.connect(request.account);
  if ('problem' in connected) return refused('no_token', connected.problem);
  const answer = await connected.fastly.readToken();
  if (!answer.ok) {
    const { kind, message } = answer.failure;
    if (kind === 'unavailable' || kind === 'rate_limited') throw new Error(message);
    return refused('token_refused', `Fastly does not accept the token: ${message}`);
  }
  const token = answer.value;
  if (pointer !== undefined && pointer.customerId !== token.customerId) {
    const message = `the token belongs to customer ${token.customerId}, but ${request.account} was last run for ${pointer.customerId}: put the right token in place, or remove state/${request.account}/ if the change is meant`;
    return refused('other_customer', message);
  }
  if (request.mode === 'apply' && !canWrite(token)) {
    const message = `the token has the scope "${token.scopes.join(' ')}" and can plan but not apply: create one with the scope "global"`;
    return refused('token_read_only', message);
  }
  return {
    fastly: connected.fastly,
    customerId: token.customerId,
    warnings: expiryWarnings(token, deps.now()),
  };
};
