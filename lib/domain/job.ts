/** Jobs: changes as queue messages (docs/contract.md, “Queue and jobs”). Exact on write; unknown fields are ignored on read. */

import * as v from 'valibot';
import { decodeJson } from './decode-json.ts';
import { sha256 } from './digest.ts';
import { ACCOUNT_NAME, type Access, type Email, PERMISSIONS, type RoleChoice } from './invitation.ts';

const JOB_VERSION = 1;

type Run = { readonly account: string; readonly runId: string; readonly generation: number };

/** `resent`: this job may be in the queue twice, and the other one may have been carried out already. */
type RunOfChange = Run & { readonly resent?: true };

export type CreateJob = RunOfChange & {
  readonly action: 'create';
  readonly customerId: string;
  readonly email: Email;
  readonly access: Access;
};
export type DeleteJob = RunOfChange & {
  readonly action: 'delete';
  readonly email: Email;
  readonly invitationIds: readonly string[];
};
export type ReplaceJob = RunOfChange & {
  readonly action: 'replace';
  readonly customerId: string;
  readonly email: Email;
  readonly access: Access;
  readonly invitationIds: readonly string[];
};
/** Sent last: everything before it in the account's message group is done. */
export type FinishJob = Run & { readonly action: 'finish' };
export type ChangeJob = CreateJob | DeleteJob | ReplaceJob;
export type Job = ChangeJob | FinishJob;

/** A message as it goes into the queue. */
export type OutgoingMessage = {
  readonly body: string;
  /** The account: one worker per account at a time. */
  readonly groupId: string;
  readonly deduplicationId: string;
};

/** What all jobs of a run share. Deletes need no customer, so they do not carry it. */
export type RunOfJobs = Run & { readonly customerId: string };

/** A job without what its run says; every planned change has these fields. */
type JobContent<J extends ChangeJob = ChangeJob> = J extends ChangeJob
  ? Omit<J, keyof RunOfJobs | 'resent'>
  : never;

export const changeMessage = (run: RunOfJobs, change: JobContent, resent?: true): OutgoingMessage => {
  const { account, runId, generation, customerId } = run;
  const { action, email } = change;
  const invitationIds = change.action === 'create' ? undefined : change.invitationIds;
  const invited = change.action === 'delete' ? undefined : { customerId, ...change.access };
  return {
    body: JSON.stringify({
      version: JOB_VERSION,
      account,
      runId,
      generation,
      resent,
      action,
      email,
      invitationIds,
      ...invited,
    }),
    groupId: account,
    // SQS drops a message whose id it has seen. The run is part of it: generations begin again when state is removed,
    // and the jobs of the new run must not be taken for those of the old one.
    deduplicationId: sha256([runId, String(generation), action, email, ...(invitationIds ?? [])]),
  };
};

export const finishMessage = ({ account, runId, generation }: Run): OutgoingMessage => ({
  body: JSON.stringify({ version: JOB_VERSION, account, runId, generation, action: 'finish' }),
  groupId: account,
  deduplicationId: sha256([runId, String(generation), 'finish']),
});

const text = v.pipe(v.string(), v.nonEmpty());
const runSchema = v.object({
  version: v.literal(JOB_VERSION),
  account: v.pipe(v.string(), v.regex(ACCOUNT_NAME)),
  runId: text,
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
const changeSchema = v.object({ ...runSchema.entries, resent: v.exactOptional(v.literal(true)) });
const emailSchema = v.pipe(
  v.string(),
  v.includes('@'),
  v.transform((email) => email as Email),
);
const accessFields = {
  role: v.exactOptional(text),
  roles: v.exactOptional(v.pipe(v.array(text), v.nonEmpty())),
  limitServices: v.boolean(),
  services: v.array(v.object({ id: text, permission: v.picklist(PERMISSIONS) })),
};
const idsSchema = v.pipe(v.array(text), v.nonEmpty());

const jobSchema = v.variant('action', [
  v.object({
    ...changeSchema.entries,
    action: v.literal('create'),
    customerId: text,
    email: emailSchema,
    ...accessFields,
  }),
  v.object({
    ...changeSchema.entries,
    action: v.literal('delete'),
    email: emailSchema,
    invitationIds: idsSchema,
  }),
  v.object({
    ...changeSchema.entries,
    action: v.literal('replace'),
    customerId: text,
    email: emailSchema,
    invitationIds: idsSchema,
    ...accessFields,
  }),
  v.object({ ...runSchema.entries, action: v.literal('finish') }),
]);

type AccessFields = {
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly limitServices: boolean;
  readonly services: Access['services'];
};

const accessOf = ({ role, roles, limitServices, services }: AccessFields): Access | undefined => {
  const choice: RoleChoice | undefined =
    role !== undefined && roles === undefined
      ? { role }
      : roles !== undefined && role === undefined
        ? { roles }
        : undefined;
  return choice && { ...choice, limitServices, services };
};

/** `problem` names the field, never its content: it goes into the dead-letter queue's attributes and the log. */
export const decodeJob = (body: string): { job: Job } | { problem: string } => {
  const decoded = decodeJson(jobSchema, body);
  if ('problem' in decoded) return { problem: `the body is no job: ${decoded.problem}` };
  const { version: _version, ...job } = decoded.value;
  if (job.action === 'delete' || job.action === 'finish') return { job };
  const { role: _role, roles: _roles, limitServices: _limit, services: _services, ...rest } = job;
  const access = accessOf(job);
  return access ? { job: { ...rest, access } } : { problem: 'exactly one of "role" and "roles" is needed' };
};
