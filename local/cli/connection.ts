/** The Fastly account of a run on this machine: the real one, or a simulated one that is kept in the state folder. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Rules } from '../../lib/domain/config.ts';
import { createFastlyClient, type FastlyClient } from '../../lib/fastly/client.ts';
import { UsageError } from '../parse-options.ts';
import { startSimulator } from '../simulator/simulator.ts';
import type { Clock } from './drain.ts';
import type { Options } from './options.ts';
import { sampleAccount } from './sample.ts';

export type Connection = {
  readonly fastly: FastlyClient;
  readonly requestTimeoutMs: number;
  /** Whether a write can still be on its way when the process that sent it is gone. */
  readonly outlivesProcess: boolean;
  close(): Promise<void>;
};

type Wanted = Pick<Options, 'isSample' | 'account' | 'stateDirectory'>;
type Endpoint = { readonly apiUrl: string; readonly token: string; readonly requestTimeoutMs: number };

const LIVE_TIMEOUT_MS = 10_000;
const SIMULATED_TIMEOUT_MS = 2000;
/** So that the sample run's progress can be watched. */
const SAMPLE_DELAY_MS = 60;

const connect = (endpoint: Endpoint, rules: Rules, clock: Clock): FastlyClient =>
  createFastlyClient({
    ...endpoint,
    listConcurrency: rules.LIST_CONCURRENCY,
    sleep: (ms) => clock.sleep(ms),
    random: Math.random,
  });

/** Throws a {@link UsageError} when there is none. */
export const readToken = (env: Readonly<Record<string, string | undefined>>): string => {
  const token = env.FASTLY_API_TOKEN?.trim() ?? '';
  if (token === '')
    throw new UsageError('--live needs a Fastly API token in the environment variable FASTLY_API_TOKEN');
  return token;
};

const openLive = (token: string, rules: Rules, clock: Clock): Connection => {
  const apiUrl = rules.FASTLY_API_URL;
  return {
    fastly: connect({ apiUrl, token, requestTimeoutMs: LIVE_TIMEOUT_MS }, rules, clock),
    requestTimeoutMs: LIVE_TIMEOUT_MS,
    outlivesProcess: true,
    close: async () => undefined,
  };
};

const openSimulated = async (wanted: Wanted, rules: Rules, clock: Clock): Promise<Connection> => {
  const directory = join(wanted.stateDirectory, 'fastly');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const simulator = await startSimulator({
    journalPath: join(directory, `${wanted.account}.jsonl`),
    customerId: `simulated-${wanted.account}`,
    quotaPerHour: rules.RATE_LIMIT_PER_HOUR,
    now: clock.now,
    ...(wanted.isSample && { delayMs: SAMPLE_DELAY_MS }),
  });
  if (simulator.isNew && wanted.isSample) simulator.seed(sampleAccount(clock.now()));
  const { url: apiUrl, token } = simulator;
  return {
    fastly: connect({ apiUrl, token, requestTimeoutMs: SIMULATED_TIMEOUT_MS }, rules, clock),
    requestTimeoutMs: SIMULATED_TIMEOUT_MS,
    outlivesProcess: false,
    close: () => simulator.close(),
  };
};

/** `token` is for the real Fastly; without it the account is simulated. */
export const openConnection = async (
  wanted: Wanted,
  token: string | undefined,
  rules: Rules,
  clock: Clock,
): Promise<Connection> =>
  token === undefined ? await openSimulated(wanted, rules, clock) : openLive(token, rules, clock);
