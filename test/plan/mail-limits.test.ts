import { describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../lib/domain/ledger.ts';
import { mailLimit, mayForget } from '../../lib/plan/mail-limits.ts';
import { DAY_MS, ledgerEntry, NOW } from '../support/build.ts';

const RULES = { maxInvitesPerEmail: 3, reinviteAfterDays: 7 };
const sent = (ago: number, more: Partial<LedgerEntry> = {}): LedgerEntry =>
  ledgerEntry({ lastSentAt: new Date(NOW - ago).toISOString(), ...more });
const coolingFor = (ms: number) => ({ reason: 'cooling_down', until: new Date(NOW + ms).toISOString() });

describe('mailLimit', () => {
  it.each([
    { name: 'nothing sent yet', entry: undefined, limit: undefined },
    { name: 'sent just now', entry: sent(0), limit: coolingFor(7 * DAY_MS) },
    { name: 'a moment before the cool-down ends', entry: sent(7 * DAY_MS - 1), limit: coolingFor(1) },
    { name: 'when the cool-down ends', entry: sent(7 * DAY_MS), limit: undefined },
    { name: 'one mail below the most', entry: sent(8 * DAY_MS, { count: 2 }), limit: undefined },
    { name: 'as often as allowed', entry: sent(8 * DAY_MS, { count: 3 }), limit: { reason: 'given_up' } },
    {
      name: 'more often than allowed by now',
      entry: sent(8 * DAY_MS, { count: 4 }),
      limit: { reason: 'given_up' },
    },
    {
      name: 'as often as allowed, and just now',
      entry: sent(0, { count: 3 }),
      limit: { reason: 'given_up' },
    },
    { name: 'no cool-down', entry: sent(0), rules: { reinviteAfterDays: 0 }, limit: undefined },
    { name: 'a replace that was cut off', entry: sent(0, { interrupted: true }), limit: undefined },
    {
      name: 'a replace that was cut off at the last mail allowed',
      entry: sent(0, { interrupted: true, count: 3 }),
      limit: { reason: 'given_up' },
    },
    { name: 'another access than the one just sent', entry: sent(0), isChange: true, limit: undefined },
    {
      name: 'F57 another access once more, as often as allowed',
      entry: sent(0, { count: 3 }),
      isChange: true,
      limit: { reason: 'given_up' },
    },
  ])('$name', ({ entry, isChange = false, rules = {}, limit }) => {
    expect(mailLimit(entry, isChange, { ...RULES, ...rules }, NOW)).toEqual(limit);
  });
});

describe('mayForget', () => {
  it.each([
    {
      name: 'a moment before three cool-downs of seven days',
      ago: 21 * DAY_MS - 1,
      rules: {},
      forget: false,
    },
    { name: 'after three cool-downs of seven days', ago: 21 * DAY_MS, rules: {}, forget: true },
    {
      name: 'without a cool-down, within three days',
      ago: 3 * DAY_MS - 1,
      rules: { reinviteAfterDays: 0 },
      forget: false,
    },
    {
      name: 'without a cool-down, after three days',
      ago: 3 * DAY_MS,
      rules: { reinviteAfterDays: 0 },
      forget: true,
    },
  ])('$name: $forget', ({ ago, rules, forget }) => {
    expect(mayForget(sent(ago), { ...RULES, ...rules }, NOW)).toBe(forget);
  });
});
