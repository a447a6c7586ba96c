/** Is there a stack, and is it whole? */

import { failed, ok, type Verdict } from './report.ts';

type Stack = {
  /** CloudFormation's, such as `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
};

export type StackReader = {
  /** Undefined: there is no stack of that name. */
  describeStack(name: string): Promise<Stack | undefined>;
};

/** As `service` in serverless.yml. */
const SERVICE = 'fastly-invitation-sync';

export const stackNameOf = (stage: string): string => `${SERVICE}-${stage}`;

/** What the files in stack/ put out. */
const OUTPUTS = [
  'RosterBucketName',
  'JobQueueUrl',
  'DeadLetterQueueUrl',
  'UndeliveredTriggerQueueUrl',
  'NotificationTopicArn',
] as const;

export type Outputs = Readonly<Record<(typeof OUTPUTS)[number], string>>;

const COMPLETE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

const remedyFor = (status: string): string =>
  status.endsWith('_IN_PROGRESS')
    ? 'Wait until CloudFormation is done'
    : 'The last deployment did not succeed: its events in CloudFormation say why. Then deploy again';

export const checkStack = async (
  reader: StackReader,
  { stage, region }: { readonly stage: string; readonly region: string },
): Promise<Verdict<Outputs>> => {
  const name = stackNameOf(stage);
  const stack = await reader.describeStack(name);
  if (stack === undefined) {
    const remedy = `Deploy it with npm run deploy -- --stage ${stage} --region ${region}, or name the right --stage and --region`;
    return failed(`there is no stack ${name} in ${region}`, remedy);
  }
  const { status, outputs } = stack;
  const missing = OUTPUTS.filter((output) => !outputs.get(output));
  if (missing.length > 0) {
    const remedy = COMPLETE.has(status) ? 'Deploy the current version' : remedyFor(status);
    return failed(`${name} is ${status} without the outputs ${missing.join(', ')}`, remedy);
  }
  // Sound, as none of them is missing.
  const value = Object.fromEntries(outputs) as Outputs;
  return COMPLETE.has(status)
    ? ok(`${name} in ${region}, ${status}, all ${OUTPUTS.length} outputs`, value)
    : failed(`${name} in ${region} is ${status}`, remedyFor(status), value);
};
