import { describe, expect, it } from '@jest/globals';
import { longestPauseHours } from '../../scripts/schedule.ts';

describe('the longest pause of a schedule', () => {
  it.each<[string, number]>([
    ['rate(1 day)', 24],
    ['rate(7 days)', 168],
    ['rate(1 hour)', 1],
    ['rate(12 hours)', 12],
    ['rate(30 minutes)', 0.5],
    ['cron(0 6 * * ? *)', 24],
    ['cron(0/15 * * * ? *)', 24],
    ['cron(30 5,17 ? * * *)', 24],
    ['cron(0 6 ? * MON-FRI *)', 72],
    ['cron(0 6 ? * mon,thu *)', 96],
    ['cron(0 6 ? * 1 *)', 168],
    ['cron(0 6 1 * ? *)', 31 * 24],
    ['cron(0 6 * JAN-MAR ? *)', 31 * 24],
    ['cron(0 6 * * ? 2030)', 31 * 24],
  ])('%s is %d hours', (expression, hours) => {
    expect(longestPauseHours(expression)).toBe(hours);
  });

  it.each([
    '',
    'daily',
    'rate(1 days)',
    'rate(2 day)',
    'rate(0 days)',
    'rate(1.5 hours)',
    'rate(1 week)',
    'rate( 1 day )',
    'cron(0 6 * * *)',
    'cron(0 6 * * * *)',
    'cron(0 6 ? * ? *)',
    'cron(60 6 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 6 ? * FRI-MON *)',
    'cron(0 6 ? * XYZ *)',
    'cron(0/0 6 * * ? *)',
    'cron(0 6,, * * ? *)',
    'at(2030-01-01T00:00:00)',
  ])('is nothing for %j, which EventBridge would refuse', (expression) => {
    expect(longestPauseHours(expression)).toBeUndefined();
  });
});
