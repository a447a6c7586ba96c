/** What a command that plans prints first, on every target. */

import type { SyncResult } from '../../lib/planner/result.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readRecord } from '../../lib/state/read-run.ts';
import type { Options } from './options.ts';
import { applyCommand } from './printed-command.ts';
import { renderPlan } from './render-plan.ts';
import type { Screen } from './screen.ts';

/** Says what is about to happen to whom. */
export const announce = ({ command, rosterName }: Options, name: string, { print, paint }: Screen): void => {
  if (['plan', 'apply', 'resend'].includes(command)) print([paint('bold', `${rosterName} → ${name}`)]);
};

/** Prints the plan that an answer of the planner is about, if one was made. */
export const showPlan = async (
  store: Pick<ObjectStore, 'read'>,
  { account, runId }: SyncResult,
  options: Options,
  { print, paint }: Screen,
): Promise<void> => {
  const record = await readRecord(store, account, runId);
  if (record === undefined) return;
  const { approval } = record;
  // A deployed planner names the AWS CLI, but whoever reads this has another command line.
  const shown =
    approval === undefined
      ? record
      : { ...record, approveCommand: applyCommand(options, '--approve', approval) };
  print(['', ...renderPlan(shown, options.rosterName, paint)]);
};
