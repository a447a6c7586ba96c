import { readFileSync } from 'node:fs';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { describe, expect, it } from '@jest/globals';
import { METRIC_NAMES, METRIC_NAMESPACE } from '../../lib/ports/metrics.ts';
import { at, resourcesOfType } from '../../scripts/template.ts';
import { packaged, readTemplate } from '../support/packaged.ts';

type Watched = { readonly namespace: string; readonly name: string; readonly dimensions: readonly string[] };

const template = readTemplate(packaged());
const alarms = resourcesOfType(template, 'AWS::CloudWatch::Alarm').map(
  ([name, { Properties = {} }]) => [name, Properties] as const,
);
const spec = loadAwsServiceSpecSync();
const runbook = readFileSync('docs/runbook.md', 'utf8');

const watched = (metric: unknown): Watched => ({
  namespace: String(at(metric, 'Namespace')),
  name: String(at(metric, 'MetricName')),
  dimensions: ((at(metric, 'Dimensions') ?? []) as unknown[]).map((dimension) =>
    String(at(dimension, 'Name')),
  ),
});

const metricsOf = (properties: Readonly<Record<string, unknown>>): Watched[] => {
  const several = (properties.Metrics ?? []) as unknown[];
  const single = properties.MetricName === undefined ? [] : [watched(properties)];
  return [...single, ...several.flatMap((query) => at(query, 'MetricStat', 'Metric') ?? []).map(watched)];
};

/** Metrics that AWS emits, by `namespace name`; those that its specification leaves out are from its documentation. */
const AWS_METRICS = new Set([
  ...spec.all('metric').map(({ namespace, name }) => `${namespace} ${name}`),
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  'AWS/Lambda AsyncEventsDropped',
]);
const AWS_DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS/SQS': ['QueueName'],
  'AWS/Lambda': ['FunctionName'],
};

/** As Markdown viewers make them. */
const headings = new Set(
  [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  ),
);

describe.each(alarms)('%s', (_, properties) => {
  it('watches metrics that somebody emits, with the dimensions they are emitted with', () => {
    expect(metricsOf(properties)).not.toEqual([]);
    for (const { namespace, name, dimensions } of metricsOf(properties)) {
      if (namespace === METRIC_NAMESPACE) expect(METRIC_NAMES).toContain(name);
      else expect(AWS_METRICS).toContain(`${namespace} ${name}`);
      expect(dimensions).toEqual(AWS_DIMENSIONS[namespace] ?? []);
    }
  });

  it('says what it means and which section of the runbook to open', () => {
    const description = String(properties.AlarmDescription);
    const section = /^.{40,}See docs\/runbook\.md#([\w-]+)$/.exec(description)?.[1];
    expect(headings).toContain(section);
    expect(properties.AlarmName).toBe(`fastly-invitation-sync-prod-${section}`);
  });

  it('tells the topic, and looks back no further than CloudWatch can', () => {
    expect(properties.AlarmActions).toEqual([{ Ref: 'NotificationTopic' }]);
    const periods = Number(properties.EvaluationPeriods);
    const queries = (properties.Metrics ?? []) as unknown[];
    const period = Number(
      properties.Period ?? Math.max(...queries.map((q) => Number(at(q, 'MetricStat', 'Period') ?? 0))),
    );
    expect(periods * period).toBeLessThanOrEqual((period >= 3600 ? 7 : 1) * 86_400);
  });
});

describe('the alarms together', () => {
  it('take silence for trouble only where silence is the trouble', () => {
    const breaching = alarms.filter(([, { TreatMissingData }]) => TreatMissingData !== 'notBreaching');
    expect(breaching.map(([name, { TreatMissingData }]) => [name, TreatMissingData])).toEqual([
      ['NoPlanAlarm', 'breaching'],
    ]);
  });

  it('cover what an operator has to know', () => {
    const names = new Set(alarms.flatMap(([, properties]) => metricsOf(properties).map(({ name }) => name)));
    expect([...names].sort()).toEqual([
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'AsyncEventsDropped',
      'Duration',
      'Errors',
      'HeldChanges',
      'JobsFailed',
      'JobsRejected',
      'NumberOfMessagesDeleted',
      'PlanCompleted',
      'RunBlocked',
      'RunFailed',
      'RunHalted',
      'Throttles',
    ]);
  });
});

describe('the dashboard', () => {
  const [, dashboard] = resourcesOfType(template, 'AWS::CloudWatch::Dashboard')[0] ?? [];
  const body = JSON.parse(String(at(dashboard, 'Properties', 'DashboardBody', 'Fn::Sub')));
  const widgets: unknown[] = body.widgets;

  it('shows every alarm', () => {
    const [shown] = widgets.filter((widget) => at(widget, 'type') === 'alarm');
    expect([...((at(shown, 'properties', 'alarms') ?? []) as string[])].sort()).toEqual(
      alarms.map(([name]) => `\${${name}.Arn}`).sort(),
    );
  });

  it('draws each metric of the functions that there is, per account', () => {
    const searches = [...JSON.stringify(widgets).matchAll(/SEARCH\('(.*?)'/g)].map(
      ([, search]) => search ?? '',
    );
    const names = searches.flatMap((search) =>
      [...search.matchAll(/\\+"(\w+)\\+"/g)].map(([, name]) => name),
    );
    expect(searches.length).toBeGreaterThan(4);
    for (const search of searches)
      expect(search).toMatch(/^\{\\+"FastlyInvitationSync\\+",account\} MetricName=/);
    expect(new Set(names.filter((name) => name !== METRIC_NAMESPACE))).toEqual(new Set(METRIC_NAMES));
  });

  it('lays its widgets side by side', () => {
    const cells = widgets.flatMap((widget) => {
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => Number(at(widget, key)));
      return Array.from({ length: (width ?? 0) * (height ?? 0) }, (_, i) =>
        [(x ?? 0) + (i % (width ?? 1)), (y ?? 0) + Math.floor(i / (width ?? 1))].join(),
      );
    });
    expect(new Set(cells).size).toBe(cells.length);
  });
});
