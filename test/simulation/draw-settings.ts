/** A run's settings, drawn from its seed, so that no two kinds of trouble always come together. */

import { parseRules, type Rules } from '../../lib/domain/config.ts';
import { DAY_MS, MINUTE_MS } from '../../lib/domain/time.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../../local/simulator/behaviour.ts';
import type { Random } from './random.ts';
import { type Events, type Faults, NO_EVENTS, NO_FAULTS, type Settings } from './settings.ts';

/** Clocks that differ by more than five minutes are a world of their own. */
const LARGEST_SKEW_MS = 4 * MINUTE_MS;

const TYPICAL: Partial<Faults> = {
  crash: 0.15,
  storeReadFails: 0.03,
  storeReadBreaks: 0.01,
  storeReadHangs: 0.005,
  storeWriteFails: 0.05,
  storeWriteLost: 0.05,
  storeWriteRepeated: 0.05,
  storeWriteRaces: 0.1,
  storeSlow: 0.05,
  sendFails: 0.1,
  sendLost: 0.1,
  acknowledgementLost: 0.1,
  lateDelivery: 0.1,
  doubleDelivery: 0.05,
  visibilityFails: 0.2,
  deadLetterFails: 0.3,
  tokenReadFails: 0.05,
  fastlyReadFails: 0.05,
  fastlySlow: 0.1,
  writeRefused: 0.03,
  writeFails: 0.08,
  writeFailsAfterEffect: 0.05,
  writeTimesOut: 0.05,
  writeTooLate: 0.03,
};

/** Each kind of fault is there or not, and more or less often. */
const drawFaults = (random: Random): Faults => {
  if (random.chance(0.1)) return NO_FAULTS;
  const rates = Object.entries(TYPICAL).map(([name, rate]) => [
    name,
    random.chance(0.4) ? Math.min(0.6, rate * 4 ** (random.next() * 2 - 1)) : 0,
  ]);
  return { ...NO_FAULTS, ...Object.fromEntries(rates) };
};

const drawEvents = (random: Random): Events => {
  const some = (most: number): number => (random.chance(0.6) ? random.between(1, most) : 0);
  return {
    ...NO_EVENTS,
    rosters: random.between(1, 5),
    acceptances: some(6),
    cancellations: some(3),
    invitations: some(3),
    expiries: some(3),
    outages: random.chance(0.15) ? random.between(1, 2) : 0,
    revocations: random.chance(0.2) ? random.between(1, 2) : 0,
    manualTriggers: some(4),
    malformedMessages: random.chance(0.1) ? random.between(1, 3) : 0,
    damages: random.chance(0.15) ? random.between(1, 3) : 0,
    redrives: random.chance(0.3) ? random.between(1, 3) : 0,
    otherWrites: random.chance(0.3) ? random.next() * 0.9 : 0,
  };
};

const drawBehaviour = (random: Random): Behaviour => {
  const expired = random.pick(['listed', 'listed', 'hidden'] as const);
  return {
    ...DEFAULT_BEHAVIOUR,
    // The other exception that the documentation names.
    listingLagMs: random.chance(0.04) ? random.between(500, 60_000) : 0,
    expired,
    expiredStatusCode: random.chance(0.8) ? 0 : 1,
    accepted: random.chance(0.8) ? 'hidden' : 'listed',
    duplicate: random.chance(0.5) ? 'refused' : 'second_invitation',
    // Refused because of something that is not shown: nobody could ever be invited again.
    duplicateOfExpired: expired === 'listed' && random.chance(0.7) ? 'refused' : 'second_invitation',
    inviteMember: random.chance(0.5) ? 'refused' : 'invited',
    limitsReads: random.chance(0.1),
    quotaHeaders: random.chance(0.9),
    retryAfter: random.chance(0.3),
    deleteStatus: random.chance(0.7) ? 204 : 200,
  };
};

const drawRules = (random: Random, quotaPerHour: number): Rules => {
  const maybe = (probability: number, value: number): string =>
    random.chance(probability) ? `${value}` : '';
  return parseRules({
    PRUNE: random.pick(['', '', 'managed', 'none']),
    PROTECTED_EMAILS: random.pick(['', '', 'ada@example.com', '*a@example.com']),
    MAX_CREATES: maybe(0.3, random.between(0, 6)),
    MAX_DELETES: maybe(0.3, random.between(0, 4)),
    MAX_REPLACES: maybe(0.3, random.between(0, 4)),
    MAX_CHANGE_PERCENT: random.pick(['', '100', '100', '50', '0']),
    PERCENT_FLOOR: maybe(0.5, random.between(0, 12)),
    MAX_INVITES_PER_EMAIL: maybe(0.5, random.between(1, 4)),
    REINVITE_AFTER_DAYS: random.pick(['', '0', '0', '1']),
    RATE_LIMIT_PER_HOUR: `${quotaPerHour}`,
    RATE_LIMIT_RESERVE: `${Math.min(quotaPerHour - 1, random.between(0, 5))}`,
    WRITE_CONCURRENCY: maybe(0.5, random.between(1, 8)),
  });
};

/**
 * Two invocations with one message, each of which takes it for new, can only be told apart by Fastly: where that accepts
 * two invitations for one address, they are out of anybody's hands.
 */
const withoutTheImpossible = (faults: Faults, { duplicate, inviteMember }: Behaviour): Faults =>
  duplicate === 'refused' && inviteMember === 'refused' ? faults : { ...faults, doubleDelivery: 0 };

/** Without what the worlds add. */
export const drawSettings = (random: Random): Settings => {
  const behaviour = drawBehaviour(random);
  const isLarge = random.chance(0.001);
  const quotaPerHour = isLarge ? 1000 : random.pick([random.between(6, 20), random.between(10, 60), 1000]);
  const isLong = random.chance(0.25);
  const skewMs = random.chance(0.3) ? random.between(-LARGEST_SKEW_MS, LARGEST_SKEW_MS) : 0;
  return {
    worlds: [],
    faults: withoutTheImpossible(drawFaults(random), behaviour),
    events: drawEvents(random),
    rules: drawRules(random, quotaPerHour),
    behaviour,
    accounts: random.pick([1, 1, 1, 2, 3]),
    people: isLarge
      ? 600
      : random.pick([random.between(3, 8), random.between(5, 15), random.between(10, 30)]),
    quotaPerHour,
    lastsMs: isLong ? random.between(2, 10) * DAY_MS : random.between(20, 6 * 60) * MINUTE_MS,
    scheduleEveryMs: isLong ? DAY_MS : random.pick([60, 120, 300]) * MINUTE_MS,
    clocks: { planner: skewMs, worker: skewMs, fastly: 0 },
  };
};
