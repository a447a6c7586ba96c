import { describe, expect, it } from '@jest/globals';
import { converge, optimumMs, SCENARIOS } from './convergence.ts';
import { runSimpleLoop } from './simple-loops.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Three windows. */
const JOBS = 2000;

describe('a large plan converges', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s: nothing is lost, nobody is mailed twice, no 429',
    async (_name, scenario) => {
      const jobs = scenario.action === 'create' ? JOBS : JOBS / 2;
      const figures = await converge({ ...scenario, jobs }, 1);
      expect(figures).toMatchObject({ violation: undefined, rateLimited: 0, deadLetters: 0 });
      expect(figures.invocationsPer1000Jobs).toBeLessThan(scenario.outageHours === undefined ? 120 : 250);
      // SQS would give a message up at 200.
      expect(figures.highestReceiveCount).toBeLessThan(scenario.outageHours === undefined ? 10 : 150);
      if (scenario.outageHours !== undefined) expect(figures.hours).toBeGreaterThan(scenario.outageHours);
    },
    MINUTE_MS,
  );

  it(
    'as fast as the quota allows, with one write for each create and two for each replace',
    async () => {
      const creates = await converge({ name: 'creates', action: 'create', jobs: JOBS }, 2);
      expect(creates.ratio).toBeLessThan(1.02);
      expect(creates.writesPerJob).toBe(1);
      const replaces = await converge({ name: 'replaces', action: 'replace', jobs: JOBS / 2 }, 2);
      expect(replaces.ratio).toBeLessThan(1.02);
      expect(replaces.writesPerJob).toBe(2);
    },
    MINUTE_MS,
  );
});

describe('the optimum', () => {
  const halfPast = 9.5 * HOUR_MS;
  it.each([
    { writes: 950, hours: 0 },
    { writes: 951, hours: 0.5 },
    { writes: 1900, hours: 0.5 },
    { writes: 1901, hours: 1.5 },
    { writes: 5000, hours: 4.5 },
  ])('of $writes writes at half past, 950 per window, is $hours h', ({ writes, hours }) => {
    expect(optimumMs(halfPast, writes, { first: 950, later: 950 })).toBe(hours * HOUR_MS);
  });

  it('waits for the end of an outage, and goes on at once', () => {
    const outage = { from: 10 * HOUR_MS, to: 12.25 * HOUR_MS };
    expect(optimumMs(halfPast, 1000, { first: 950, later: 950, outage })).toBe(2.75 * HOUR_MS);
  });
});

describe('simple loops, for comparison', () => {
  it('one that stops at the first 429 loses time in every window, and one that is paced gets no 429', () => {
    const stopping = runSimpleLoop('stops at the first 429 until an hour later', 3000, 9.5 * HOUR_MS);
    expect(stopping.rateLimited).toBeGreaterThan(0);
    expect(stopping.ratio).toBeGreaterThan(1.02);
    const paced = runSimpleLoop('one write per 3.6 s', 3000, 9.5 * HOUR_MS);
    expect(paced.rateLimited).toBe(0);
    expect(paced.ratio).toBeGreaterThan(1.02);
  });
});
