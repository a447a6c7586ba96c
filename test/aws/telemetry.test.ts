import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLog, createMetrics } from '../../lib/aws/telemetry.ts';
import { METRIC_NAMES } from '../../lib/ports/metrics.ts';

/** What reached standard output and standard error, line by line. */
let lines: string[];
const capture = (chunk: unknown): boolean => {
  lines.push(...String(chunk).trimEnd().split('\n'));
  return true;
};

beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation(capture);
  jest.spyOn(process.stderr, 'write').mockImplementation(capture);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const printed = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));

describe('metrics', () => {
  it('count once under the account and once without any dimension, never under the service', () => {
    const metrics = createMetrics();
    metrics.add('acme', 'JobsCreated', 2);
    metrics.add('acme', 'JobsCreated', 3);
    metrics.add('acme', 'QuotaWaitSeconds', 1800);
    expect(lines).toEqual([]);
    metrics.flush();
    expect(printed()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'FastlyInvitationSync',
              Dimensions: [['account'], []],
              Metrics: [
                { Name: 'JobsCreated', Unit: 'Count' },
                { Name: 'QuotaWaitSeconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        account: 'acme',
        JobsCreated: [2, 3],
        QuotaWaitSeconds: 1800,
      },
    ]);
  });

  it('keep accounts apart, and are written once', () => {
    const metrics = createMetrics();
    metrics.add('acme', 'RosterRows', 1);
    metrics.add('initech', 'RosterRows', 2);
    metrics.flush();
    metrics.flush();
    expect(printed().map(({ account, RosterRows }) => [account, RosterRows])).toEqual([
      ['acme', 1],
      ['initech', 2],
    ]);
    metrics.add('acme', 'RosterRows', 3);
    metrics.flush();
    expect(printed()[2]).toMatchObject({ account: 'acme', RosterRows: 3 });
  });

  it('keep their dimensions beyond a hundred values, and lose none', () => {
    const metrics = createMetrics();
    const values = Array.from({ length: 250 }, (_, index) => index);
    for (const value of values) metrics.add('acme', 'RateLimitRemaining', value);
    metrics.flush();
    expect(printed().map(({ account }) => account)).toEqual(['acme', 'acme', 'acme']);
    expect(printed().flatMap(({ RateLimitRemaining: remaining }) => remaining)).toEqual(values);
    for (const { _aws } of printed())
      expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['account'], []] }] });
  });

  it('are all accepted, in one document', () => {
    const metrics = createMetrics();
    for (const name of METRIC_NAMES) metrics.add('acme', name, 0);
    metrics.flush();
    expect(printed()).toHaveLength(1);
    expect(Object.keys(printed()[0] ?? {})).toEqual(['_aws', 'account', ...METRIC_NAMES]);
  });
});

it('logs one JSON object per line, with the fields and nothing for those that are undefined', () => {
  const log = createLog(new Logger({ serviceName: 'fastly-invitation-sync' }));
  log.info('the plan is made', { account: 'acme', runId: 'r1', generation: 42, reason: undefined });
  log.warn('held');
  log.error('failed', { account: 'acme' });
  expect(printed()).toMatchObject([
    { level: 'INFO', message: 'the plan is made', account: 'acme', runId: 'r1', generation: 42 },
    { level: 'WARN', message: 'held', service: 'fastly-invitation-sync' },
    { level: 'ERROR', message: 'failed', account: 'acme' },
  ]);
  expect(printed()[0]).not.toHaveProperty('reason');
});
