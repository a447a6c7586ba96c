/** The files of a plan: `runs/<account>/<runId>/plan.json|csv|html|md`. */

import type { PlanRecord } from '../state/plan-record.ts';
import { csvLines } from './csv.ts';
import { planMarkdown } from './plan-markdown.ts';
import { planPage } from './plan-page.ts';
import { PLAN_CSV_HEADER, planCsvRows } from './plan-rows.ts';
import { jsonLines } from './readable-json.ts';
import { repeatable } from './repeatable-text.ts';

/** plan.json is the record itself; the others are made from it. */
export const planFiles = (record: PlanRecord) => [
  { name: 'plan.json', content: repeatable(() => jsonLines(record)) },
  { name: 'plan.csv', content: repeatable(() => csvLines(PLAN_CSV_HEADER, planCsvRows(record))) },
  { name: 'plan.html', content: repeatable(() => planPage(record)) },
  { name: 'plan.md', content: [planMarkdown(record)] },
];

/** plan.html of a run that is over: it says so, and leads to the report. `finishedAt`: ISO 8601 */
export const finishedPlanFile = (record: PlanRecord, finishedAt: string) => ({
  name: 'plan.html',
  content: repeatable(() => planPage(record, finishedAt)),
});
