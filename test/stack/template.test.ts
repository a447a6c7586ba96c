import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { describe, expect, it } from '@jest/globals';
import { ENVIRONMENT_VARIABLES } from '../../lib/domain/config.ts';
import { at, resourcesOfType, type Template } from '../../scripts/template.ts';
import { packaged, readTemplate } from '../support/packaged.ts';
import { propertyFaults } from '../support/template-properties.ts';
import { circleIn, referenceFaults } from '../support/template-references.ts';

const spec = loadAwsServiceSpecSync();
const template = readTemplate(packaged());

/** The template with one thing changed. */
const withChange = (
  change: (resources: Record<string, { Properties: Record<string, unknown> }>) => void,
): Template => {
  const copy = structuredClone(template);
  change(copy.Resources as unknown as Record<string, { Properties: Record<string, unknown> }>);
  return copy;
};

const propertiesOf = (
  resources: Record<string, { Properties: Record<string, unknown> }>,
  name: string,
): Record<string, unknown> => resources[name]?.Properties ?? {};

describe('the template', () => {
  it('has only properties that exist, all that are required, and values of their types', () => {
    expect(propertyFaults(template, spec)).toEqual([]);
  });

  it('refers only to what is there', () => {
    expect(referenceFaults(template, spec)).toEqual([]);
  });

  it('has no circle of dependencies', () => {
    expect(circleIn(template)).toBeUndefined();
  });

  it('consists of these resources', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    const counts = Object.groupBy(types, (type) => type);
    expect(Object.fromEntries(Object.entries(counts).map(([type, all]) => [type, all?.length]))).toEqual({
      'AWS::CloudWatch::Alarm': 16,
      'AWS::CloudWatch::Dashboard': 1,
      'AWS::Events::Rule': 2,
      'AWS::IAM::Role': 2,
      'AWS::Lambda::EventInvokeConfig': 1,
      'AWS::Lambda::EventSourceMapping': 1,
      'AWS::Lambda::Function': 2,
      'AWS::Lambda::Permission': 2,
      'AWS::Logs::LogGroup': 2,
      'AWS::S3::Bucket': 2,
      'AWS::S3::BucketPolicy': 2,
      'AWS::SNS::Subscription': 1,
      'AWS::SNS::Topic': 1,
      'AWS::SNS::TopicPolicy': 1,
      'AWS::SQS::Queue': 3,
      'AWS::SQS::QueuePolicy': 3,
    });
  });

  it('gives both functions every variable that they read, but the token, and no other of theirs', () => {
    const isRuntimes = (name: string): boolean => name === 'NODE_OPTIONS' || name.startsWith('POWERTOOLS_');
    const notTheirs = new Set(['FASTLY_API_TOKEN', 'NOTIFICATION_WEBHOOK_URL']);
    const expected = ENVIRONMENT_VARIABLES.filter((name) => !notTheirs.has(name)).sort();
    for (const [, { Properties }] of resourcesOfType(template, 'AWS::Lambda::Function')) {
      const names = Object.keys(at(Properties, 'Environment', 'Variables') ?? {});
      expect(names.filter((name) => !isRuntimes(name)).sort()).toEqual(expected);
    }
  });
});

describe('the check of the template finds', () => {
  it.each<[string, Template, string]>([
    [
      'a misspelt property',
      withChange((resources) => {
        propertiesOf(resources, 'JobQueue').VisibiltyTimeout = 720;
      }),
      'JobQueue.VisibiltyTimeout: there is no such property',
    ],
    [
      'a misspelt property deep inside',
      withChange((resources) => {
        propertiesOf(resources, 'RosterBucket').LifecycleConfiguration = {
          Rules: [{ Status: 'Enabled', Prefx: 'runs/' }],
        };
      }),
      'RosterBucket.LifecycleConfiguration.Rules[0].Prefx: there is no such property',
    ],
    [
      'a missing property',
      withChange((resources) => {
        delete propertiesOf(resources, 'SyncRole').AssumeRolePolicyDocument;
      }),
      'SyncRole.AssumeRolePolicyDocument: is required',
    ],
    [
      'a value of another type',
      withChange((resources) => {
        propertiesOf(resources, 'WorkerLambdaFunction').Timeout = 'two minutes';
      }),
      'WorkerLambdaFunction.Timeout: expected integer',
    ],
    [
      'a value that is not among the allowed ones',
      withChange((resources) => {
        propertiesOf(resources, 'SyncLambdaFunction').LoggingConfig = { LogFormat: 'Yaml' };
      }),
      'SyncLambdaFunction.LoggingConfig.LogFormat: expected Text or JSON',
    ],
    [
      'a type that does not exist',
      withChange((resources) => {
        resources.Other = { Type: 'AWS::SQS::Cue', Properties: {} } as never;
      }),
      'Other: there is no AWS::SQS::Cue',
    ],
  ])('%s', (_, changed, fault) => {
    expect(propertyFaults(changed, spec)).toEqual([fault]);
  });

  it.each<[string, unknown, string]>([
    ['a reference to nothing', { Ref: 'JobQeue' }, 'JobQeue is nowhere'],
    [
      'an attribute that does not exist',
      { 'Fn::GetAtt': ['JobQueue', 'Url'] },
      'AWS::SQS::Queue has no attribute Url',
    ],
    ['a name in a text', { 'Fn::Sub': ['x-$', '{Nothing.Arn}'].join('') }, 'Nothing is nowhere'],
  ])('%s', (_, value, fault) => {
    const changed = withChange((resources) => {
      propertiesOf(resources, 'SyncLambdaFunction').Description = value;
    });
    expect(referenceFaults(changed, spec)).toEqual([fault]);
  });

  it('a circle, such as a bucket that notifies the function whose role names the bucket', () => {
    const changed = withChange((resources) => {
      propertiesOf(resources, 'RosterBucket').NotificationConfiguration = {
        LambdaConfigurations: [
          { Event: 's3:ObjectCreated:*', Function: { 'Fn::GetAtt': ['SyncLambdaFunction', 'Arn'] } },
        ],
      };
    });
    expect(circleIn(changed)).toMatch(
      /RosterBucket → SyncLambdaFunction|SyncLambdaFunction → .*RosterBucket/,
    );
  });
});
