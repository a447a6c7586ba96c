/** One job: what is written for it, and how it ends (SPEC §8). */

import type { Access, Email, Invitation } from '../domain/invitation.ts';
import { differingFields, isLive } from '../domain/invitation-match.ts';
import type { ChangeJob, CreateJob, DeleteJob, ReplaceJob } from '../domain/job.ts';
import type { OutcomeResult } from '../domain/outcome.ts';
import type { Failure, FastlyResult } from '../ports/fastly.ts';
import type { AccountSession, Allowance, Sight, Written } from './account-session.ts';
import type { WorkMessage } from './ports.ts';

export type JobEnd =
  /** Final. */
  | { readonly kind: 'done'; readonly result: OutcomeResult; readonly detail?: string }
  /** The quota is used up until then, in milliseconds since 1970. */
  | { readonly kind: 'closed'; readonly until: number }
  /** May work later; `during` says what did not work now. */
  | { readonly kind: 'unavailable'; readonly during: 'read' | 'write'; readonly detail: string }
  /** The POST may have taken effect, or may have been refused because it was not needed: look, then settle. */
  | { readonly kind: 'unsure'; readonly failure: Failure };

export const done = (result: OutcomeResult, detail?: string): JobEnd =>
  detail === undefined ? { kind: 'done', result } : { kind: 'done', result, detail };

/** Quick retries of a DELETE, which is safe to repeat: for a stumble, not for an outage. */
const DELETE_RETRY_DELAYS_MS = [500, 1500];

/** A step's way to say that the job is not over yet. */
type Step<T> = { readonly end: JobEnd } | { readonly value: T };

const ended = (end: JobEnd): { readonly end: JobEnd } => ({ end });

const afterWrite = <T>(written: Written<T>): Step<FastlyResult<T>> => {
  if (written.kind === 'answered') return { value: written.answer };
  if (written.kind === 'closed') return ended(written);
  return ended(done('superseded', written.reason));
};

/** How the writes of one job are made. */
type Work<J extends ChangeJob> = {
  readonly session: AccountSession;
  readonly job: J;
  readonly allowance: Allowance;
  /** Delivered before: an earlier delivery may have written already. */
  readonly redelivered: boolean;
};

/** One look per invocation serves every job that asks before it writes. */
const look = async ({ session, job }: Work<ChangeJob>): Promise<Step<Sight>> => {
  const sight = await session.look(0);
  if (sight.ok) return { value: sight.value };
  const halted = await session.haltOn(job, sight.failure);
  if (halted !== undefined) return ended(done('superseded', 'the run is halted'));
  return ended({
    kind: 'unavailable',
    during: 'read',
    detail: `could not look before writing: ${sight.failure.message}`,
  });
};

const ANOTHER_PENDING =
  'another invitation for this address is pending, with other access; the next plan will replace it';

/** What is at Fastly for the person already; `undefined` when nothing stands in the way of a POST. */
const standingInTheWay = (
  session: AccountSession,
  job: CreateJob | ReplaceJob,
  sight: Sight,
  ours: OutcomeResult,
): JobEnd | undefined => {
  const { email, access } = job;
  if (sight.members.has(email)) return done('already_member');
  const fresh = freshInvitations(session, job, sight);
  if (fresh.length === 0) return undefined;
  return fresh.some((invitation) => isWish(access, invitation))
    ? done(ours)
    : done('rejected', ANOTHER_PENDING);
};

const isWish = (access: Access, invitation: Invitation): boolean =>
  differingFields(access, invitation, undefined).length === 0;

/** Live invitations that were not there when the plan was made. */
const freshInvitations = (
  { deps }: AccountSession,
  job: CreateJob | ReplaceJob,
  sight: Sight,
): readonly Invitation[] => {
  const old = new Set(job.action === 'replace' ? job.invitationIds : []);
  const ttlDays = deps.rules.INVITATION_TTL_DAYS;
  return listed(sight, job.email).filter(
    (invitation) => !old.has(invitation.id) && isLive(invitation, ttlDays, deps.now()),
  );
};

const listed = (sight: Sight, email: Email): readonly Invitation[] => sight.invitations.get(email) ?? [];

/** The POST, and what its answer means. Never repeated without a look. */
const post = async (work: Work<CreateJob | ReplaceJob>, success: OutcomeResult): Promise<JobEnd> => {
  const { session, job, allowance } = work;
  const { customerId, email, access } = job;
  const written = afterWrite(
    await session.write(job, allowance, (fastly) => fastly.createInvitation(customerId, email, access)),
  );
  if ('end' in written) return written.end;
  if (written.value.ok) return done(success);
  const { failure } = written.value;
  return failure.kind === 'forbidden' ? done('rejected', failure.message) : { kind: 'unsure', failure };
};

/**
 * How a job with an unsure POST ends, given what Fastly lists after it. One look serves all such jobs of an invocation.
 */
export const settle = (
  session: AccountSession,
  job: CreateJob | ReplaceJob,
  failure: Failure,
  sight: Sight,
): JobEnd => {
  const lost = failure.kind === 'unavailable';
  // A lost POST that took effect after all is ours; an invitation behind a refusal is somebody else's.
  const ours = job.action === 'create' ? 'created' : 'replaced';
  const standing = standingInTheWay(session, job, sight, lost ? ours : 'already_invited');
  if (standing?.kind === 'done' && standing.result !== 'rejected') return standing;
  if (standing === undefined && lost)
    return { kind: 'unavailable', during: 'write', detail: failure.message };
  return done('rejected', failure.message);
};

const create = async (work: Work<CreateJob>): Promise<JobEnd> => {
  if (work.redelivered) {
    const sight = await look(work);
    if ('end' in sight) return sight.end;
    const standing = standingInTheWay(work.session, work.job, sight.value, 'already_invited');
    if (standing !== undefined) return standing;
  }
  return await post(work, 'created');
};

/** One DELETE with its quick retries: whether it was there, or the failure that remains. */
const cancel = async (
  { session, job, allowance }: Work<DeleteJob | ReplaceJob>,
  id: string,
): Promise<Step<'deleted' | 'gone'>> => {
  for (let attempt = 0; ; attempt += 1) {
    const written = afterWrite(await session.write(job, allowance, (fastly) => fastly.deleteInvitation(id)));
    if ('end' in written) return written;
    if (written.value.ok) return { value: 'deleted' };
    const { failure } = written.value;
    if (failure.kind === 'gone') return { value: 'gone' };
    const delayMs = DELETE_RETRY_DELAYS_MS[attempt];
    if (failure.kind !== 'unavailable' || delayMs === undefined) return ended(deleteFailed(failure));
    await session.deps.sleep(delayMs);
  }
};

const deleteFailed = (failure: Failure): JobEnd =>
  failure.kind === 'unavailable'
    ? { kind: 'unavailable', during: 'write', detail: failure.message }
    : done('rejected', failure.message);

/** Of these invitations, the ones that Fastly still lists. */
const stillListed = (sight: Sight, { email, invitationIds }: DeleteJob | ReplaceJob): readonly string[] =>
  invitationIds.filter((id) => listed(sight, email).some((invitation) => invitation.id === id));

const remove = async (work: Work<DeleteJob>): Promise<JobEnd> => {
  let left: readonly string[] = work.job.invitationIds;
  // Deleting again what is gone costs a write each: where others leave little, the job would never get any further.
  if (work.redelivered && left.length > 1) {
    const sight = await look(work);
    if ('end' in sight) return sight.end;
    left = stillListed(sight.value, work.job);
  }
  let deleted = 0;
  for (const id of left) {
    const step = await cancel(work, id);
    if ('end' in step) return step.end;
    if (step.value === 'deleted') deleted += 1;
  }
  return done(deleted > 0 ? 'deleted' : 'already_gone');
};

/** What a replace still has to cancel; all of it, unless an earlier delivery may have begun. */
const leftToCancel = async (work: Work<ReplaceJob>): Promise<Step<readonly string[]>> => {
  const { invitationIds, email } = work.job;
  if (!work.redelivered) return { value: invitationIds };
  const sight = await look(work);
  if ('end' in sight) return sight;
  if (sight.value.members.has(email)) return ended(done('already_member'));
  const left = stillListed(sight.value, work.job);
  const standing = standingInTheWay(work.session, work.job, sight.value, 'already_invited');
  // The new invitation may stand beside old ones; those still have to go.
  return standing !== undefined && left.length === 0 ? ended(standing) : { value: left };
};

const replace = async (work: Work<ReplaceJob>): Promise<JobEnd> => {
  const left = await leftToCancel(work);
  if ('end' in left) return left.end;
  let someGone = false;
  for (const id of left.value) {
    const step = await cancel(work, id);
    if ('end' in step) return step.end;
    someGone ||= step.value === 'gone';
  }
  if (someGone || work.redelivered) {
    // Gone may mean accepted, or replaced by an earlier delivery.
    const sight = await look(work);
    if ('end' in sight) return sight.end;
    const standing = standingInTheWay(work.session, work.job, sight.value, 'already_invited');
    if (standing !== undefined) return standing;
  }
  return await post(work, 'replaced');
};

/** How many writes a job may need: with less room than that it does not start. */
const writesNeeded = (job: ChangeJob): number =>
  (job.action === 'create' ? 0 : job.invitationIds.length) + (job.action === 'delete' ? 0 : 1);

const carryOut = async (
  session: AccountSession,
  job: ChangeJob,
  allowance: Allowance,
  redelivered: boolean,
): Promise<JobEnd> => {
  switch (job.action) {
    case 'create':
      return await create({ session, job, allowance, redelivered });
    case 'delete':
      return await remove({ session, job, allowance, redelivered });
    case 'replace':
      return await replace({ session, job, allowance, redelivered });
  }
};

/** Carries one job out. Throws only for what is not Fastly's: pointer, token store, broken invariants. */
export const execute = async (
  session: AccountSession,
  job: ChangeJob,
  message: Pick<WorkMessage, 'receives' | 'sentAt'>,
): Promise<JobEnd> => {
  // Asked first, so that void jobs are acknowledged at once, also while the quota is used up.
  const reason = await session.fence(job);
  if (reason !== undefined) return done('superseded', reason);
  const admitted = await session.allow(job.action === 'delete' ? 1 : writesNeeded(job));
  if ('until' in admitted) return { kind: 'closed', until: admitted.until };
  try {
    return await carryOut(session, job, admitted.allowance, session.wasDeliveredBefore(message));
  } finally {
    session.release(admitted.allowance);
  }
};
