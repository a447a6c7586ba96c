import { describe, expect, it } from '@jest/globals';
import { at, resourcesOfType } from '../../scripts/template.ts';
import { packaged, readTemplate } from '../support/packaged.ts';

const template = readTemplate(packaged());
const { Resources } = template;
const propertiesOf = (name: string): Readonly<Record<string, unknown>> => Resources[name]?.Properties ?? {};

describe('the functions', () => {
  it.each(['SyncLambdaFunction', 'WorkerLambdaFunction'])(
    '%s runs on Node 24, arm64, and logs JSON',
    (name) => {
      expect(propertiesOf(name)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
      });
    },
  );

  it('drop no metric with a level filter', () => {
    expect(at(propertiesOf('SyncLambdaFunction'), 'LoggingConfig', 'ApplicationLogLevel')).toBeUndefined();
  });

  it('never hold a token in their environment', () => {
    expect(JSON.stringify(template)).not.toContain('FASTLY_API_TOKEN');
  });

  it('give the planner a quarter of an hour, two more tries within the hour, and a place for what failed', () => {
    expect(propertiesOf('SyncLambdaFunction')).toMatchObject({ Timeout: 900, MemorySize: 1769 });
    expect(propertiesOf('SyncLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['UndeliveredTriggerQueue', 'Arn'] } } },
    });
  });

  it('give the planner, and nobody else, less room for new objects', () => {
    const optionsOf = (name: string): unknown =>
      at(propertiesOf(name), 'Environment', 'Variables', 'NODE_OPTIONS');
    expect(optionsOf('SyncLambdaFunction')).toBe('--max-semi-space-size=16');
    expect(optionsOf('WorkerLambdaFunction')).toBeUndefined();
  });

  it('reserve no concurrency, which a new AWS account could not give', () => {
    expect(JSON.stringify(template)).not.toContain('ReservedConcurrentExecutions');
  });
});

describe('the queue', () => {
  it('feeds the worker in batches of ten, at most two at once, and takes back what was not done', () => {
    expect(
      resourcesOfType(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties),
    ).toEqual([
      {
        EventSourceArn: { 'Fn::GetAtt': ['JobQueue', 'Arn'] },
        FunctionName: { 'Fn::GetAtt': ['WorkerLambdaFunction', 'Arn'] },
        Enabled: true,
        BatchSize: 10,
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ]);
  });

  it('hides a message for six times as long as the worker may run', () => {
    expect(propertiesOf('WorkerLambdaFunction').Timeout).toBe(120);
    expect(propertiesOf('JobQueue').VisibilityTimeout).toBe(6 * 120);
  });

  it('F35 is in order per account and gives up late; its dead-letter queue is in order too', () => {
    expect(propertiesOf('JobQueue')).toMatchObject({
      QueueName: 'fastly-invitation-sync-prod-jobs.fifo',
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
        maxReceiveCount: 200,
      },
    });
    expect(propertiesOf('DeadLetterQueue').FifoQueue).toBe(true);
  });

  it('is the only one that the dead-letter queue serves', () => {
    const [source] = at(
      propertiesOf('DeadLetterQueue'),
      'RedriveAllowPolicy',
      'sourceQueueArns',
    ) as unknown[];
    expect(at(source, 'Fn::Sub')).toMatch(new RegExp(`:${String(propertiesOf('JobQueue').QueueName)}$`));
  });
});

describe('the triggers', () => {
  const rules = resourcesOfType(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties ?? {});

  it('are a schedule and the uploads of rosters, nothing else in the bucket', () => {
    expect(rules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual(['rate(1 day)', undefined]);
    expect(rules[1]?.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'RosterBucket' }] }, object: { key: [{ prefix: 'rosters/' }] } },
    });
  });

  it.each(rules)('$Name tries again for an hour, then keeps the trigger', ({ Name, Targets }) => {
    expect(Targets).toMatchObject([
      {
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredTriggerQueue', 'Arn'] } },
      },
    ]);
    // The queue's policy allows each rule by its name.
    expect(JSON.stringify(propertiesOf('UndeliveredTriggerQueuePolicy'))).toContain(`rule/${String(Name)}"`);
  });

  it('may invoke the planner, each only as itself', () => {
    const permissions = resourcesOfType(template, 'AWS::Lambda::Permission').map(
      ([, { Properties }]) => Properties,
    );
    for (const [i, { Name }] of rules.entries())
      expect(JSON.stringify(permissions[i]?.SourceArn)).toContain(`["rule","${String(Name)}"]`);
  });
});
