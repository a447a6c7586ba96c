/** What a command that plans prints first, on every target. */

import type { SyncResult } from '../../lib/planner/result.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { readRecord } from '../../lib/state/read-run.ts';
import type { Options } from './options.ts';
import { applyCommand } from './printed-command.ts';
import { renderPlan } from './render-plan.ts';
import type { Screen } from './screen.ts';

/** Says what is about to happen to whom. */
export const announce = ({ command, rosterName }: Options, name: string, { print, paint }: Screen): void => {
  if (['plan', 'apply', 'resend'].includes(command)) print([paint('bold', `${rosterName} → ${name}`)]);
};

/** The plan that an answer of the planner is about, if one was made, with commands of this command line. */
export const readPlan = async (
  store: Pick<ObjectStore, 'read'>,
  { account, runId }: SyncResult,
  options: Options,
): Promise<PlanRecord | undefined> => {
  const record = await readRecord(store, account, runId);
  // A deployed planner names the AWS CLI.
  return record?.approval === undefined
    ? record
    : { ...record, approveCommand: applyCommand(options, '--approve', record.approval) };
};

export const showPlan = async (
  store: Pick<ObjectStore, 'read'>,
  result: SyncResult,
  options: Options,
  { print, paint }: Screen,
): Promise<void> => {
  const record = await readPlan(store, result, options);
  if (record !== undefined) print(['', ...renderPlan(record, options.rosterName, paint)]);
};
