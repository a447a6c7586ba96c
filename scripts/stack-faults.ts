/** What is wrong with the parameters of a deployment. The template made from them is checked before AWS sees it. */

import { ConfigError, misspeltVariables, parseConfig } from '../lib/domain/config.ts';
import { at, resourcesOfType, type Template } from './template.ts';

/** CloudWatch evaluates the last seven days at most. */
const MAX_SILENCE_HOURS = 168;
/** A job may wait in the queue for so long, and its run's reports have to outlive it. */
const QUEUE_RETENTION_DAYS = 14;
/** The alarm counts whole hours, and a plan takes up to a quarter of an hour. */
const SLACK_HOURS = 2;

/** Values that AWS chooses when it creates the stack; any valid ones do for this check. */
const DEPLOYED: Readonly<Record<string, string>> = {
  ROSTER_BUCKET: 'bucket',
  QUEUE_URL: 'https://sqs.example.com/jobs',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/dead',
  NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:::topic',
};

/** A deployed function reads its tokens from the Parameter Store only, so the message about two ways is replaced. */
const NO_TOKEN = 'TOKEN_PARAMETER_PREFIX or FASTLY_API_TOKEN: one of the two is required';
const NO_PREFIX = 'TOKEN_PARAMETER_PREFIX: is required, as it is where the tokens are';

const parameterOf = (variable: string): string =>
  variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** What the functions would refuse when they start. */
const environmentFaults = (template: Template): string[] =>
  resourcesOfType(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const variables = Object.entries(at(Properties, 'Environment', 'Variables') ?? {});
    const environment = Object.fromEntries(
      variables.map(([name, value]) => [name, typeof value === 'object' ? DEPLOYED[name] : String(value)]),
    );
    const misspelt = misspeltVariables(environment).map(
      ({ given, meant }) => `${given}: no function reads it. Did you mean ${meant}?`,
    );
    try {
      parseConfig(environment);
      return misspelt;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const lines = error.message.split('\n').slice(1);
      const faults = lines
        .map((line) => line.trim().replace(NO_TOKEN, NO_PREFIX))
        .map((line) => line.replace(/^[A-Z_]+/, (name) => `${parameterOf(name)} (${name})`));
      return [...faults, ...misspelt];
    }
  });

const HOURS_PER_UNIT: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/**
 * Hours between two starts of `rate(...)`; undefined for any other expression. The pauses of `cron(...)` are not worked
 * out here, and EventBridge itself refuses what is no schedule.
 */
const pauseHours = (expression: string): number | undefined => {
  const [, value, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return value === undefined ? undefined : Number(value) * (HOURS_PER_UNIT[unit] ?? 0);
};

/** The no-plan alarm has to wait for longer than the schedule pauses: otherwise it is raised between any two plans. */
const scheduleFaults = (template: Template): string[] => {
  const silence = Number(at(template.Resources, 'NoPlanAlarm', 'Properties', 'EvaluationPeriods'));
  if (!Number.isInteger(silence) || silence < 1 || silence > MAX_SILENCE_HOURS)
    return [`planSilenceHours: expected whole hours, ${MAX_SILENCE_HOURS} at most`];
  return resourcesOfType(template, 'AWS::Events::Rule').flatMap(([, { Properties }]) => {
    const pause = pauseHours(String(Properties?.ScheduleExpression));
    return pause !== undefined && silence < pause + SLACK_HOURS
      ? [
          `planSilenceHours: ${silence} contradicts scheduleRate, which pauses for ${pause} hours: expected ${SLACK_HOURS} more than that`,
        ]
      : [];
  });
};

const LOG_LEVELS = /^(TRACE|DEBUG|INFO|WARN|ERROR|CRITICAL|SILENT)$/;

const functionFaults = (template: Template): string[] =>
  resourcesOfType(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const variables = at(Properties, 'Environment', 'Variables');
    return [
      ...(LOG_LEVELS.test(String(at(variables, 'POWERTOOLS_LOG_LEVEL')))
        ? []
        : ['logLevel: expected TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL or SILENT']),
      ...(/^(?!AWS\/)[\w./#:-]{1,255}$/.test(String(at(variables, 'POWERTOOLS_METRICS_NAMESPACE')))
        ? []
        : ['metricsNamespace: expected letters, digits and ._/#:-, and nothing of AWS']),
    ];
  });

const otherFaults = ({ Resources }: Template): string[] => {
  const reportDays = Number(
    at(Resources, 'RosterBucket', 'Properties', 'LifecycleConfiguration', 'Rules', 0, 'ExpirationInDays'),
  );
  const oldestJobHours = Number(at(Resources, 'OldestJobAlarm', 'Properties', 'Threshold'));
  const email = String(at(Resources, 'NotificationEmail', 'Properties', 'Endpoint') ?? '');
  return [
    ...(Number.isInteger(reportDays) && reportDays > QUEUE_RETENTION_DAYS
      ? []
      : [
          `reportRetentionDays: expected whole days, more than the ${QUEUE_RETENTION_DAYS} that a job may wait`,
        ]),
    ...(oldestJobHours > 0 ? [] : ['oldestJobHours: expected a number of hours above 0']),
    ...(email === '' || /^[^\s@]+@[^\s@]+$/.test(email) ? [] : ['notificationEmail: expected one address']),
  ];
};

/** One sentence per fault, with the parameter and what was expected, never with a value. */
export const stackFaults = (template: Template): string[] => [
  ...new Set([
    ...environmentFaults(template),
    ...functionFaults(template),
    ...scheduleFaults(template),
    ...otherFaults(template),
  ]),
];

/** Of parameters given as `NAME=VALUE`, the names that no `${param:NAME}` of the given files asks for. */
export const unknownParameters = (given: readonly string[], files: readonly string[]): string[] => {
  const known = new Set(
    files.flatMap((file) => [...file.matchAll(/\$\{param:(\w+)/g)].map(([, name]) => name)),
  );
  return given.map((text) => text.split('=')[0] ?? '').filter((name) => !known.has(name));
};

/** The framework names the places where a value does not fit; these are the parameters which put it there. */
export const blamedParameters = (output: string, files: readonly string[]): string[] =>
  [...output.matchAll(/\bat '[\w.]*?(\w+)': must/g)].flatMap(([, key]) =>
    files.flatMap((file) =>
      [...file.matchAll(new RegExp(`\\b${key}: \\$\\{param:(\\w+)`, 'g'))].map(([, name]) => name ?? ''),
    ),
  );
