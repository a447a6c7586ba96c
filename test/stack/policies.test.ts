import { describe, expect, it } from '@jest/globals';
import { at, resourcesOfType, type Template } from '../../scripts/template.ts';
import { packaged, readTemplate } from '../support/packaged.ts';
import { shortName, statementsOf, tooWide } from '../support/template-policies.ts';

const template = readTemplate(packaged());
const { Resources } = template;

/** Action → resources, of what a role may do. */
const rightsOf = (role: string): Record<string, string[]> => {
  const rights: Record<string, string[]> = {};
  for (const { Action, Resource, Effect, Principal } of statementsOf(template).filter(
    ({ holder }) => holder === role,
  )) {
    expect(Effect).toBe('Allow');
    if (Principal === undefined)
      for (const action of Action) rights[action] = [...(rights[action] ?? []), ...Resource.map(shortName)];
  }
  return rights;
};

const SHARED_RIGHTS = {
  's3:ListBucket': ['RosterBucket.Arn'],
  's3:PutObject': ['RosterBucket.Arn/state/*', 'RosterBucket.Arn/runs/*'],
  'ssm:GetParameter': ['parameter/fastly-invitation-sync/prod/*/token'],
  'kms:Decrypt': ['key/*'],
  'sns:Publish': ['NotificationTopic'],
};

describe('least privilege', () => {
  it('lets the planner do this and nothing else', () => {
    expect(rightsOf('SyncRole')).toEqual({
      ...SHARED_RIGHTS,
      'logs:CreateLogStream': ['SyncLogGroup.Arn'],
      'logs:PutLogEvents': ['SyncLogGroup.Arn'],
      's3:GetObject': ['RosterBucket.Arn/rosters/*', 'RosterBucket.Arn/state/*', 'RosterBucket.Arn/runs/*'],
      'sqs:SendMessage': ['JobQueue.Arn', 'UndeliveredTriggerQueue.Arn'],
    });
  });

  it('lets the worker do this and nothing else', () => {
    expect(rightsOf('WorkerRole')).toEqual({
      ...SHARED_RIGHTS,
      'logs:CreateLogStream': ['WorkerLogGroup.Arn'],
      'logs:PutLogEvents': ['WorkerLogGroup.Arn'],
      's3:GetObject': ['RosterBucket.Arn/state/*', 'RosterBucket.Arn/runs/*'],
      'sqs:ReceiveMessage': ['JobQueue.Arn'],
      'sqs:DeleteMessage': ['JobQueue.Arn'],
      'sqs:GetQueueAttributes': ['JobQueue.Arn'],
      'sqs:ChangeMessageVisibility': ['JobQueue.Arn'],
      'sqs:SendMessage': ['DeadLetterQueue.Arn'],
    });
  });

  it('decrypts tokens only, and only through SSM', () => {
    const [decrypt] = statementsOf(template).filter(({ Action }) => Action.includes('kms:Decrypt'));
    expect(JSON.stringify(decrypt?.Condition)).toContain('kms:ViaService');
    expect(JSON.stringify(decrypt?.Condition)).toContain('parameter/fastly-invitation-sync/prod/*/token');
  });

  it('gives each function a role of its own', () => {
    const roles = resourcesOfType(template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties?.Role,
    );
    expect(roles.map(shortName)).toEqual(['SyncRole.Arn', 'WorkerRole.Arn']);
  });

  it('allows nothing with an asterisk, and nothing to everybody', () => {
    expect(tooWide(template)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an action with an asterisk', { Action: 'sqs:*', Resource: 'x' }, 'SyncRole: sqs:*'],
    ['every resource', { Action: ['sqs:SendMessage'], Resource: ['*'] }, 'SyncRole: every resource'],
    ['everybody', { Action: 'sqs:SendMessage', Resource: 'x', Principal: '*' }, 'SyncRole: everybody'],
  ])('would notice %s', (_, statement, fault) => {
    const policies = [
      { PolicyName: 'x', PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] } },
    ];
    const changed: Template = {
      Resources: { SyncRole: { Type: 'AWS::IAM::Role', Properties: { Policies: policies } } },
    };
    expect(tooWide(changed)).toEqual([fault]);
  });
});

describe('data at rest and on its way', () => {
  it.each([
    ...resourcesOfType(template, 'AWS::SQS::Queue'),
    ...resourcesOfType(template, 'AWS::S3::Bucket'),
    ...resourcesOfType(template, 'AWS::SNS::Topic'),
  ])('%s refuses plain transport', (name) => {
    const denials = statementsOf(template).filter(
      ({ Effect, Resource, Condition }) =>
        Effect === 'Deny' &&
        String(at(Condition, 'Bool', 'aws:SecureTransport')) === 'false' &&
        JSON.stringify(Resource).includes(name),
    );
    expect(denials).toHaveLength(1);
  });

  it.each(resourcesOfType(template, 'AWS::SQS::Queue'))(
    '%s is encrypted and keeps messages for 14 days',
    (_, queue) => {
      expect(queue.Properties).toMatchObject({
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 14 * 24 * 3600,
      });
    },
  );

  it.each(resourcesOfType(template, 'AWS::S3::Bucket'))('%s is encrypted and not public', (_, bucket) => {
    expect(at(bucket, 'Properties', 'BucketEncryption', 'ServerSideEncryptionConfiguration')).toHaveLength(1);
    expect(bucket.Properties?.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it('keeps the rosters: versions, owner, lifecycle, and the bucket itself when the stack goes', () => {
    expect(Resources.RosterBucket).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    });
    const rules = at(Resources.RosterBucket, 'Properties', 'LifecycleConfiguration', 'Rules');
    expect(rules).toMatchObject([
      { Prefix: 'runs/', ExpirationInDays: 90 },
      { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ]);
  });

  it.each(resourcesOfType(template, 'AWS::Logs::LogGroup'))(
    '%s forgets, and masks addresses',
    (_, { Properties }) => {
      expect(Properties?.RetentionInDays).toBe(30);
      const statements = at(Properties, 'DataProtectionPolicy', 'Statement');
      expect(JSON.stringify(statements).match(/EmailAddress/g)).toHaveLength(2);
      expect(JSON.stringify(statements)).toMatch(/Audit.*Deidentify/);
    },
  );
});
