/** The files of a finished run, beside its plan: `runs/<account>/<runId>/report.json|csv|html`, and plan.html once more. */

import type { PlanRecord } from '../state/plan-record.ts';
import type { RunReport } from '../state/run-report.ts';
import { csvLines } from './csv.ts';
import { planPage } from './plan-page.ts';
import { jsonLines } from './readable-json.ts';
import { inPieces } from './repeatable-text.ts';
import { runPage } from './run-page.ts';
import { RUN_CSV_HEADER, runCsvRows } from './run-rows.ts';

export type RunReportFile = {
  readonly name: 'report.json' | 'report.csv' | 'report.html' | 'plan.html';
  /** Made while it is iterated; can be iterated again. */
  readonly content: Iterable<string>;
};

/**
 * report.json is the report itself; report.csv and report.html are made from it. plan.html now says that the run is over, and
 * leads to the report.
 */
export const runFiles = (report: RunReport, record: PlanRecord): readonly RunReportFile[] => [
  { name: 'report.json', content: inPieces(() => jsonLines(report)) },
  { name: 'report.csv', content: inPieces(() => csvLines(RUN_CSV_HEADER, runCsvRows(report))) },
  { name: 'report.html', content: inPieces(() => runPage(report)) },
  { name: 'plan.html', content: inPieces(() => planPage(record, report.finishedAt)) },
];
