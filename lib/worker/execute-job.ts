/** One job: which writes are made for it, and how it ends (docs/contract.md, “The worker”). */

import type { ChangeJob, CreateJob, DeleteJob, ReplaceJob } from '../domain/job.ts';
import { SECOND_MS } from '../domain/time.ts';
import { PLANNING_TIMEOUT_MS } from '../state/run-pointer.ts';
import type { AccountSession } from './account-session.ts';
import { type ExistingAccess, existingAccess } from './existing-access.ts';
import { again, done, failedToRead, failedToWrite, type JobEnd, type Step, sentWith } from './job-end.ts';
import type { Listed } from './listing.ts';
import type { WorkMessage } from './ports.ts';
import type { Reservation } from './quota-gate.ts';
import { MOVING, sendInvitation, type UnknownEffect } from './resolve-unknown.ts';

/** Pauses before a DELETE is repeated at once, which is safe: for a short disturbance, not for an outage. */
const DELETE_RETRY_DELAYS_MS = [SECOND_MS / 2, (3 * SECOND_MS) / 2];

/** A job at work. */
type Work<J extends ChangeJob> = {
  readonly session: AccountSession;
  readonly job: J;
  readonly reservation: Reservation;
  /** An earlier delivery may have written already, so Fastly's list is read before anything is written. */
  readonly redelivered: boolean;
};

/**
 * What Fastly lists. One reading serves all jobs of an invocation that ask before they write. `after`, in milliseconds
 * since 1970: what the job learned then is not in an earlier reading.
 */
const list = async ({ session, job }: Work<ChangeJob>, after?: number): Promise<Step<Listed>> => {
  const listed = await (after === undefined ? session.listing.any() : session.listing.after(after));
  if (listed.ok) return { value: listed.value };
  const { kind, message } = listed.failure;
  return {
    end: kind === 'unauthorized' ? await session.halting.haltRun(job, message) : failedToRead(message),
  };
};

const ANOTHER_PENDING =
  'another invitation for this address is pending, with other access; the next plan will replace it';

/** How a job ends without a POST, given what its person has; undefined when the POST is due. */
const endWithoutPost = (existing: ExistingAccess, redelivered: boolean): JobEnd | undefined => {
  switch (existing.kind) {
    case 'none':
      return undefined;
    case 'moving':
      return failedToRead(MOVING);
    case 'member':
      return done('already_member');
    case 'same':
      return {
        ...done('already_invited'),
        invitationId: existing.invitation.id,
        ...sentWith(existing.invitation),
      };
    case 'other':
      // Somebody else sent it, or an earlier delivery did and Fastly shows it otherwise. Then it was a mail, and it counts.
      return {
        ...done('rejected', ANOTHER_PENDING),
        ...(redelivered && { mayHaveSent: true as const, ...sentWith(existing.invitation) }),
      };
  }
};

/** The POST, unless Fastly lists something that makes it needless. */
const inviteUnlessListed = async (
  work: Work<CreateJob | ReplaceJob>,
  after?: number,
): Promise<JobEnd | UnknownEffect> => {
  const listed = await list(work, after);
  if ('end' in listed) return listed.end;
  const existing = existingAccess(work.session, work.job, listed.value);
  return (
    endWithoutPost(existing, work.redelivered) ??
    (await sendInvitation(work.session, work.job, work.reservation))
  );
};

const create = async (work: Work<CreateJob>): Promise<JobEnd | UnknownEffect> =>
  work.redelivered
    ? await inviteUnlessListed(work)
    : await sendInvitation(work.session, work.job, work.reservation);

/** One DELETE with its quick retries: whether the invitation was still there, or how the job ends instead. */
const cancel = async (
  { session, job, reservation }: Work<DeleteJob | ReplaceJob>,
  id: string,
): Promise<Step<'deleted' | 'gone'>> => {
  for (let attempt = 0; ; attempt += 1) {
    const written = await session.write(job, reservation, (fastly) => fastly.deleteInvitation(id));
    if ('end' in written) return written;
    if (written.value.ok) return { value: 'deleted' };
    const { kind, message } = written.value.failure;
    if (kind === 'gone') return { value: 'gone' };
    if (kind !== 'unavailable') return { end: done('rejected', message) };
    const delayMs = DELETE_RETRY_DELAYS_MS[attempt];
    if (delayMs === undefined) return { end: failedToWrite(message) };
    await session.ports.sleep(delayMs);
  }
};

/** Which of a job's invitations Fastly still lists. */
const stillListed = ({ invitations }: Listed, { email, invitationIds }: DeleteJob | ReplaceJob) =>
  invitationIds.filter((id) => invitations.get(email)?.some((invitation) => invitation.id === id));

const remove = async (work: Work<DeleteJob>): Promise<JobEnd> => {
  let ids: readonly string[] = work.job.invitationIds;
  // A DELETE of what is gone costs a write as well. With little quota left each time, a job of many invitations would
  // spend it on those it deleted before, and never reach the others.
  if (work.redelivered && ids.length > 1) {
    const listed = await list(work);
    if ('end' in listed) return listed.end;
    ids = stillListed(listed.value, work.job);
  }
  let anyDeleted = false;
  for (const id of ids) {
    const cancelled = await cancel(work, id);
    if ('end' in cancelled) return cancelled.end;
    anyDeleted ||= cancelled.value === 'deleted';
  }
  return done(anyDeleted ? 'deleted' : 'already_gone');
};

/** Which invitations a replace has to cancel: all, or what an earlier delivery left. None of a member's. */
const idsToCancel = async (work: Work<ReplaceJob>): Promise<Step<readonly string[]>> => {
  const { job, session, redelivered } = work;
  if (!redelivered) return { value: job.invitationIds };
  const listed = await list(work);
  if ('end' in listed) return listed;
  const existing = existingAccess(session, job, listed.value);
  if (existing.kind === 'member') return { end: done('already_member') };
  return existing.kind === 'moving'
    ? { end: failedToRead(MOVING) }
    : { value: stillListed(listed.value, job) };
};

const replace = async (work: Work<ReplaceJob>): Promise<JobEnd | UnknownEffect> => {
  const ids = await idsToCancel(work);
  if ('end' in ids) return ids.end;
  let goneAt: number | undefined;
  for (const id of ids.value) {
    const cancelled = await cancel(work, id);
    if ('end' in cancelled) return cancelled.end;
    if (cancelled.value === 'gone') goneAt = work.session.ports.now();
  }
  // An invitation that is gone may have been accepted: only a reading after that tells. One delivered before may have
  // sent the new invitation already.
  return goneAt !== undefined || work.redelivered
    ? await inviteUnlessListed(work, goneAt)
    : await sendInvitation(work.session, work.job, work.reservation);
};

const carryOut = async (
  session: AccountSession,
  job: ChangeJob,
  reservation: Reservation,
  redelivered: boolean,
): Promise<JobEnd | UnknownEffect> => {
  switch (job.action) {
    case 'create':
      return await create({ session, job, reservation, redelivered });
    case 'delete':
      return await remove({ session, job, reservation, redelivered });
    case 'replace':
      return await replace({ session, job, reservation, redelivered });
  }
};

const writesOf = (job: ChangeJob, perDelete: number): number =>
  job.action === 'create' ? 1 : job.invitationIds.length * perDelete + (job.action === 'replace' ? 1 : 0);

/** The most writes that one delivery of a job can make, quick retries included. */
export const mostWritesOf = (job: ChangeJob): number => writesOf(job, 1 + DELETE_RETRY_DELAYS_MS.length);

/**
 * Writes that must be free before a job starts. A replace has to have all of its own: interrupted half-way it leaves
 * somebody without any invitation. A delete may stop between two of its invitations.
 */
const writesToReserve = (job: ChangeJob): number => (job.action === 'replace' ? writesOf(job, 1) : 1);

/**
 * Whether an earlier delivery may have written already: of this message, or of the message that it was before somebody
 * sent it back from the dead-letter queue, which starts the count of deliveries again. Such a message is younger than
 * any that the planner sent, as the planner can't run for longer than `PLANNING_TIMEOUT_MS`.
 */
const mayHaveWritten = (
  { receives, sentAt = 0 }: Pick<WorkMessage, 'receives' | 'sentAt'>,
  runStartedAt: number,
): boolean => receives > 1 || sentAt > runStartedAt + PLANNING_TIMEOUT_MS;

/** Carries one job out. Throws only for what is not Fastly's: run pointer, source of the token, broken invariants. */
export const executeJob = async (
  session: AccountSession,
  job: ChangeJob,
  message: Pick<WorkMessage, 'receives' | 'sentAt'>,
): Promise<JobEnd | UnknownEffect> => {
  // Asked before the quota, so that void jobs are acknowledged at once even while it is used up.
  const whyNot = await session.fence.whyNot(job);
  if (whyNot !== undefined) return done('superseded', whyNot);
  // Asked before the quota, which is counted by Fastly's clock: only the answer about the token tells that ours is right.
  const connected = await session.connect(job);
  if ('end' in connected) return connected.end;
  const redelivered = job.resent === true || mayHaveWritten(message, session.fence.startedAt);
  const admission = await session.gate.reserve(writesToReserve(job));
  if ('closedUntil' in admission) return again(admission.closedUntil, 'quota_used_up');
  try {
    return await carryOut(session, job, admission.reservation, redelivered);
  } finally {
    session.gate.release(admission.reservation);
  }
};
