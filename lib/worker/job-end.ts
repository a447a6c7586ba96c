/** How one invocation of the worker ends a job: for good, or to be delivered again. */

import type { Invitation } from '../domain/invitation.ts';
import type { OutcomeResult } from '../domain/outcome.ts';
import type { Delivered } from './hand-back.ts';

/** The job is over; this becomes its outcome. */
export type Done = {
  readonly kind: 'done';
  readonly result: OutcomeResult;
  /** Fastly's words or the reason. */
  readonly detail?: string;
  /** The invitation that was sent, or found to be the one asked for. */
  readonly invitationId?: string;
  /** ISO 8601: when the invitation that was found had been sent. */
  readonly sentAt?: string;
  /** A POST of this job may have mailed the person although the result does not say so. */
  readonly mayHaveSent?: true;
  /** A replace cancelled the old invitation and could not send the new one. */
  readonly interrupted?: true;
};

/**
 * The message goes back to the queue.
 *
 * `when` it shall be visible again: now, after a pause that grows with every delivery, or at a time in milliseconds
 * since 1970. `why`:
 *
 * - `not_started` too little time was left, or another copy of the same job went first
 * - `quota_used_up` Fastly allows no more writes in this quota window
 * - `interrupted` something other than Fastly failed, for example the store or the source of the token
 * - `read_failed` what Fastly lists was needed and could not be read
 * - `write_failed` the write did not work now, and may be repeated
 */
export type Again = { readonly kind: 'again'; readonly when: 'now' | 'backoff' | number } & (
  | { readonly why: 'not_started' | 'quota_used_up' | 'interrupted' }
  | { readonly why: 'read_failed'; readonly detail: string }
  | { readonly why: 'write_failed'; readonly detail: string; readonly interrupted?: true }
);

export type JobEnd = Done | Again;

/** A job of a batch with its end. */
export type Ended = { readonly delivered: Delivered; readonly end: JobEnd };

/** What a step of a job gives: a value to go on with, or the end of the whole job. */
export type Step<T> = { readonly value: T } | { readonly end: JobEnd };

export const done = (result: OutcomeResult, detail?: string): Done =>
  detail === undefined ? { kind: 'done', result } : { kind: 'done', result, detail };

/** The cool-down counts from the mail, not from the delivery that found its invitation. */
export const sentWith = ({ createdAt }: Invitation): Pick<Done, 'sentAt'> =>
  createdAt === undefined ? {} : { sentAt: new Date(createdAt).toISOString() };

export const again = (when: Again['when'], why: 'not_started' | 'quota_used_up' | 'interrupted'): Again => ({
  kind: 'again',
  when,
  why,
});

/** `detail`: what Fastly said, as in a `Failure`. */
export const failedToRead = (detail: string): Again => ({
  kind: 'again',
  when: 'backoff',
  why: 'read_failed',
  detail,
});

export const failedToWrite = (detail: string): Again => ({
  kind: 'again',
  when: 'backoff',
  why: 'write_failed',
  detail,
});
