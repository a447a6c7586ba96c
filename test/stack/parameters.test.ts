import { describe, expect, it } from '@jest/globals';
import { blamedParameters, stackFaults, unknownParameters } from '../../scripts/stack-faults.ts';
import { at, type Template } from '../../scripts/template.ts';
import { packaged, readTemplate } from '../support/packaged.ts';

const template = readTemplate(packaged());

/** The template as other parameters would have made it. */
const changed = (path: readonly (string | number)[], value: unknown): Template => {
  const copy = structuredClone(template);
  const holder = at(copy.Resources, ...path.slice(0, -1)) as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = value;
  return copy;
};

const variable = (name: string): string[] => [
  'SyncLambdaFunction',
  'Properties',
  'Environment',
  'Variables',
  name,
];
const SCHEDULE = ['Fastlyinvitationsyncprodsyncrule1EventBridgeRule', 'Properties', 'ScheduleExpression'];
const SILENCE = ['NoPlanAlarm', 'Properties', 'EvaluationPeriods'];
const REPORT_DAYS = ['RosterBucket', 'Properties', 'LifecycleConfiguration', 'Rules', 0, 'ExpirationInDays'];

describe('parameters', () => {
  it('make a stack with their defaults', () => {
    expect(stackFaults(template)).toEqual([]);
  });

  it.each<[string, readonly (string | number)[], unknown, string]>([
    [
      'no token',
      variable('TOKEN_PARAMETER_PREFIX'),
      '',
      'tokenParameterPrefix (TOKEN_PARAMETER_PREFIX): is required',
    ],
    [
      'a number that is none',
      variable('MAX_DELETES'),
      'many',
      'maxDeletes (MAX_DELETES): expected a whole number',
    ],
    [
      'an unknown role',
      variable('ALLOWED_ROLES'),
      'user,king',
      'allowedRoles (ALLOWED_ROLES): expected roles',
    ],
    [
      'a list with another separator',
      variable('PROTECTED_EMAILS'),
      'a@x.io;b@x.io',
      'protectedEmails (PROTECTED_EMAILS): expected addresses',
    ],
    [
      'a variable that is nearly one',
      variable('PROTECTED_EMAIL'),
      'a@x.io',
      'PROTECTED_EMAIL: no function reads it. Did you mean PROTECTED_EMAILS?',
    ],
    ['an unknown mode', variable('MODE'), 'aply', 'mode (MODE): expected plan or apply'],
    [
      'a token in clear',
      variable('FASTLY_API_URL'),
      'http://example.com',
      'fastlyApiUrl (FASTLY_API_URL): expected an https',
    ],
    [
      'a reserve as large as the quota',
      variable('RATE_LIMIT_RESERVE'),
      '1000',
      'rateLimitReserve (RATE_LIMIT_RESERVE)',
    ],
    ['an unknown log level', variable('POWERTOOLS_LOG_LEVEL'), 'LOUD', 'logLevel: expected TRACE'],
    [
      'a namespace of AWS',
      variable('POWERTOOLS_METRICS_NAMESPACE'),
      'AWS/Lambda',
      'metricsNamespace: expected',
    ],
    [
      'a schedule slower than its alarm',
      SCHEDULE,
      'rate(2 days)',
      'planSilenceHours: 26 contradicts scheduleRate',
    ],
    ['a schedule in hours', SCHEDULE, 'rate(25 hours)', 'planSilenceHours: 26 contradicts scheduleRate'],
    ['an alarm faster than its schedule', SILENCE, 25, 'planSilenceHours: 25 contradicts scheduleRate'],
    [
      'a longer silence than CloudWatch can watch',
      SILENCE,
      169,
      'planSilenceHours: expected whole hours, 168 at most',
    ],
    [
      'reports that go before their jobs',
      REPORT_DAYS,
      14,
      'reportRetentionDays: expected whole days, more than the 14',
    ],
    ['no age', ['OldestJobAlarm', 'Properties', 'Threshold'], 'old', 'oldestJobHours: expected a number'],
    [
      'no address',
      ['NotificationEmail', 'Properties', 'Endpoint'],
      'ops',
      'notificationEmail: expected one address',
    ],
  ])('with %s are refused by name', (_, path, value, fault) => {
    expect(stackFaults(changed(path, value))).toEqual([expect.stringContaining(fault)]);
  });

  it.each(['rate(24 hours)', 'rate(1 minute)', 'cron(0 6 ? * MON *)'])(
    'with the schedule %s are left to AWS and to whoever chose it',
    (expression) => {
      expect(stackFaults(changed(SCHEDULE, expression))).toEqual([]);
    },
  );

  it('are all named when several are wrong', () => {
    const one = changed(variable('MAX_DELETES'), '-1');
    const two = {
      Resources: { ...one.Resources, NoPlanAlarm: { Type: 'x', Properties: { EvaluationPeriods: '1.5' } } },
    };
    expect(stackFaults(two)).toHaveLength(2);
  });

  it('must exist', () => {
    const files = [`a: \${param:maxDeletes}\nb: \${param:mode}`];
    expect(unknownParameters(['maxDeletes=1', 'mode=plan'], files)).toEqual([]);
    expect(unknownParameters(['maxDelets=1', 'mod', 'mode=plan=x'], files)).toEqual(['maxDelets', 'mod']);
  });

  it('are named when the framework names only the place', () => {
    const files = [`schedule: \${param:scheduleRate}\nlogRetentionInDays: \${param:logRetentionDays}`];
    const said = (place: string): string => `Configuration error at '${place}': must match`;
    expect(blamedParameters(said('functions.sync.events.0.eventBridge.schedule'), files)).toEqual([
      'scheduleRate',
    ]);
    expect(blamedParameters(said('provider.logRetentionInDays'), files)).toEqual(['logRetentionDays']);
    expect(blamedParameters(said('provider.runtime'), files)).toEqual([]);
  });
});
