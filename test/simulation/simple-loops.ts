/** What people write instead of a queue with a gate, on the same virtual account: for comparison only. */

import type { Access } from '../../lib/domain/invitation.ts';
import { encodeInvitation } from '../../lib/fastly/json-api.ts';
import { createAccount } from '../../local/simulator/account.ts';
import { DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import { optimumMs, QUOTA_PER_HOUR } from './convergence.ts';
import { person } from './people.ts';

const HOUR_MS = 3_600_000;
const WRITE_MS = 250;

export const SIMPLE_LOOPS = ['stops at the first 429 until an hour later', 'one write per 3.6 s'] as const;
export type SimpleLoop = (typeof SIMPLE_LOOPS)[number];

export type LoopFigures = {
  readonly name: SimpleLoop;
  readonly hours: number;
  /** Without a reserve, as these loops leave nothing to others. */
  readonly optimumHours: number;
  readonly ratio: number;
  readonly rateLimited: number;
};

/** One write after the other, until everybody is invited. `startedAt`: milliseconds since 1970. */
export const runSimpleLoop = (name: SimpleLoop, jobs: number, startedAt: number): LoopFigures => {
  let now = startedAt;
  const account = createAccount({
    token: 'the-token',
    customerId: 'customer',
    scopes: ['global'],
    quotaPerHour: QUOTA_PER_HOUR,
    windowMs: HOUR_MS,
    behaviour: DEFAULT_BEHAVIOUR,
    now: () => now,
    record: () => undefined,
  });
  const access: Access = { role: 'user', limitServices: false, services: [] };
  const pauseMs = name === 'one write per 3.6 s' ? 3600 : WRITE_MS;
  let finishedAt = now;
  for (let invited = 0; invited < jobs; ) {
    const answer = account.handle({
      method: 'POST',
      path: '/invitations',
      query: new URLSearchParams(),
      headers: { 'fastly-key': 'the-token' },
      body: encodeInvitation('customer', person(invited), access),
    });
    finishedAt = now;
    if (answer.status < 300) invited += 1;
    now += answer.status === 429 && name !== 'one write per 3.6 s' ? HOUR_MS : pauseMs;
  }
  const optimum = optimumMs(startedAt, jobs, { first: QUOTA_PER_HOUR, later: QUOTA_PER_HOUR });
  return {
    name,
    hours: (finishedAt - startedAt) / HOUR_MS,
    optimumHours: optimum / HOUR_MS,
    ratio: (finishedAt - startedAt) / optimum,
    rateLimited: account.state.rateLimited,
  };
};
