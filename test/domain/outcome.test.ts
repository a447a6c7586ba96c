import { describe, expect, it } from '@jest/globals';
import {
  decodeOutcomes,
  encodeOutcomes,
  foldOutcomes,
  isSent,
  needsAttention,
  OUTCOME_RESULTS,
  type Outcome,
  type OutcomeResult,
  REPORTED_RESULTS,
} from '../../lib/domain/outcome.ts';
import { email, NOW } from '../support/build.ts';

const outcome = (result: OutcomeResult, more: Partial<Outcome> = {}): Outcome => ({
  action: 'create',
  email: email('ada'),
  result,
  at: new Date(NOW).toISOString(),
  ...more,
});

describe('of two outcomes of one job', () => {
  const ranked = OUTCOME_RESULTS.flatMap((first, index) =>
    OUTCOME_RESULTS.slice(index + 1).map((second) => ({ first, second })),
  );

  it.each(ranked)('$first counts before $second, whichever was stored first', ({ first, second }) => {
    const both = [outcome(first), outcome(second)];
    for (const outcomes of [both, both.toReversed()])
      expect(foldOutcomes(outcomes).get(email('ada'))?.result).toBe(first);
  });

  it.each([
    ['created', 'already_invited'],
    ['replaced', 'already_invited'],
    ['deleted', 'already_gone'],
    ['already_member', 'rejected'],
    ['already_gone', 'failed'],
    ['failed', 'superseded'],
  ] as const)(
    'what was done before what was found, and that before what was not done: %s, %s',
    (first, second) => {
      expect(OUTCOME_RESULTS.indexOf(first)).toBeLessThan(OUTCOME_RESULTS.indexOf(second));
    },
  );

  it('with equal results the older one counts', () => {
    const older = outcome('created', { detail: 'older' });
    const newer = outcome('created', { detail: 'newer', at: new Date(NOW + 1).toISOString() });
    for (const outcomes of [
      [older, newer],
      [newer, older],
    ])
      expect(foldOutcomes(outcomes).get(email('ada'))).toBe(older);
  });

  it('with equal results the one that may have mailed the person counts, so that no mail is forgotten', () => {
    const older = outcome('rejected');
    const mayHaveSent: Outcome = { ...older, at: '2026-11-23T12:00:00.000Z', mayHaveSent: true };
    for (const outcomes of [
      [older, mayHaveSent],
      [mayHaveSent, older],
    ])
      expect(foldOutcomes(outcomes).get(email('ada'))).toBe(mayHaveSent);
  });

  it('nothing of another person counts', () => {
    const bob = outcome('failed', { email: email('bob') });
    expect([...foldOutcomes([outcome('created'), bob])]).toEqual([
      [email('ada'), outcome('created')],
      [email('bob'), bob],
    ]);
  });
});

describe('an outcome object', () => {
  it('has one line per outcome', () => {
    const outcomes = [outcome('created'), outcome('rejected', { detail: 'why\nso' })];
    const text = encodeOutcomes(outcomes);
    expect(text.split('\n')).toHaveLength(3);
    expect(decodeOutcomes(text)).toEqual(outcomes);
  });

  it.each([
    { name: 'cut off', text: '{"action":"create"' },
    { name: 'with an unknown result', text: encodeOutcomes([outcome('created')]).replace('created', 'done') },
    {
      name: 'with an unknown action',
      text: encodeOutcomes([outcome('created')]).replace('create"', 'make"'),
    },
  ])('$name is refused as a whole', ({ text }) => {
    expect(() => decodeOutcomes(encodeOutcomes([outcome('deleted')]) + text)).toThrow();
  });
});

it('a person is needed for what is rejected, failed or unknown', () => {
  expect(REPORTED_RESULTS.filter((result) => needsAttention({ result }))).toEqual([
    'rejected',
    'failed',
    'unknown',
  ]);
});

it('the person has a mail after what was created, replaced or found invited', () => {
  expect(OUTCOME_RESULTS.filter((result) => isSent(outcome(result)))).toEqual([
    'created',
    'replaced',
    'already_invited',
  ]);
});
