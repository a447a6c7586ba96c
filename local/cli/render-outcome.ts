/** What became of the jobs, for the terminal. */

import { needsAttention } from '../../lib/domain/outcome.ts';
import { resultText } from '../../lib/report/labels.ts';
import { duration, numeral, quantity } from '../../lib/report/wording.ts';
import type { ReportedOutcome, RunReport } from '../../lib/state/run-report.ts';
import { type Paint, plain } from './screen.ts';

const SHOWN = 40;

const outcomeLine = ({ action, email, result, detail }: ReportedOutcome): string =>
  `! ${action} ${plain(email)}: ${resultText(result)}${detail === undefined ? '' : `: ${plain(detail)}`}`;

/** Line by line, without line ends. `jobs`: of the whole run. */
export function* renderOutcomes(report: RunReport, jobs: number, paint: Paint): Generator<string> {
  const counts = Object.entries(report.counts).filter(([, count]) => count > 0);
  const parts = counts.map(([result, count]) => {
    const text = `${numeral(count)} ${resultText(result)}`;
    return needsAttention({ result }) ? paint('red', text) : paint('green', text);
  });
  const ended = report.outcomes.length;
  const done = ended < jobs ? `${numeral(ended)} of ${quantity(jobs, 'job')}` : quantity(ended, 'job');
  yield `Done    ${done} in ${duration(report.durationSeconds)}: ${parts.join(', ') || 'nothing yet'}`;
  const attention = report.outcomes.filter(needsAttention);
  for (const outcome of attention.slice(0, SHOWN)) yield paint('red', outcomeLine(outcome));
  if (attention.length > SHOWN)
    yield paint('red', `! … and ${numeral(attention.length - SHOWN)} more; see the report`);
}
