import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SimulatorOptions } from '../../local/simulator/simulator.ts';
import { ADDRESS, NOW, startTrial, TOKEN, type TrialBench } from './trial-support.ts';

const withTrial = async (
  use: (trial: TrialBench) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> => {
  const trial = await startTrial(options);
  try {
    await use(trial);
  } finally {
    await trial.fastly.close();
  }
};

const STILL_THERE = /failed +clean-up +THE INVITATION (\w+) IS STILL THERE: /;

describe('the clean-up', () => {
  it.each<[string, (trial: TrialBench) => void, RegExp]>([
    [
      'fails twice and then does it',
      ({ fastly }) => fastly.fault({ method: 'DELETE', times: 2, answer: { status: 503 } }),
      /ok +clean-up +DELETE answered 204/,
    ],
    [
      'is done but its answer is lost',
      ({ fastly }) => fastly.fault({ method: 'DELETE', answer: 'hang', effect: true }),
      /ok +clean-up +DELETE \S+: 404/,
    ],
    [
      'is done, and every answer is lost',
      ({ fastly }) => fastly.fault({ method: 'DELETE', times: 9, answer: 'cut', effect: true }),
      /ok +clean-up +DELETE \S+: the connection failed .*; the address has no invitation/,
    ],
    [
      'comes too late, as somebody else cancelled it',
      ({ fastly }) =>
        fastly.fault({
          method: 'DELETE',
          answer: { status: 404, body: '{"msg":"Record not found"}' },
          effect: true,
        }),
      /ok +clean-up +DELETE \S+: 404, Record not found; the address has no invitation/,
    ],
  ])('leaves nothing when the DELETE %s', async (_, prepare, expected) => {
    await withTrial(async (trial) => {
      prepare(trial);
      const { output, failures } = await trial.attempt();
      expect([failures, trial.leftovers()]).toEqual([0, []]);
      expect(output).toMatch(expected);
    });
  });

  it.each<[string, (trial: TrialBench) => void, RegExp]>([
    [
      'every DELETE fails',
      ({ fastly }) => fastly.fault({ method: 'DELETE', times: 99, answer: { status: 500 } }),
      /: 500, .* Cancel it: curl -X DELETE .* https:\/\/api\.fastly\.com\/invitations\/\w+, or in the control panel/,
    ],
    [
      'the DELETE is refused',
      ({ fastly }) => fastly.fault({ method: 'DELETE', times: 99, answer: { status: 403 } }),
      /: 403, /,
    ],
    [
      'the DELETE is answered but has no effect',
      ({ fastly }) => fastly.fault({ method: 'DELETE', times: 99, answer: { status: 204 } }),
      /: DELETE answered 204/,
    ],
  ])('names what is left when %s', async (_, prepare, expected) => {
    await withTrial(async (trial) => {
      prepare(trial);
      const { output, failures } = await trial.attempt();
      expect([trial.leftovers(), failures]).toEqual([[STILL_THERE.exec(output)?.[1]], 1]);
      expect(output).toMatch(expected);
    });
  });

  it('names what is left when the token ends in between, and the list can’t be read any more', async () => {
    await withTrial(async (trial) => {
      const { output } = await trial.attempt({ afterPost: () => trial.fastly.revokeToken() });
      expect(trial.leftovers()).toEqual([STILL_THERE.exec(output)?.[1]]);
      expect(output).toMatch(/DELETE \S+: 401.*; GET \/invitations: 401/);
    });
  });

  it('says so when the list can’t be read to see it gone', async () => {
    await withTrial(async (trial) => {
      trial.fastly.fault({ url: '/invitations?', skip: 3, times: 999, answer: { status: 403 } });
      expect((await trial.attempt()).output).toMatch(
        /failed +clean-up +DELETE answered 204, .* but it can't be seen: GET \/invitations: 403/,
      );
      expect(trial.leftovers()).toEqual([]);
    });
  });

  it('waits for the next quota window when the POST took the last write', async () => {
    await withTrial(
      async (trial) => {
        const { output, failures } = await trial.attempt();
        expect([failures, trial.leftovers()]).toEqual([0, []]);
        expect(output).toMatch(/clean-up +the quota is used up: waiting until 2026-11-23T13:00:0\d/);
        expect(trial.clock.time).toBeGreaterThanOrEqual(Date.parse('2026-11-23T13:00:00Z'));
      },
      { quotaPerHour: 1 },
    );
  });

  it('does not wait for the quota when it is interrupted, and names what is left', async () => {
    await withTrial(
      async (trial) => {
        const { output } = await trial.attempt({ interruptAt: /waiting until/ });
        expect(trial.leftovers()).toEqual([STILL_THERE.exec(output)?.[1]]);
        expect(trial.clock.time).toBe(NOW);
      },
      { quotaPerHour: 1 },
    );
  });
});

describe('an interruption', () => {
  it.each<[string, RegExp, number, RegExp]>([
    ['before anything was sent', / address /, 0, /skipped +POST +interrupted, nothing was sent$/],
    ['after the POST', / POST /, 2, /ok +clean-up +DELETE answered 204.*$/],
    ['while looking', / in the list /, 2, /ok +clean-up +DELETE answered 204.*$/],
    ['after the clean-up', / clean-up /, 2, /ok +clean-up +DELETE answered 204.*$/],
  ])('%s leaves nothing', async (_, interruptAt, writes, expected) => {
    await withTrial(async (trial) => {
      const { output } = await trial.attempt({ interruptAt });
      expect([trial.leftovers(), trial.writes()]).toEqual([[], writes]);
      expect(output).toMatch(expected);
    });
  });

  it('while the list lags ends the waiting', async () => {
    await withTrial(async (trial) => {
      trial.fastly.fault({ method: 'GET', url: '/invitations?', skip: 1, times: 999, answer: 'cut' });
      const { output } = await trial.attempt({ interruptAt: / POST / });
      expect([trial.leftovers(), output.includes('in the list')]).toEqual([[], false]);
    });
  });
});

describe('whatever goes wrong', () => {
  const answer = fc.constantFrom(
    'cut' as const,
    'cut_body' as const,
    { status: 500 },
    { status: 429 },
    { status: 401 },
    { status: 204 },
  );
  const fault = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    answer,
    effect: fc.boolean(),
    skip: fc.nat(4),
    times: fc.integer({ min: 1, max: 30 }),
  });
  const interruptAt = fc.constantFrom(/never/, / POST /, / in the list /, /waiting/, / clean-up /);

  it('mails once at most, touches nobody else, and leaves nothing unsaid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 4 }), interruptAt, async (faults, stop) => {
        await withTrial(async (trial) => {
          for (const each of faults) trial.fastly.fault(each);
          const { lines, output, failures } = await trial.attempt({ interruptAt: stop });
          const left = trial.leftovers();
          expect(trial.fastly.mails().get(ADDRESS) ?? 0).toBeLessThanOrEqual(1);
          expect(trial.fastly.invitations().length - left.length).toBe(1);
          expect(output).not.toContain(TOKEN);
          const said = left.every((id) =>
            lines.some((line) => line.startsWith('failed') && line.includes(id)),
          );
          if (!said) expect(output).toMatch(/IS NOT KNOWN/);
          if (left.length > 0) expect(failures).toBeGreaterThan(0);
        });
      }),
      { numRuns: 50 },
    );
  }, 30_000);
});
