/** What a person has at Fastly already, before or after a POST for them. */

import type { Invitation } from '../domain/invitation.ts';
import { isLive, newestFirst, shownDifferences } from '../domain/invitation-match.ts';
import type { CreateJob, ReplaceJob } from '../domain/job.ts';
import { CLOCK_TOLERANCE_MS } from '../domain/time.ts';
import type { AccountSession } from './account-session.ts';
import type { Listed } from './listing.ts';

/**
 * - `member` the person accepted an invitation
 * - `same` an invitation that gives what the job asks for
 * - `other` only invitations that show something else
 * - `none` neither, so a POST is due
 * - `moving` Fastly's list was changing for this person while it was read, so nobody knows
 *
 * What a replace cancels does not count, nor do invitations that had expired before the run began. One that was sent since
 * then counts, expired or not: an earlier delivery of the job may have sent it, and the person has its mail.
 */
export type ExistingAccess =
  | { readonly kind: 'member' | 'none' | 'moving' }
  | { readonly kind: 'same' | 'other'; readonly invitation: Invitation };

export const existingAccess = (
  { ports, fence }: AccountSession,
  job: CreateJob | ReplaceJob,
  { invitations, members, moving }: Listed,
): ExistingAccess => {
  const { email, access } = job;
  if (members.has(email)) return { kind: 'member' };
  if (moving.has(email)) return { kind: 'moving' };
  const replaced = new Set(job.action === 'replace' ? job.invitationIds : []);
  const isSinceRunBegan = ({ createdAt }: Invitation): boolean =>
    createdAt === undefined || createdAt >= fence.startedAt - CLOCK_TOLERANCE_MS;
  const counts = (invitation: Invitation): boolean =>
    !replaced.has(invitation.id) &&
    (isSinceRunBegan(invitation) || isLive(invitation, ports.rules.INVITATION_TTL_DAYS, ports.now()));
  const found = (invitations.get(email) ?? []).filter(counts).sort(newestFirst);
  const same = found.find((invitation) => shownDifferences(access, invitation).length === 0);
  if (same !== undefined) return { kind: 'same', invitation: same };
  const [other] = found;
  return other === undefined ? { kind: 'none' } : { kind: 'other', invitation: other };
};
