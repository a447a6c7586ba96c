/** The two functions: do they exist, can they run, and were they told what they need? */

import { type Config, ConfigError, parseConfig } from '../../lib/domain/config.ts';
import { failed, ok, type Verdict } from './report.ts';
import type { Outputs } from './stack.ts';

export type FunctionSettings = {
  /** `Active` is the good one. */
  readonly state: string;
  /** `Successful` is the good one. */
  readonly lastUpdate: string;
  /** Lambda's explanation, when it has one. */
  readonly reason: string | undefined;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
};

export type EventSource = {
  readonly state: string;
  readonly batchSize: number | undefined;
  /** How many batches at once. */
  readonly maximumConcurrency: number | undefined;
  readonly reportsItemFailures: boolean;
};

export type FunctionReader = {
  /** Undefined: there is no function of that name. */
  functionSettings(name: string): Promise<FunctionSettings | undefined>;
  eventSources(functionName: string): Promise<readonly EventSource[]>;
};

/** A deployed function always finds its tokens in the Parameter Store. */
export type DeployedConfig = Config & { readonly TOKEN_PARAMETER_PREFIX: string };

/** As in serverless.yml. */
const RUNTIME = 'nodejs24.x';

const troubleOf = ({ state, lastUpdate, runtime, reason }: FunctionSettings): string | undefined => {
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state !== 'Active') return `its state is ${state}${why}`;
  if (lastUpdate !== 'Successful') return `its last update is ${lastUpdate}${why}`;
  return runtime === RUNTIME ? undefined : `it runs on ${runtime} instead of ${RUNTIME}`;
};

export const checkFunction = async (
  reader: Pick<FunctionReader, 'functionSettings'>,
  name: string,
): Promise<Verdict<FunctionSettings>> => {
  const settings = await reader.functionSettings(name);
  if (settings === undefined) return failed(`there is no function ${name}`, 'Deploy again');
  const trouble = troubleOf(settings);
  if (trouble !== undefined)
    return failed(`${name}: ${trouble}`, 'Look again in a minute; if it stays so, deploy again', settings);
  return ok(`${name} is Active, ${settings.runtime}, ${settings.timeoutSeconds} s`, settings);
};

/** What the function was told, and what the stack put out: the same things. */
const CONNECTED = [
  ['ROSTER_BUCKET', 'RosterBucketName'],
  ['QUEUE_URL', 'JobQueueUrl'],
  ['DEAD_LETTER_QUEUE_URL', 'DeadLetterQueueUrl'],
  ['NOTIFICATION_TOPIC_ARN', 'NotificationTopicArn'],
] as const satisfies readonly (readonly [keyof Config, keyof Outputs])[];

const PARAMETERS = 'Correct the parameters at the top of serverless.yml and deploy again';

const readConfig = (environment: FunctionSettings['environment']): Config | ConfigError => {
  try {
    return parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

/** The environment as the function itself will read it. */
export const checkConfiguration = async (
  { environment }: Pick<FunctionSettings, 'environment'>,
  outputs: Outputs,
): Promise<Verdict<DeployedConfig>> => {
  const config = readConfig(environment);
  if (config instanceof ConfigError) return failed(config.message, PARAMETERS);
  const { TOKEN_PARAMETER_PREFIX, MODE, PRUNE, FASTLY_API_URL } = config;
  if (TOKEN_PARAMETER_PREFIX === undefined) return failed('TOKEN_PARAMETER_PREFIX is not set', PARAMETERS);
  const strangers = CONNECTED.filter(([variable, output]) => config[variable] !== outputs[output]);
  if (strangers.length > 0) {
    const names = strangers.map(([variable]) => variable).join(', ');
    return failed(`the functions are told of another stack: ${names}`, 'Deploy again');
  }
  return ok(`MODE ${MODE}, PRUNE ${PRUNE}, Fastly at ${FASTLY_API_URL}`, {
    ...config,
    TOKEN_PARAMETER_PREFIX,
  });
};

/** Whether jobs get from the queue to the worker. */
export const checkEventSource = async (
  reader: Pick<FunctionReader, 'eventSources'>,
  worker: string,
): Promise<Verdict> => {
  const [source] = await reader.eventSources(worker);
  if (source === undefined) return failed('the worker is not connected to the queue', 'Deploy again');
  const { state, batchSize, maximumConcurrency = 'any number of', reportsItemFailures } = source;
  if (state !== 'Enabled')
    return failed(`the worker takes no jobs: ${state}`, 'Resume it: docs/runbook.md#pause-and-resume');
  return reportsItemFailures
    ? ok(`Enabled, ${batchSize} jobs a batch, ${maximumConcurrency} batches at once`)
    : failed('single failures are not reported, so jobs would be lost', 'Deploy again');
};
