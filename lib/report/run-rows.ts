import type { ReportedOutcome, RunReport } from '../state/run-report.ts';
import { minuteOf, secondOf, undisguised } from './wording.ts';

/** How a job ended; or somebody who waits, without a result. */
type RunRow = Pick<
  ReportedOutcome,
  'email' | 'role' | 'reason' | 'result' | 'at' | 'detail' | 'interrupted'
> & {
  readonly action: string;
  /** When somebody who waits can be mailed again, ISO 8601. */
  readonly until?: string;
};

const NO_INVITATION_LEFT = 'The old invitation is cancelled, and no new one was sent.';

const detailOf = ({ detail, interrupted }: RunRow): string =>
  [...(interrupted ? [NO_INVITATION_LEFT] : []), ...(detail === undefined ? [] : [detail])].join(' ');

/** One row per job in the plan's order, then one per person who waits. */
function* runRows({ outcomes, waiting }: RunReport): Generator<RunRow> {
  yield* outcomes;
  for (const person of waiting) yield { action: 'waiting', result: '', ...person };
}

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

export function* runCsvRows(report: RunReport): Generator<readonly string[]> {
  for (const row of runRows(report)) {
    const { action, email, role = '', reason, result, at = '', until = '' } = row;
    yield [action, email, role, reason, result, at, until, detailOf(row)];
  }
}

/** The cells of the tables in report.html: action, address, role, reason, result, details, time. */
export function* outcomeTableRows(rows: Iterable<RunRow>): Generator<readonly string[]> {
  for (const row of rows) {
    const { action, email, role = '', reason, result, at, until } = row;
    const detail = until === undefined ? detailOf(row) : `again from ${minuteOf(until)}`;
    const when = at === undefined ? '' : secondOf(at);
    yield [action, undisguised(email), role, reason, result, detail, when];
  }
}

/** The same rows as in report.csv. */
export const runTableRows = (report: RunReport): Iterable<readonly string[]> =>
  outcomeTableRows(runRows(report));
