/** report.html: how a run went, what needs a person, then a row for everybody. */

import { ATTENTION_RESULTS, type AttentionResult, needsAttention } from '../domain/outcome.ts';
import type { RunReport } from '../state/run-report.ts';
import { heldSection } from './held.ts';
import { type Fragment, type Html, html } from './html.ts';
import { ACTION_LABELS, REASON_LABELS, RESULT_LABELS } from './labels.ts';
import { facts, mark, pageEnd, pageStart, section, type Tile, type Tone, tiles, time } from './page.ts';
import { outcomeTableRows, runTableRows } from './run-rows.ts';
import { type Column, tableSection } from './table.ts';
import { duration, enumeration, leftOutText, numeral, quantity } from './wording.ts';

/** The results that need a person: what each means, and what to do about it. */
const ADVICE: Readonly<Record<AttentionResult, string>> = {
  rejected:
    'Fastly refused these; its words are in the details. Correct the roster row or the account; the next run tries again.',
  failed:
    'These kept failing and are in the dead-letter queue too. The next run plans whatever is still missing.',
  unknown:
    'No outcome was stored for these, so they may have happened or not. The next run looks at Fastly and settles it.',
};

const totalsOf = ({ counts }: RunReport) => {
  const sum = (...results: string[]): number =>
    results.reduce((total, result) => total + (counts[result] ?? 0), 0);
  return {
    jobs: sum(...Object.keys(counts)),
    applied: sum('created', 'deleted', 'replaced'),
    alreadySo: sum('already_invited', 'already_member', 'already_gone'),
    attention: sum(...ATTENTION_RESULTS),
    superseded: sum('superseded'),
  };
};

type Totals = ReturnType<typeof totalsOf>;

const statusOf = ({ attention, superseded }: Totals, { held }: RunReport): readonly [Tone, string] => {
  if (attention > 0) return ['bad', 'Needs a person'];
  if (held.length > 0) return ['attention', 'Some changes wait for approval'];
  return superseded > 0 ? ['attention', 'Partly left to a newer run'] : ['good', 'Done'];
};

const wasOrWere = (count: number): string => `${numeral(count)} ${count === 1 ? 'was' : 'were'}`;

const headline = ({ jobs, applied, alreadySo, attention, superseded }: Totals): string => {
  if (jobs === 0) return 'There was nothing to carry out.';
  if (applied === jobs)
    return jobs === 1 ? 'The one change was carried out.' : `All ${numeral(jobs)} changes were carried out.`;
  const parts = [`${wasOrWere(applied)} carried out`];
  if (alreadySo > 0) parts.push(`${wasOrWere(alreadySo)} already so`);
  if (superseded > 0) parts.push(`${wasOrWere(superseded)} left to a newer run`);
  if (attention > 0) parts.push(`${numeral(attention)} ${attention === 1 ? 'needs' : 'need'} a person`);
  return `Of ${quantity(jobs, 'change')}, ${enumeration(parts)}.`;
};

/** Results that have a tile even when their count is 0. */
const MAIN_RESULTS: ReadonlySet<string> = new Set(['created', 'deleted', 'replaced', 'rejected', 'failed']);

const resultTiles = ({ counts, waiting }: RunReport): readonly Tile[] => {
  const labels: Readonly<Record<string, string>> = RESULT_LABELS;
  // In the order of the labels. A result without a label comes last.
  const results = new Set([...Object.keys(labels), ...Object.keys(counts)]);
  return [
    ...[...results]
      .filter((result) => (counts[result] ?? 0) > 0 || MAIN_RESULTS.has(result))
      .map(
        (result): Tile => ({
          count: counts[result] ?? 0,
          name: labels[result] ?? result,
          tone: needsAttention({ result }) ? 'bad' : 'neutral',
        }),
      ),
    { count: waiting.length, name: 'Waiting', note: 'not mailed in this run' },
  ];
};

const COLUMNS: readonly Column[] = [
  { key: 'action', title: 'Action', labels: ACTION_LABELS },
  { key: 'email', title: 'Address' },
  { key: 'role', title: 'Role' },
  { key: 'reason', title: 'Reason', labels: REASON_LABELS },
  { key: 'result', title: 'Result', labels: RESULT_LABELS },
  { key: 'detail', title: 'Details' },
  { key: 'when', title: 'When' },
];

const interruptedAdvice = ({ outcomes }: RunReport): Fragment => {
  const count = outcomes.filter(({ interrupted }) => interrupted).length;
  return (
    count > 0 &&
    html`<li><b>${numeral(count)} without any invitation</b>: the old one is cancelled, and the new one could not be sent. The next run invites them, however recently they were mailed.</li>
`
  );
};

const adviceSection = (report: RunReport): Html =>
  section(
    'advice',
    'What needs a person',
    html`<ul>
${ATTENTION_RESULTS.filter((result) => (report.counts[result] ?? 0) > 0).map(
  (result) => html`<li><b>${numeral(report.counts[result] ?? 0)} ${result}</b>: ${ADVICE[result]}</li>
`,
)}${interruptedAdvice(report)}</ul>
`,
    'notice bad',
  );

function* attentionSections(report: RunReport): Generator<string> {
  const outcomes = report.outcomes.filter(needsAttention);
  if (outcomes.length === 0) return;
  yield adviceSection(report).text;
  yield* tableSection({
    id: 'attention',
    heading: `${quantity(outcomes.length, 'change')} to look into`,
    columns: COLUMNS,
    count: outcomes.length,
    rows: () => outcomeTableRows(outcomes),
    file: 'report.csv',
  });
}

const summary = (report: RunReport): Html => {
  const totals = totalsOf(report);
  const [tone, status] = statusOf(totals, report);
  return html`<header>
<p class="kicker">Report on Fastly invitations · ${mark(tone, status)}</p>
<h1>${report.account}</h1>
<p class="lead">${headline(totals)} It took ${duration(report.durationSeconds)}.</p>
</header>
${tiles(resultTiles(report))}`;
};

export function* runPage(report: RunReport): Generator<string> {
  const { account, runId, generation, startedAt, finishedAt, durationSeconds, outcomes, waiting } = report;
  yield pageStart(`${account}: invitation run of ${startedAt.slice(0, 10)}`);
  yield summary(report).text;
  yield* attentionSections(report);
  yield html`${heldSection(report)}${section(
    'about',
    'About this run',
    facts([
      { term: 'Started', value: time(startedAt) },
      { term: 'Finished', value: html`${time(finishedAt)}, after ${duration(durationSeconds)}` },
      { term: 'Rows left out', value: leftOutText(report.leftOut) },
      { term: 'Plan', value: html`<a href="plan.html">plan.html</a>` },
      { term: 'Run', value: html`<code>${runId}</code>, generation ${generation}` },
    ]),
  )}`.text;
  const count = outcomes.length + waiting.length;
  if (count > 0)
    yield* tableSection({
      id: 'outcomes',
      heading: 'Everybody',
      columns: COLUMNS,
      count,
      rows: () => runTableRows(report),
      file: 'report.csv',
    });
  yield pageEnd('The same report for machines: report.json and report.csv, beside this file.');
}
