import { describe, expect, it } from '@jest/globals';
import { describeFailure, runMany, traceOf } from './many-runs.ts';
import { simulate } from './simulation.ts';

const RUNS = 2000;
const MINUTE_MS = 60_000;

/** What has to have gone wrong now and then, or the runs prove nothing. */
const TROUBLES = [
  'worker crashes',
  'planner crashes',
  'takeovers',
  'runs halted',
  'holds',
  'approvals',
  'redelivered messages',
  'redriven messages',
  '429s',
  'answers 401',
  'answers 409',
  'broken rosters',
  'damaged files',
  'expiries',
  'outages',
  'plans superseded',
  'fault: acknowledgementLost',
  'fault: doubleDelivery',
  'fault: sendLost',
  'fault: storeWriteRaces',
  'fault: storeWriteRepeated',
  'fault: writeFailsAfterEffect',
  'fault: writeTimesOut',
  'fault: writeTooLate',
];

describe('the simulated pipeline', () => {
  it(
    `breaks no invariant in ${RUNS} runs full of trouble`,
    async () => {
      const { counts, failed } = await runMany(1, RUNS, 'all');
      const [first] = failed;
      if (first !== undefined)
        throw new Error(
          `${failed.map(describeFailure).join('\n')}\n\n${await traceOf(first.seed, 40, 'all')}`,
        );
      expect(TROUBLES.filter((trouble) => counts.of(trouble) < 10)).toEqual([]);
    },
    10 * MINUTE_MS,
  );

  it('does the same again for the same seed', async () => {
    const traces: string[][] = [[], []];
    for (const trace of traces) await simulate(8, { trace: (line) => trace.push(line) });
    expect(traces[0]?.length).toBeGreaterThan(50);
    expect(traces[0]).toEqual(traces[1]);
  });
});
