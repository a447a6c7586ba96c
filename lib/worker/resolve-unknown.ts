/**
 * The POST of an invitation, and what became of it when its answer does not tell.
 *
 * The effect is unknown after a POST that was lost (5xx, time-out, broken connection), which may have mailed the person,
 * and after one that was refused (400, 409, 422), perhaps because it was not needed. Only what Fastly lists can tell.
 * All such jobs of a batch share one reading, made after the last POST: so a lost POST is never repeated before
 * somebody looked, and nobody is mailed twice.
 */

import type { CreateJob, ReplaceJob } from '../domain/job.ts';
import type { Failure, FastlyResult } from '../ports/fastly.ts';
import { errorText } from '../ports/telemetry.ts';
import type { AccountSession } from './account-session.ts';
import { existingAccess } from './existing-access.ts';
import type { Delivered } from './hand-back.ts';
import {
  again,
  type Done,
  done,
  type Ended,
  failedToRead,
  failedToWrite,
  type JobEnd,
  sentWith,
} from './job-end.ts';
import type { Listed } from './listing.ts';
import type { Reservation } from './quota-gate.ts';

/** What `failure` said of the POST leaves open whether the job is done. */
export type UnknownEffect = {
  readonly kind: 'unknown_effect';
  readonly job: CreateJob | ReplaceJob;
  readonly failure: Failure;
};

/** A job of a batch after all its writes. */
export type Attempted = { readonly delivered: Delivered; readonly end: JobEnd | UnknownEffect };

/** Why a job waits whose person was moving in Fastly's list. */
export const MOVING = 'what Fastly lists for this person was changing while it was read';

const SENT = { create: 'created', replace: 'replaced' } as const;

/** What the end of a job says besides whose POST was not made: a replace has cancelled the old invitation by then. */
const notSent = ({ action }: CreateJob | ReplaceJob): Pick<Done, 'interrupted'> =>
  action === 'replace' ? { interrupted: true } : {};

/** Sends the invitation of a job, once. */
export const sendInvitation = async (
  session: AccountSession,
  job: CreateJob | ReplaceJob,
  reservation: Reservation,
): Promise<JobEnd | UnknownEffect> => {
  const { customerId, email, access } = job;
  const written = await session.write(job, reservation, (fastly) =>
    fastly.createInvitation(customerId, email, access),
  );
  if ('end' in written) return written.end;
  if (written.value.ok) return { ...done(SENT[job.action]), invitationId: written.value.value.id };
  const { failure } = written.value;
  return failure.kind === 'forbidden'
    ? { ...done('rejected', failure.message), ...notSent(job) }
    : { kind: 'unknown_effect', job, failure };
};

const isEnded = (attempted: Attempted): attempted is Ended => attempted.end.kind !== 'unknown_effect';

/** Ends the jobs whose effect is unknown; the others are ended already. */
export const resolveUnknown = async (
  session: AccountSession,
  attempted: readonly Attempted[],
): Promise<readonly Ended[]> => {
  if (attempted.every(isEnded)) return attempted;
  const listed = await listAfterwards(session);
  return await Promise.all(
    attempted.map(async ({ delivered, end }) => ({
      delivered,
      end: end.kind === 'unknown_effect' ? await resolve(session, end, listed) : end,
    })),
  );
};

const unavailable = (message: string): FastlyResult<never> => ({
  ok: false,
  failure: { kind: 'unavailable', message },
});

/** Never throws, so that the ends of the other jobs are not lost. */
const listAfterwards = async (session: AccountSession): Promise<FastlyResult<Listed>> => {
  if (!session.hasTime()) return unavailable('no time was left to read what Fastly lists');
  try {
    return await session.listing.after(session.ports.now());
  } catch (error) {
    return unavailable(`the token could not be read: ${errorText(error)}`);
  }
};

/** Never throws, like the reading. */
const resolve = async (
  session: AccountSession,
  unknown: UnknownEffect,
  listed: FastlyResult<Listed>,
): Promise<JobEnd> => {
  if (listed.ok) return resolveBy(session, unknown, listed.value);
  const { kind, message } = listed.failure;
  if (kind !== 'unauthorized') return failedToRead(message);
  try {
    return await session.halting.haltRun(unknown.job, message);
  } catch (error) {
    const { account, runId, generation } = unknown.job;
    const fields = { account, runId, generation, error: errorText(error) };
    session.ports.log.error('the run could not be halted', fields);
    return again('backoff', 'interrupted');
  }
};

const resolveBy = (session: AccountSession, { job, failure }: UnknownEffect, listed: Listed): JobEnd => {
  const lost = failure.kind === 'unavailable';
  const existing = existingAccess(session, job, listed);
  switch (existing.kind) {
    case 'member':
      return done('already_member');
    case 'moving':
      return failedToRead(MOVING);
    case 'none':
      return {
        ...(lost ? failedToWrite(failure.message) : done('rejected', failure.message)),
        ...notSent(job),
      };
    case 'same':
      // After a lost POST this is the invitation that it sent; after a refusal it is somebody else's.
      return {
        ...done(lost ? SENT[job.action] : 'already_invited'),
        invitationId: existing.invitation.id,
        ...sentWith(existing.invitation),
      };
    case 'other':
      // Somebody else's, or the one that a lost POST sent and Fastly shows otherwise. Then it was a mail, and it counts.
      return { ...done('rejected', failure.message), ...(lost && { mayHaveSent: true as const }) };
  }
};
