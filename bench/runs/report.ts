/** A plan of many changes as bytes: one of its reports, or plain JSON. Made piece by piece, as it is stored. */

import { planFiles } from '../../lib/report/plan-files.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { changesOf, planRecord } from '../../test/support/report-records.ts';
import { measured } from './measured.ts';

export type ReportOptions = {
  readonly kind: 'plan.json' | 'plan.csv' | 'plan.html' | 'JSON.stringify';
  readonly changes: number;
};

const WARM_UP_SHARE = 10;

const render = (record: PlanRecord, kind: ReportOptions['kind']): number => {
  if (kind === 'JSON.stringify') return Buffer.from(JSON.stringify(record)).length;
  let bytes = 0;
  for (const piece of planFiles(record).find(({ name }) => name === kind)?.content ?? [])
    bytes += Buffer.from(piece).length;
  return bytes;
};

let record: PlanRecord;
await measured<ReportOptions>(
  async ({ kind }) => {
    if (render(record, kind) === 0) throw new Error(`${kind} is empty`);
  },
  async ({ kind, changes }) => {
    render(planRecord(changesOf(Math.ceil(changes / WARM_UP_SHARE))), kind);
    record = planRecord(changesOf(changes));
  },
);
