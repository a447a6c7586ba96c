import type { ReportedOutcome, RunReport } from '../state/run-report.ts';
import { minuteOf, secondOf, undisguised } from './wording.ts';

const NO_INVITATION_LEFT = 'The old invitation is cancelled, and no new one was sent.';

const detailOf = ({ detail, interrupted }: ReportedOutcome): string =>
  [...(interrupted ? [NO_INVITATION_LEFT] : []), ...(detail === undefined ? [] : [detail])].join(' ');

export const RUN_CSV_HEADER = [
  'action',
  'email',
  'role',
  'reason',
  'result',
  'at',
  'wait_until',
  'detail',
] as const;

/** One row per job in the plan's order, then one per person who waits, without a `result`. */
export function* runCsvRows({ outcomes, waiting }: RunReport): Generator<readonly string[]> {
  for (const outcome of outcomes) {
    const { action, email, role, reason, result, at } = outcome;
    yield [action, email, role ?? '', reason, result, at ?? '', '', detailOf(outcome)];
  }
  for (const { email, reason, until } of waiting)
    yield ['waiting', email, '', reason, '', '', until ?? '', ''];
}

/** The cells of the tables in report.html: action, address, role, reason, result, details, time. */
export function* outcomeTableRows(outcomes: readonly ReportedOutcome[]): Generator<readonly string[]> {
  for (const outcome of outcomes) {
    const { action, email, role, reason, result, at } = outcome;
    const when = at === undefined ? '' : secondOf(at);
    yield [action, undisguised(email), role ?? '', reason, result, detailOf(outcome), when];
  }
}

/** The same rows as in report.csv. */
export function* runTableRows({ outcomes, waiting }: RunReport): Generator<readonly string[]> {
  yield* outcomeTableRows(outcomes);
  for (const { email, reason, until } of waiting)
    yield [
      'waiting',
      undisguised(email),
      '',
      reason,
      '',
      until === undefined ? '' : `again from ${minuteOf(until)}`,
      '',
    ];
}
