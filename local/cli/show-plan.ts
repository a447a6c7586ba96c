/** What a command that plans prints first, on every target. */

import type { SyncResult } from '../../lib/planner/result.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readRecord } from '../../lib/state/read-run.ts';
import type { Call } from './options.ts';
import { renderPlan } from './render-plan.ts';
import type { Screen } from './screen.ts';

/** Says what is about to happen to whom. */
export const announce = ({ command, rosterName }: Call, name: string, { print, paint }: Screen): void => {
  if (['plan', 'apply', 'resend'].includes(command)) print([paint('bold', `${rosterName} → ${name}`)]);
};

/** Prints the plan that an answer of the planner is about, if one was made. */
export const showPlan = async (
  store: Pick<ObjectStore, 'read'>,
  { account, runId }: SyncResult,
  rosterName: string,
  { print, paint }: Screen,
): Promise<void> => {
  const record = await readRecord(store, account, runId);
  if (record !== undefined) print(['', ...renderPlan(record, rosterName, paint)]);
};
