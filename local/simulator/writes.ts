/** What a write does: `POST /invitations` and `DELETE /invitations/{id}`. */

import { sha256 } from '../../lib/domain/digest.ts';
import type { Account } from './account.ts';
import { json, jsonApi, noContent, refusal, type SimulatedAnswer, type SimulatedRequest } from './answers.ts';
import { parseWish } from './invite.ts';
import { isExpired, renderInvitation } from './listing.ts';
import { type AccountEvent, type AccountState, addressKey, type SimulatedInvitation } from './state.ts';

type Effect = { readonly answer: SimulatedAnswer; readonly events?: readonly AccountEvent[] };

/** As long as Fastly's, and the same in every run. */
export const simulatedId = (account: Pick<Account, 'options' | 'state'>, offset = 0): string =>
  sha256([account.options.customerId, String(account.state.made + offset)]).slice(0, 22);

/** The invitations of an address that nobody accepted or deleted. */
export const openInvitations = (state: AccountState, email: string): SimulatedInvitation[] =>
  (state.idsByAddress.get(addressKey(email)) ?? [])
    .map((id) => state.invitations.get(id))
    .filter((invitation) => invitation !== undefined)
    .filter(({ end }) => end === undefined);

const isDuplicate = ({ state, options }: Account, email: string): boolean => {
  const { behaviour } = options;
  const now = options.now();
  if (behaviour.inviteMember === 'refused' && state.members.has(addressKey(email))) return true;
  return openInvitations(state, email).some((invitation) =>
    isExpired(invitation, behaviour, now)
      ? behaviour.duplicateOfExpired === 'refused'
      : behaviour.duplicate === 'refused',
  );
};

const invite = (account: Account, body: string): Effect => {
  const { customerId, behaviour, now } = account.options;
  const parsed = parseWish(body, customerId, behaviour.otherCustomer);
  if ('refused' in parsed) return { answer: parsed.refused };
  const { wish } = parsed;
  if (isDuplicate(account, wish.email))
    return { answer: refusal(409, 'Duplicate record', `Duplicate invitation: '${wish.email}'`) };
  const invitation = { id: simulatedId(account), ...wish, createdAt: now() };
  const data = renderInvitation(invitation, { behaviour, customerId, now: now() });
  return { answer: jsonApi({ data }), events: [{ type: 'invited', invitation, mailed: true }] };
};

const cancel = ({ state, options }: Account, id: string): Effect => {
  const found = state.invitations.get(id);
  if (found === undefined || found.end !== undefined)
    return { answer: refusal(404, 'Record not found', `Cannot find invitation '${id}'`) };
  const answer = options.behaviour.deleteStatus === 204 ? noContent : json({ status: 'ok' });
  return { answer, events: [{ type: 'ended', id, at: options.now(), end: 'deleted' }] };
};

/** An answer and what it makes true. */
export const answerWrite = (account: Account, { method, path, body }: SimulatedRequest): Effect => {
  if (!account.options.scopes.includes('global'))
    return { answer: refusal(403, 'Read only tokens are not allowed to access this endpoint.') };
  if (method === 'POST' && path === '/invitations') return invite(account, body);
  const id = /^\/invitations\/([^/]+)$/.exec(path)?.[1];
  if (method === 'DELETE' && id !== undefined) return cancel(account, decodeURIComponent(id));
  return { answer: refusal(404, 'Record not found') };
};
