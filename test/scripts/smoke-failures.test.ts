import {
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCloud } from '../../scripts/smoke/aws.ts';
import { REGION, STACK } from '../support/aws-account.ts';
import { type Deployment, startDeployment } from './support.ts';
import { TOKEN } from './trial-support.ts';

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment();
});

afterEach(() => deployment.stop());

const send = (queueUrl: string | undefined, more: Partial<SendMessageCommandInput> = {}) =>
  deployment.aws.wire.clients.sqs.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}', ...more }),
  );

describe('one thing that is not fine fails, with what to do', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'no stack',
      () => {
        deployment.aws.stackStatus = undefined;
      },
      /stack +there is no stack \S+-prod in eu-west-1\. Deploy it/,
    ],
    [
      'a stack under way',
      () => {
        deployment.aws.stackStatus = 'UPDATE_IN_PROGRESS';
      },
      /stack .*UPDATE_IN_PROGRESS\. Wait/,
    ],
    [
      'a stack rolled back',
      () => {
        deployment.aws.stackStatus = 'UPDATE_ROLLBACK_COMPLETE';
      },
      /did not succeed: its events/,
    ],
    [
      'an output missing',
      () => deployment.aws.outputs.delete('JobQueueUrl'),
      /without the outputs JobQueueUrl\. Deploy the current/,
    ],
    [
      'no function',
      () => deployment.aws.functions.delete(`${STACK}-sync`),
      /sync function +there is no function \S+-sync\. Deploy/,
    ],
    [
      'a function that is not active',
      () => deployment.configure(`${STACK}-sync`, { State: 'Failed', StateReason: 'The key is disabled' }),
      /sync function .*its state is Failed \(The key is disabled\)/,
    ],
    [
      'an update that failed',
      () => deployment.configure(`${STACK}-worker`, { LastUpdateStatus: 'Failed' }),
      /worker function .*its last update is Failed\./,
    ],
    [
      'another runtime',
      () => deployment.configure(`${STACK}-worker`, { Runtime: 'nodejs22.x' }),
      /worker function .*runs on nodejs22\.x instead of nodejs24\.x/,
    ],
    [
      'a faulty variable',
      () => deployment.aws.variables.set('MAX_DELETES', 'many'),
      /configuration +.*MAX_DELETES: expected a whole number/,
    ],
    [
      'no place for tokens',
      () => {
        deployment.aws.variables.delete('TOKEN_PARAMETER_PREFIX');
        deployment.aws.variables.set('FASTLY_API_TOKEN', TOKEN);
      },
      /configuration +TOKEN_PARAMETER_PREFIX is not set/,
    ],
    [
      'a bucket of another stack',
      () => deployment.aws.variables.set('ROSTER_BUCKET', 'elsewhere'),
      /told of another stack: ROSTER_BUCKET/,
    ],
    [
      'a paused worker',
      () => {
        deployment.aws.eventSources = [{ State: 'Disabled' }];
      },
      /takes no jobs: Disabled\. Resume it/,
    ],
    [
      'a worker without a queue',
      () => {
        deployment.aws.eventSources = [];
      },
      /not connected to the queue/,
    ],
    [
      'batches that fail as a whole',
      () => {
        deployment.aws.eventSources = [{ State: 'Enabled' }];
      },
      /single failures are not reported/,
    ],
    [
      'a worker that may take longer than its jobs are hidden',
      () => deployment.configure(`${STACK}-worker`, { Timeout: 121 }),
      /job queue +its visibility time-out of 720 s is less than 6 times the worker's, 726 s/,
    ],
    [
      'a dead letter',
      () =>
        send(deployment.aws.wire.deadLetterQueueUrl, {
          MessageGroupId: 'acme',
          MessageDeduplicationId: 'one',
        }),
      /dead-letter queue +about 1 messages in it\. Find out why: docs\/runbook\.md#dead-letter-queue-not-empty/,
    ],
    [
      'dead letters that go nowhere',
      () =>
        deployment.aws.wire.clients.sqs.send(
          new SetQueueAttributesCommand({
            QueueUrl: deployment.aws.wire.queueUrl,
            Attributes: { RedrivePolicy: '' },
          }),
        ),
      /job queue +what can't be done does not go to the dead-letter queue/,
    ],
    [
      'an undelivered trigger',
      () => send(deployment.aws.outputs.get('UndeliveredTriggerQueueUrl')),
      /undelivered triggers +about 1 messages/,
    ],
  ])('%s', async (_, spoil, expected) => {
    await spoil();
    const { passed, failures, lines } = await deployment.look();
    expect([passed, failures]).toEqual([false, [expect.stringMatching(expected)]]);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('AWS that refuses the operator', async () => {
    const cloud = {
      ...createCloud(deployment.aws.environment, REGION),
      describeStack: async () => {
        throw Object.assign(new Error('User ada@example.com is not authorized to perform this'), {
          name: 'AccessDenied',
          $metadata: {},
        });
      },
    };
    const { lines } = await deployment.look({}, { cloud });
    expect(lines[0]).toMatch(
      /^failed +stack +AccessDenied: User \(address\) is not authorized .*docs\/runbook\.md#smoke-test/,
    );
  });
});
