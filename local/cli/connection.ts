/** The Fastly account of a run on this machine: the real one, or a simulated one that is kept in the state folder. */

import { join } from 'node:path';
import { isSendableToken } from '../../lib/domain/api-token.ts';
import type { Rules } from '../../lib/domain/config.ts';
import { createFastlyClient, type FastlyClient, type FastlyOptions } from '../../lib/fastly/client.ts';
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
type Environment = Readonly<Record<string, string | undefined>>;
/** How the real Fastly is reached. */
export type LiveAccess = { readonly token: string; readonly environment: Environment };
type Endpoint = Pick<FastlyOptions, 'apiUrl' | 'token' | 'requestTimeoutMs' | 'environment'>;

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

/** Throws a {@link UsageError} when there is no token, or none that could be one. */
export const readLiveAccess = (environment: Environment): LiveAccess => {
  const token = environment.FASTLY_API_TOKEN?.trim() ?? '';
  if (token === '')
    throw new UsageError('--live needs a Fastly API token in the environment variable FASTLY_API_TOKEN');
  if (!isSendableToken(token))
    throw new UsageError(
      'FASTLY_API_TOKEN is no token: it holds quotation marks, spaces or other characters that no token has',
    );
  return { token, environment };
};

const openLive = (access: LiveAccess, rules: Rules, clock: Clock): Connection => {
  const endpoint = { ...access, apiUrl: rules.FASTLY_API_URL, requestTimeoutMs: LIVE_TIMEOUT_MS };
  return {
    fastly: connect(endpoint, rules, clock),
    requestTimeoutMs: LIVE_TIMEOUT_MS,
    outlivesProcess: true,
    close: async () => undefined,
  };
};

const openSimulated = async (wanted: Wanted, rules: Rules, clock: Clock): Promise<Connection> => {
  const directory = join(wanted.stateDirectory, 'fastly');
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

/** Without `live` the account is simulated. */
export const openConnection = async (
  wanted: Wanted,
  live: LiveAccess | undefined,
  rules: Rules,
  clock: Clock,
): Promise<Connection> =>
  live === undefined ? await openSimulated(wanted, rules, clock) : openLive(live, rules, clock);
