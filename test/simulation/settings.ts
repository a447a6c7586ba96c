/** What a simulated run is like. */

import type { Rules } from '../../lib/domain/config.ts';
import type { Behaviour } from '../../local/simulator/behaviour.ts';

/** Probabilities: of an invocation, a request, a message or a batch, as their names say. */
export type Faults = {
  readonly crash: number;
  readonly storeReadFails: number;
  /** In the middle of the content. */
  readonly storeReadBreaks: number;
  /** So long that the function may run out of time. */
  readonly storeReadHangs: number;
  /** The answer takes up to 20 seconds, and what it says is that old. */
  readonly storeReadAges: number;
  readonly storeWriteFails: number;
  /** It took effect, and the caller gets an error. */
  readonly storeWriteLost: number;
  /** It took effect, the SDK sends it again, and a condition then fails on our own write. */
  readonly storeWriteRepeated: number;
  readonly storeWriteRaces: number;
  readonly storeSlow: number;
  readonly sendFails: number;
  readonly sendLost: number;
  readonly acknowledgementLost: number;
  readonly lateDelivery: number;
  /** The same delivery reaches two invocations at once. */
  readonly doubleDelivery: number;
  readonly visibilityFails: number;
  readonly deadLetterFails: number;
  readonly tokenReadFails: number;
  readonly fastlyReadFails: number;
  readonly fastlySlow: number;
  readonly writeRefused: number;
  readonly writeFails: number;
  readonly writeFailsAfterEffect: number;
  readonly writeTimesOut: number;
  /** It takes effect after everybody has given up waiting: the exception that the documentation names. */
  readonly writeTooLate: number;
  /** Something between us and Fastly answers with the status of a success, whether or not the request went on to Fastly. */
  readonly intermediaryAnswers: number;
  /** A write for a message that was handed back four times and more. */
  readonly failsAfterHandBacks: number;
  /** Somebody acts between two pages of a list. */
  readonly pageMoves: number;
  /** An event reaches the planner twice, at once or within some minutes. */
  readonly eventTwice: number;
};

export const NO_FAULTS: Faults = {
  crash: 0,
  storeReadFails: 0,
  storeReadBreaks: 0,
  storeReadHangs: 0,
  storeReadAges: 0,
  storeWriteFails: 0,
  storeWriteLost: 0,
  storeWriteRepeated: 0,
  storeWriteRaces: 0,
  storeSlow: 0,
  sendFails: 0,
  sendLost: 0,
  acknowledgementLost: 0,
  lateDelivery: 0,
  doubleDelivery: 0,
  visibilityFails: 0,
  deadLetterFails: 0,
  tokenReadFails: 0,
  fastlyReadFails: 0,
  fastlySlow: 0,
  writeRefused: 0,
  writeFails: 0,
  writeFailsAfterEffect: 0,
  writeTimesOut: 0,
  writeTooLate: 0,
  intermediaryAnswers: 0,
  failsAfterHandBacks: 0,
  pageMoves: 0,
  eventTwice: 0,
};

/** Whether this fault strikes now. */
export type Strikes = (fault: keyof Faults) => boolean;

/** How often things happen to each account while the run lasts. */
export type Events = {
  readonly rosters: number;
  readonly acceptances: number;
  readonly cancellations: number;
  readonly invitations: number;
  readonly expiries: number;
  readonly outages: number;
  readonly revocations: number;
  readonly manualTriggers: number;
  readonly malformedMessages: number;
  /** State files that are unreadable for a while. */
  readonly damages: number;
  readonly redrives: number;
  /** State that people remove, or put an older version of in its place. */
  readonly restorations: number;
  /** Times in which the stored token is one of another customer. */
  readonly tokenSwaps: number;
  /** Hours in a row in which somebody else uses the quota up as soon as there is one. */
  readonly droughts: number;
  /** Moments from which on Fastly tells the quota otherwise than before. */
  readonly headerChanges: number;
  /** Share of the quota that somebody else uses. */
  readonly otherWrites: number;
};

export const NO_EVENTS: Events = {
  rosters: 0,
  acceptances: 0,
  cancellations: 0,
  invitations: 0,
  expiries: 0,
  outages: 0,
  revocations: 0,
  manualTriggers: 0,
  malformedMessages: 0,
  damages: 0,
  redrives: 0,
  restorations: 0,
  tokenSwaps: 0,
  droughts: 0,
  headerChanges: 0,
  otherWrites: 0,
};

/** How far each clock is ahead of the true time, in milliseconds. */
export type Clocks = {
  readonly planner: number;
  readonly worker: number;
  readonly fastly: number;
};

export const TRUE_CLOCKS: Clocks = { planner: 0, worker: 0, fastly: 0 };

export type Settings = {
  /** Names of what is added to the usual trouble; see `worlds.ts`. */
  readonly worlds: readonly string[];
  readonly faults: Faults;
  readonly events: Events;
  readonly rules: Rules;
  readonly behaviour: Behaviour;
  readonly accounts: number;
  /** How many different people there are in an account. */
  readonly people: number;
  readonly quotaPerHour: number;
  /** How long the trouble lasts. */
  readonly lastsMs: number;
  readonly scheduleEveryMs: number;
  readonly clocks: Clocks;
};
