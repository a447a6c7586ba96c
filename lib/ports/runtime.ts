/** What both use cases live in: a store, a clock, chance, the rules, and somebody to talk to. */

import type { Rules } from '../domain/config.ts';
import type { ObjectStore } from './object-store.ts';
import type { Log, Metrics, Notify } from './telemetry.ts';

export type Runtime = {
  readonly store: ObjectStore;
  readonly notify: Notify;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since 1970 */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** At least 0, below 1 */
  readonly random: () => number;
  readonly rules: Rules;
};
