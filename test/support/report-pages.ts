/** Every kind of report page. */

import { finishedPlanFile, planFiles } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import { hostileRecord } from './report-hostile.ts';
import { fileText } from './report-page.ts';
import { blockedRecord, changesOf, planRecord, runReport } from './report-records.ts';

const plan = planRecord(changesOf(400));
const report = runReport(plan);

export const REPORT_PAGES: readonly (readonly [name: string, html: string])[] = [
  ['a plan with holds', fileText(planFiles(plan), 'plan.html')],
  ['a plan without changes', fileText(planFiles(planRecord()), 'plan.html')],
  ['a blocked plan', fileText(planFiles(blockedRecord(40)), 'plan.html')],
  ['a plan of hostile texts', fileText(planFiles(hostileRecord()), 'plan.html')],
  ['a plan that was carried out', fileText([finishedPlanFile(plan, report.finishedAt)], 'plan.html')],
  ['a run', fileText(runFiles(report), 'report.html')],
];
