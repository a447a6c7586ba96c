import { afterAll, describe, expect, it } from '@jest/globals';
import { removeFolders } from '../support/cli.ts';
import { killAgainAndAgain } from '../support/cli-kill.ts';

afterAll(removeFolders);

describe('killed at random moments and started again each time', () => {
  // 50 kills in a row: npm run kill-test
  it('ends with Fastly equal to the roster, and nobody mailed twice', async () => {
    const figures = await killAgainAndAgain({ kills: 4, seed: 7, rows: 300 });

    expect(figures.statuses).toEqual([0, 0]);
    expect(figures.found).toEqual(figures.wanted);
    expect(Object.keys(figures.mails)).toEqual(['1']);
    expect(figures.lastOutput).toContain('In sync: nothing to change, 0 writes');
  }, 60_000);
});
