/** `GET /invitations` and `GET /customer/{id}/users`. */

import { DAY_MS } from '../../lib/domain/time.ts';
import { json, jsonApi, refusal, type SimulatedAnswer, type SimulatedRequest, timestamp } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { shownAccess } from './shown.ts';
import type { SimulatedInvitation, SimulatedMember } from './state.ts';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

export const isExpired = (invitation: SimulatedInvitation, behaviour: Behaviour, now: number): boolean =>
  invitation.expired === true || now - invitation.createdAt > behaviour.invitationTtlDays * DAY_MS;

/** Whether it stays in the list after its end, under the switches. */
export const isListed = ({ end }: SimulatedInvitation, behaviour: Behaviour): boolean =>
  end === undefined || behaviour[end] === 'listed';

export const newestFirst = (invitations: Iterable<SimulatedInvitation>): SimulatedInvitation[] =>
  // Reversed first, so that of two from the same instant the later one is on top.
  [...invitations].reverse().sort((a, b) => b.createdAt - a.createdAt);

export const inOrder = (
  invitations: Iterable<SimulatedInvitation>,
  { listOrder }: Behaviour,
): SimulatedInvitation[] => {
  if (listOrder === 'by_id') return [...invitations].sort((a, b) => (a.id < b.id ? -1 : 1));
  const newest = newestFirst(invitations);
  return listOrder === 'newest_first' ? newest : newest.reverse();
};

export const renderInvitation = (
  invitation: SimulatedInvitation,
  { behaviour, customerId, now }: { behaviour: Behaviour; customerId: string; now: number },
) => {
  const { id, email, services, createdAt, end, endedAt } = invitation;
  const over = end !== undefined || isExpired(invitation, behaviour, now);
  return {
    id,
    type: 'invitation',
    attributes: {
      created_at: timestamp(createdAt),
      email,
      deleted_at: end === 'deleted' && endedAt !== undefined ? timestamp(endedAt) : null,
      status_code: over ? behaviour.expiredStatusCode : 1,
      updated_at: timestamp(endedAt ?? createdAt),
      ...shownAccess(invitation, behaviour),
    },
    relationships: {
      customer: { data: { id: customerId, type: 'customer' } },
      // Ids only: what is permitted on which service can't be read back.
      service_invitations: {
        data: services.map((_, index) => ({ id: `${id}S${index}`, type: 'service_invitation' })),
      },
    },
  };
};

const wholeNumber = (text: string | null, fallback: number): number =>
  text === null ? fallback : /^\d{1,9}$/.test(text) ? Number(text) : 0;

const linksOf = (request: SimulatedRequest, current: number, size: number, totalPages: number) => {
  const host = request.headers.host;
  const base = host === undefined ? 'https://api.fastly.com' : `http://${host}`;
  const link = (page: number) => `${base}${request.path}?page%5Bnumber%5D=${page}&page%5Bsize%5D=${size}`;
  if (totalPages === 1) return { last: link(1) };
  return {
    first: link(1),
    last: link(totalPages),
    ...(current > 1 && { prev: link(current - 1) }),
    ...(current < totalPages && { next: link(current + 1) }),
  };
};

/** A page beyond the last one is empty, with the true totals. */
export const pageAnswer = (
  request: SimulatedRequest,
  listed: readonly SimulatedInvitation[],
  context: { behaviour: Behaviour; customerId: string; now: number },
): SimulatedAnswer => {
  const current = wholeNumber(request.query.get('page[number]'), 1);
  const asked = wholeNumber(request.query.get('page[size]'), DEFAULT_PAGE_SIZE);
  const tooLarge = asked > MAX_PAGE_SIZE && context.behaviour.pageSizeAboveMax === 'refused';
  if (current < 1 || asked < 1 || tooLarge)
    return refusal(400, 'Bad request', 'page[number] or page[size] is out of range');
  const size = Math.min(asked, MAX_PAGE_SIZE);
  const totalPages = Math.max(1, Math.ceil(listed.length / size));
  const shown = listed.slice((current - 1) * size, current * size);
  return jsonApi({
    data: shown.map((invitation) => renderInvitation(invitation, context)),
    links: linksOf(request, current, size, totalPages),
    meta: {
      current_page: current,
      per_page: size,
      record_count: listed.length,
      total_pages: totalPages,
    },
  });
};

/** A bare array without pages; what is not set is null, as recorded. */
export const usersAnswer = (
  members: Iterable<SimulatedMember>,
  { behaviour, customerId }: { behaviour: Behaviour; customerId: string },
): SimulatedAnswer =>
  json(
    Array.from(members, (member) => ({
      id: member.id,
      created_at: timestamp(member.createdAt),
      updated_at: timestamp(member.createdAt),
      name: member.login.split('@')[0],
      customer_id: customerId,
      require_new_password: null,
      login: member.login,
      deleted_at: null,
      locked: member.locked ? true : null,
      two_factor_auth_enabled: null,
      ...shownAccess(member, behaviour),
      last_active_at: null,
    })),
  );
