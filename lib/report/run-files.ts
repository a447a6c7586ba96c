/** The files of a run's report: `runs/<account>/<runId>/report.json|csv|html`. */

import type { RunReport } from '../state/run-report.ts';
import { csvLines } from './csv.ts';
import { jsonLines } from './readable-json.ts';
import { inPieces } from './repeatable-text.ts';
import { runPage } from './run-page.ts';
import { RUN_CSV_HEADER, runCsvRows } from './run-rows.ts';

export type RunReportFile = {
  readonly name: 'report.json' | 'report.csv' | 'report.html';
  /** Made while it is iterated; can be iterated again. */
  readonly content: Iterable<string>;
};

/** report.json is the report itself; report.csv and report.html are made from it. */
export const runFiles = (report: RunReport): readonly RunReportFile[] => [
  { name: 'report.json', content: inPieces(() => jsonLines(report)) },
  { name: 'report.csv', content: inPieces(() => csvLines(RUN_CSV_HEADER, runCsvRows(report))) },
  { name: 'report.html', content: inPieces(() => runPage(report)) },
];
