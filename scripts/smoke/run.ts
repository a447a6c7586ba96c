/** All checks in their order, and the trial invitation when it is asked for. */

import type { FastlyClient } from '../../lib/fastly/client.ts';
import type { Send } from '../../lib/fastly/transport.ts';
import { checkListing, checkRights, checkTokenParameter } from './account.ts';
import type { Cloud } from './aws.ts';
import {
  checkConfiguration,
  checkEventSource,
  checkFunction,
  type DeployedConfig,
  type FunctionSettings,
} from './functions.ts';
import type { Options } from './options.ts';
import { checkPlan } from './plan.ts';
import { checkDeadLetters, checkJobQueue, checkUndelivered } from './queues.ts';
import { createReport, failed, type Report } from './report.ts';
import { checkRosters } from './rosters.ts';
import { holdSignals, type SignalSource } from './signals.ts';
import { checkStack, type Outputs, stackNameOf } from './stack.ts';
import { tryInvitation } from './trial.ts';
import { createTrialWire } from './wire.ts';

type Fastly = { readonly client: FastlyClient; readonly send: Send };

export type SmokePorts = {
  readonly cloud: Cloud;
  readonly connect: (token: string, config: DeployedConfig) => Fastly;
  readonly signals: SignalSource;
  readonly print: (line: string) => void;
  /** Milliseconds since 1970 */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

type Smoke = { readonly options: Options; readonly ports: SmokePorts; readonly report: Report };

/** An account that can be written to. */
type Ready = Fastly & {
  readonly account: string;
  readonly token: string;
  readonly customerId: string;
  readonly config: DeployedConfig;
};

const functionName = ({ stage }: Options, name: 'sync' | 'worker'): string => `${stackNameOf(stage)}-${name}`;

const checkQueues = async (
  { ports, report }: Smoke,
  outputs: Outputs,
  worker: FunctionSettings | undefined,
) => {
  const { cloud } = ports;
  if (worker === undefined) report.skip('job queue', "needs the worker's time-out");
  else await report.check('job queue', () => checkJobQueue(cloud, outputs, worker.timeoutSeconds));
  await report.check('dead-letter queue', () => checkDeadLetters(cloud, outputs));
  await report.check('undelivered triggers', () => checkUndelivered(cloud, outputs));
};

const checkAccount = async (
  { options, ports, report }: Smoke,
  account: string,
  config: DeployedConfig,
): Promise<Ready | undefined> => {
  const { cloud, now } = ports;
  const token = await report.check(`token ${account}`, () =>
    checkTokenParameter(cloud, config.TOKEN_PARAMETER_PREFIX, account),
  );
  const fastly = token === undefined ? undefined : ports.connect(token, config);
  const customerId =
    fastly && (await report.check(`rights ${account}`, () => checkRights(fastly.client, now())));
  if (token === undefined || fastly === undefined || customerId === undefined) {
    report.skip(`plan ${account}`, 'needs a token that Fastly accepts');
    return undefined;
  }
  await report.check(`listing ${account}`, () => checkListing(fastly.client, customerId));
  await report.check(`plan ${account}`, () => checkPlan(cloud, functionName(options, 'sync'), account));
  return { ...fastly, account, token, customerId, config };
};

const checkDeployment = async (smoke: Smoke): Promise<readonly Ready[]> => {
  const { options, ports, report } = smoke;
  const { cloud } = ports;
  const outputs = await report.check('stack', () => checkStack(cloud, options));
  if (outputs === undefined) {
    report.skip('everything else', 'needs the stack');
    return [];
  }
  const sync = await report.check('sync function', () => checkFunction(cloud, functionName(options, 'sync')));
  const config = sync && (await report.check('configuration', () => checkConfiguration(sync, outputs)));
  const worker = await report.check('worker function', () =>
    checkFunction(cloud, functionName(options, 'worker')),
  );
  await report.check('queue to worker', () => checkEventSource(cloud, functionName(options, 'worker')));
  await checkQueues(smoke, outputs, worker);
  const accounts = await report.check('rosters', () =>
    checkRosters(cloud, outputs.RosterBucketName, options.account),
  );
  if (config === undefined || accounts === undefined) {
    report.skip('accounts', 'need the configuration and the list of rosters');
    return [];
  }
  const ready: Ready[] = [];
  for (const account of accounts) {
    const found = await checkAccount(smoke, account, config);
    if (found !== undefined) ready.push(found);
  }
  return ready;
};

const invite = async (smoke: Smoke, ready: readonly Ready[]): Promise<void> => {
  const { options, ports, report } = smoke;
  const { email } = options;
  const [chosen, ...others] = ready;
  if (email === undefined) return;
  if (report.counts().failures > 0 || chosen === undefined)
    return report.skip('invitation', 'nothing was sent, since a check failed');
  if (others.length > 0) {
    const names = ready.map(({ account }) => account).join(', ');
    await report.check('invitation', async () =>
      failed(`nothing was sent: there are ${names}`, 'Choose with --account'),
    );
    return;
  }
  const { client, send, token, customerId, config } = chosen;
  const trial = {
    email,
    customerId,
    apiUrl: config.FASTLY_API_URL.replace(/\/$/, ''),
    allowedDomains: config.ALLOWED_DOMAINS,
  };
  await holdSignals(ports.signals, ports.print, async (interrupted) => {
    const { now, sleep } = ports;
    const wire = createTrialWire(send, token);
    await tryInvitation(trial, { client, wire, report, now, sleep, interrupted });
    if (interrupted()) await report.check('trial', async () => failed('it was interrupted', 'Start again'));
  });
};

/** Whether everything was fine; printed line by line, with the sum at the end. */
export const runSmoke = async (options: Options, ports: SmokePorts): Promise<boolean> => {
  const report = createReport(ports.print);
  const smoke: Smoke = { options, ports, report };
  const ready = await checkDeployment(smoke);
  await invite(smoke, ready);
  const { checks, failures } = report.counts();
  ports.print(failures === 0 ? `All ${checks} checks are fine.` : `${failures} of ${checks} checks failed.`);
  return failures === 0;
};
