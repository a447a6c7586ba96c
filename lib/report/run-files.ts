/** The files of a run's report: `runs/<account>/<runId>/report.json|csv|html`. */

import type { RunReport } from '../state/run-report.ts';
import { csvLines } from './csv.ts';
import { jsonLines } from './readable-json.ts';
import { repeatable } from './repeatable-text.ts';
import { runPage } from './run-page.ts';
import { RUN_CSV_HEADER, runCsvRows } from './run-rows.ts';

/** report.json is the report itself; report.csv and report.html are made from it. */
export const runFiles = (report: RunReport) => [
  { name: 'report.json', content: repeatable(() => jsonLines(report)) },
  { name: 'report.csv', content: repeatable(() => csvLines(RUN_CSV_HEADER, runCsvRows(report))) },
  { name: 'report.html', content: repeatable(() => runPage(report)) },
];
