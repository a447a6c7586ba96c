/** What a person has at Fastly already, before or after a POST for them. */

import type { Invitation } from '../domain/invitation.ts';
import { differingFields, isLive } from '../domain/invitation-match.ts';
import type { CreateJob, ReplaceJob } from '../domain/job.ts';
import type { AccountSession } from './account-session.ts';
import type { Listed } from './listing.ts';

/**
 * - `member` the person accepted an invitation
 * - `same` a live invitation that gives what the job asks for
 * - `other` only live invitations that give something else
 * - `none` neither, so a POST is due
 *
 * What a replace cancels does not count, nor do expired invitations.
 */
export type ExistingAccess = 'member' | 'same' | 'other' | 'none';

export const existingAccess = (
  { deps }: AccountSession,
  job: CreateJob | ReplaceJob,
  { invitations, members }: Listed,
): ExistingAccess => {
  const { email, access } = job;
  if (members.has(email)) return 'member';
  const replaced = new Set(job.action === 'replace' ? job.invitationIds : []);
  const counts = (invitation: Invitation): boolean =>
    !replaced.has(invitation.id) && isLive(invitation, deps.rules.INVITATION_TTL_DAYS, deps.now());
  const found = (invitations.get(email) ?? []).filter(counts);
  if (found.length === 0) return 'none';
  const isSame = (invitation: Invitation): boolean =>
    differingFields(access, invitation, undefined).length === 0;
  return found.some(isSame) ? 'same' : 'other';
};
