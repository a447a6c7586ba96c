/** A deployed stage: its function plans, its worker carries out, and its bucket has the state and the reports. */

import { describeError, errorName } from '../../lib/aws/sdk-errors.ts';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import { readPointer } from '../../lib/state/pointer-store.ts';
import { type Cloud, stackName } from '../cloud.ts';
import type { TargetChoice } from './command-line.ts';
import type { Context } from './context.ts';
import { followRun } from './follow-run.ts';
import type { Options } from './options.ts';
import { announce, showPlan } from './show-plan.ts';
import type { PlannerRequest, Target } from './target.ts';

type Stage = Extract<TargetChoice, { readonly kind: 'stage' }>;

const OUTPUTS = ['RosterBucketName', 'DeadLetterQueueUrl'] as const;

const stackOutputs = async (
  cloud: Cloud,
  { stage, region }: Stage,
): Promise<Record<(typeof OUTPUTS)[number], string>> => {
  const name = stackName(stage);
  const where = region === undefined ? '' : ` in ${region}`;
  const { outputs } = await cloud.describeStack(name).catch((error: unknown) => {
    const cause = { cause: error };
    if (errorName(error) === 'ValidationError')
      throw new Error(
        `There is no stack ${name}${where}. Deploy it, or choose another --stage or --region.`,
        cause,
      );
    throw new Error(
      `Can't look up the stack ${name}${where} (${describeError(error)}). Are you signed in to AWS?`,
      cause,
    );
  });
  const missing = OUTPUTS.filter((output) => !outputs[output]);
  if (missing.length > 0)
    throw new Error(`The stack ${name}${where} has no ${missing.join(', ')}. Deploy the current version.`);
  return outputs as Record<(typeof OUTPUTS)[number], string>;
};

export const openStageTarget = async (
  choice: Stage,
  cloud: Cloud,
  ports: Pick<Context, 'screen' | 'clock' | 'stop'>,
): Promise<Target> => {
  const { screen } = ports;
  const outputs = await stackOutputs(cloud, choice);
  const functionName = `${stackName(choice.stage)}-sync`;
  const name = `the stage ${choice.stage}${choice.region === undefined ? '' : ` in ${choice.region}`}`;
  const store = cloud.store(outputs.RosterBucketName);

  const addressOf = (key: string): string => `s3://${outputs.RosterBucketName}/${key}`;

  const ask = async (options: Options, request: PlannerRequest): Promise<SyncResult> => {
    const { account } = options;
    announce(options, name, screen);
    const answer = await cloud.askPlanner(functionName, { account, ...request });
    if (answer === 'no_result')
      throw new Error(`${functionName} gave no result for ${account}. Deploy this version.`);
    return 'result' in answer ? answer.result : bareResult(account, '', 'failed', { error: answer.thrown });
  };

  return {
    store,
    plan: ask,
    apply: async (options, request) => {
      const result = await ask(options, request);
      await showPlan(store, result, options, screen);
      const pointer = (await readPointer(store, options.account))?.pointer;
      const goesOn = pointer?.runId === result.runId && pointer.jobs > 0;
      return { result, drained: goesOn ? [await followRun(result, pointer.jobs, store, ports)] : [] };
    },
    queue: async () => ({
      deadLetters: await cloud.messagesIn(outputs.DeadLetterQueueUrl),
      deadLetterPlace: `${outputs.DeadLetterQueueUrl} (of all accounts)`,
    }),
    locate: addressOf,
    address: addressOf,
  };
};
