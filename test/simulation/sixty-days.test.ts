import { describe, expect, it } from '@jest/globals';
import type { Behaviour } from '../../local/simulator/behaviour.ts';
import { ACCESSES } from './people.ts';
import { runSixtyDays } from './sixty-days.ts';

const ONE_EACH = ACCESSES.map(() => 1);

/** Every way of showing access otherwise than it was asked for, and two of them at once. */
const SHOWN: readonly Partial<Behaviour>[] = [
  {},
  { shownRole: 'derived' },
  { shownRole: 'dropped' },
  { shownRole: 'capitalised' },
  { shownRole: 'user' },
  { shownRoles: 'derived' },
  { shownRoles: 'objects' },
  { shownRoles: 'reversed' },
  { shownRoles: 'dropped' },
  { shownRoles: 'upper_case' },
  { shownRoles: 'one_more' },
  { shownLimit: 'derived' },
  { shownLimit: 'dropped' },
  { shownLimit: 'always' },
  { shownRole: 'derived', shownRoles: 'objects' },
];

describe('F56 sixty daily runs mail everybody once, and once more for another access, however Fastly shows it:', () => {
  it.each(SHOWN)('%j', async (behaviour) => {
    expect(await runSixtyDays(behaviour)).toEqual({
      before: ONE_EACH,
      after: ONE_EACH,
      violation: undefined,
    });
  });
});
