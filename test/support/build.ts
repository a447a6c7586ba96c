/** Builders: values of the domain with everything filled in that a test does not care about. */

import { accessDigest } from '../../lib/domain/digest.ts';
import type { Access, Email, Entry, Invitation, Member } from '../../lib/domain/invitation.ts';
import { changeMessage, finishMessage, type Job, type OutgoingMessage } from '../../lib/domain/job.ts';
import { EMPTY_LEDGER, type LedgerEntry } from '../../lib/domain/ledger.ts';
import type { PlanInput, PlanRules } from '../../lib/plan/plan-input.ts';

export const NOW = Date.UTC(2026, 10, 23, 10, 20, 0);
export const DAY_MS = 24 * 3600 * 1000;

export const email = (name: string): Email => `${name}@example.com` as Email;

export const access = (more: Partial<Access> = {}): Access =>
  ({ role: 'user', limitServices: false, services: [], ...more }) as Access;

export const engineer = (permission: 'full' | 'read_only' = 'full'): Access =>
  access({ role: 'engineer', limitServices: true, services: [{ id: 'service1', permission }] });

export const entry = (name: string, more: Access = access()): Entry => ({ email: email(name), access: more });

export const invitation = (name: string, more: Partial<Invitation> = {}): Invitation => ({
  id: `id-${name}`,
  email: email(name),
  role: 'user',
  roles: undefined,
  limitServices: false,
  active: true,
  createdAt: NOW - DAY_MS,
  ...more,
});

export const member = (name: string, more: Partial<Member> = {}): Member => ({
  email: email(name),
  role: 'user',
  roles: undefined,
  ...more,
});

export const ledgerEntry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  count: 1,
  firstSentAt: new Date(NOW - 8 * DAY_MS).toISOString(),
  lastSentAt: new Date(NOW - 8 * DAY_MS).toISOString(),
  accessDigest: accessDigest(access()),
  generation: 1,
  ...more,
});

/** The message that carries a job. */
export const encodeJob = (job: Job): OutgoingMessage =>
  job.action === 'finish' ? finishMessage(job) : changeMessage({ customerId: '', ...job }, job);

export const planRules = (more: Partial<PlanRules> = {}): PlanRules => ({
  prune: 'all',
  isProtected: () => false,
  invitationTtlDays: 7,
  maxInvitesPerEmail: 3,
  reinviteAfterDays: 7,
  ...more,
});

export type PlanFacts = Partial<Omit<PlanInput, 'entries' | 'moving'>> & {
  readonly entries?: readonly Entry[];
  readonly moving?: readonly Email[];
};

export const planInput = ({ entries = [], moving = [], ...more }: PlanFacts = {}): PlanInput => ({
  entries: new Map(entries.map((one) => [one.email, one])),
  invitations: [],
  members: [],
  moving: new Set(moving),
  ledger: EMPTY_LEDGER,
  rules: planRules(),
  now: NOW,
  ...more,
});
