/** Changes and limits for the tests of the guards. */

import type { Change } from '../../lib/domain/change.ts';
import type { GuardLimits } from '../../lib/plan/guards.ts';
import { access, email } from '../support/build.ts';

export const limits = (more: Partial<GuardLimits> = {}): GuardLimits => ({
  maxCreates: 500,
  maxDeletes: 50,
  maxReplaces: 50,
  maxChangePercent: 100,
  percentFloor: 10,
  ...more,
});

const many = (count: number, make: (index: number) => Change): Change[] =>
  Array.from({ length: count }, (_, index) => make(index));
export const creates = (count: number): Change[] =>
  many(count, (index) => ({
    action: 'create',
    email: email(`c${index}`),
    access: access(),
    reason: 'not_invited',
    mailNumber: 1,
  }));
export const deletes = (count: number, live = 1): Change[] =>
  many(count, (index) => ({
    action: 'delete',
    email: email(`d${index}`),
    invitationIds: [`d${index}`],
    from: [],
    reason: 'not_in_roster',
    live,
  }));
export const replaces = (count: number, live = 1): Change[] =>
  many(count, (index) => ({
    action: 'replace',
    email: email(`r${index}`),
    access: access(),
    invitationIds: [`r${index}`],
    from: [],
    reason: live > 0 ? 'changed' : 'expired',
    fields: [],
    live,
    mailNumber: 2,
  }));
