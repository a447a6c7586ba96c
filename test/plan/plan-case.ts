/** A case of the plan's tables: what is read, and what comes of it. */

import { expect } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import type { Access } from '../../lib/domain/invitation.ts';
import type { Ledger } from '../../lib/domain/ledger.ts';
import { type Plan, planChanges } from '../../lib/plan/plan.ts';
import { DAY_MS, email, ledgerEntry, NOW, type PlanFacts, planInput } from '../support/build.ts';

export type PlanCase = {
  readonly name: string;
  readonly input: PlanFacts;
  /** See {@link lineOf}. */
  readonly changes: readonly string[];
  readonly also?: Partial<Plan> & { readonly keep?: number; readonly member?: number };
};

/** All that a change says but its access: `replace ada changed, [id-ada] 1 live, role, mail 2`. */
const lineOf = (change: Change): string => {
  const parts: string[] = [`${change.action} ${change.email.split('@')[0]} ${change.reason}`];
  if (change.action !== 'create') parts.push(`[${change.invitationIds.join(' ')}] ${change.live} live`);
  if (change.action === 'replace') parts.push(change.fields.join('+') || 'no fields');
  if (change.action !== 'delete') parts.push(`mail ${change.mailNumber}`);
  return parts.join(', ');
};

export const keptOf = ({ kept, shownDifferently }: Plan): number => kept.length + shownDifferently.length;
export const membersOf = ({ members, drift }: Plan): number => members.length + drift.length;

export const expectPlan = ({ input, changes, also = {} }: PlanCase): void => {
  const plan = planChanges(planInput(input));
  expect(plan.changes.map(lineOf)).toEqual(changes);
  const counted = { ...plan, keep: keptOf(plan), member: membersOf(plan) };
  // Not toMatchObject: for that, [] is like [undefined].
  expect({ ...counted, ...also }).toStrictEqual(counted);
};

export const ledgerOf = (entries: Record<string, Parameters<typeof ledgerEntry>[0]>): Ledger =>
  new Map(Object.entries(entries).map(([name, more]) => [email(name), ledgerEntry(more)]));

export const iamRoles = (...roles: readonly string[]): Access => ({
  roles,
  limitServices: false,
  services: [],
});

/** So long ago that an invitation of then is expired. */
export const OLD = NOW - 8 * DAY_MS;
