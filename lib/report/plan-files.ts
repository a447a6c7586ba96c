/** The files of a plan: `runs/<account>/<runId>/plan.json|csv|html|md`. */

import type { PlanRecord } from '../state/plan-record.ts';
import { csvLines } from './csv.ts';
import { planMarkdown } from './plan-markdown.ts';
import { planPage } from './plan-page.ts';
import { PLAN_CSV_HEADER, planCsvRows } from './plan-rows.ts';
import { jsonLines } from './readable-json.ts';
import { inPieces } from './repeatable-text.ts';

export type PlanReport = {
  readonly name: 'plan.json' | 'plan.csv' | 'plan.html' | 'plan.md';
  /** Made while it is iterated; can be iterated again. */
  readonly content: Iterable<string>;
};

/** plan.json is the record itself; the others are made from it. */
export const planFiles = (record: PlanRecord): readonly PlanReport[] => [
  { name: 'plan.json', content: inPieces(() => jsonLines(record)) },
  { name: 'plan.csv', content: inPieces(() => csvLines(PLAN_CSV_HEADER, planCsvRows(record))) },
  { name: 'plan.html', content: inPieces(() => planPage(record)) },
  { name: 'plan.md', content: inPieces(() => [planMarkdown(record)]) },
];

/** plan.html of a run that is over: it says so, and leads to the report. `finishedAt`: ISO 8601 */
export const finishedPlanFile = (record: PlanRecord, finishedAt: string): PlanReport => ({
  name: 'plan.html',
  content: inPieces(() => planPage(record, finishedAt)),
});
