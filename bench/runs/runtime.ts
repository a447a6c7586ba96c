/** What our side runs with: as the deployed functions have it, but for logs, metrics and notifications. */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { createFastlyClient, type FastlyClient } from '../../lib/fastly/client.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';

/** Clock, sleep and chance as the deployed functions have them. */
export const runtime = {
  now: Date.now,
  sleep: async (ms: number): Promise<void> => await sleepFor(ms),
  random: Math.random,
};

const say = (): void => {};

/** Drops logs, metrics and notifications. */
export const quiet: Pick<PlannerPorts, 'log' | 'metrics' | 'notify'> = {
  log: { info: say, warn: say, error: say },
  metrics: { add: say },
  notify: async () => {},
};

export const connect = (url: string): FastlyClient =>
  createFastlyClient({
    ...runtime,
    apiUrl: url,
    token: 'simulated-token',
    requestTimeoutMs: 10_000,
    listConcurrency: 4,
  });
