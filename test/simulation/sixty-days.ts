/** A daily run for sixty days, with people who neither accept nor let their invitations expire, and one change of the roster. */

import { parseRules } from '../../lib/domain/config.ts';
import type { Access, Email } from '../../lib/domain/invitation.ts';
import { DAY_MS, HOUR_MS } from '../../lib/domain/time.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import { ACCESSES, person, rosterText } from './people.ts';
import { PlannerHost } from './planner-host.ts';
import { Random } from './random.ts';
import { NO_EVENTS, NO_FAULTS, type Settings, TRUE_CLOCKS } from './settings.ts';
import { attachWorker } from './worker-host.ts';
import { World } from './world.ts';

const DAYS = 60;
/** On this day the access of everybody changes. */
const CHANGE_DAY = 30;
const QUOTA_PER_HOUR = 1000;
const TTL_DAYS = 2 * DAYS;

const settingsFor = (behaviour: Partial<Behaviour>): Settings => ({
  worlds: [],
  faults: NO_FAULTS,
  events: NO_EVENTS,
  rules: parseRules({
    INVITATION_TTL_DAYS: `${TTL_DAYS}`,
    MAX_INVITES_PER_EMAIL: `${DAYS}`,
    REINVITE_AFTER_DAYS: '0',
    MAX_CHANGE_PERCENT: '100',
    RATE_LIMIT_PER_HOUR: `${QUOTA_PER_HOUR}`,
  }),
  behaviour: { ...DEFAULT_BEHAVIOUR, invitationTtlDays: TTL_DAYS, ...behaviour },
  accounts: 1,
  people: ACCESSES.length,
  quotaPerHour: QUOTA_PER_HOUR,
  lastsMs: DAYS * DAY_MS,
  scheduleEveryMs: DAY_MS,
  clocks: TRUE_CLOCKS,
});

/** One person for each access, with the access that lies `offset` further on. */
const wishesFor = (offset: number): Map<Email, Access> =>
  new Map(
    ACCESSES.map((_, index) => [person(index), ACCESSES[(index + offset) % ACCESSES.length] as Access]),
  );

export type SixtyDays = {
  /** By address, on the days before the change. */
  readonly before: readonly number[];
  /** From the change on. */
  readonly after: readonly number[];
  /** The first broken invariant that is not about mails. */
  readonly violation: string | undefined;
};

/** How many mails everybody gets while Fastly shows their access as `behaviour` says. */
export const runSixtyDays = async (behaviour: Partial<Behaviour>): Promise<SixtyDays> => {
  const world = new World(settingsFor(behaviour), new Random(1));
  const { scheduler, bucket, witness } = world;
  const { controls } = world.account('acme-1');
  const upload = (offset: number): void => {
    const wishes = wishesFor(offset);
    const written = bucket.put('rosters/acme-1.csv', rosterText(wishes, world.random));
    if (written !== 'conflict') witness.book.rosters.set(written.etag, wishes);
    for (const email of wishes.keys()) witness.mails.because('acme-1', email, 'changed', scheduler.now);
  };
  const ignore = (): void => undefined;
  attachWorker(world, {});
  const host = new PlannerHost(world, {}, ignore, ignore);
  const mails = (): number[] => ACCESSES.map((_, index) => controls.mails().get(person(index)) ?? 0);
  let before: number[] = [];
  for (let day = 0; day < DAYS && !scheduler.stopped; day += 1) {
    if (day === CHANGE_DAY) before = mails();
    if (day % CHANGE_DAY === 0) upload(day / CHANGE_DAY);
    host.invoke({ kind: 'schedule' });
    await scheduler.pass(HOUR_MS);
    await scheduler.pass(DAY_MS - HOUR_MS);
  }
  const after = mails().map((count, index) => count - (before[index] ?? 0));
  return { before, after, violation: world.violations[0]?.what };
};
