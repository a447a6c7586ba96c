import type { RunReport } from '../state/run-report.ts';
import { csvLines } from './csv.ts';
import { jsonLines } from './readable-json.ts';
import { inPieces } from './repeatable-text.ts';
import { runPage } from './run-page.ts';
import { RUN_CSV_HEADER, runCsvRows } from './run-rows.ts';

export type RunReportFile = {
  readonly name: 'report.json' | 'report.csv' | 'report.html';
  /** Made while it is written; may be iterated again. */
  readonly content: Iterable<string>;
};

/** report.json is the report itself; the others say the same to people and spreadsheets. */
export const runFiles = (report: RunReport): readonly RunReportFile[] => [
  { name: 'report.json', content: inPieces(() => jsonLines(report)) },
  { name: 'report.csv', content: inPieces(() => csvLines(RUN_CSV_HEADER, runCsvRows(report))) },
  { name: 'report.html', content: inPieces(() => runPage(report)) },
];
