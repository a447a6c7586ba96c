/** The targets on this machine: a folder with state and queue, the planner and the worker in this process. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { createFolderStore } from '../folder-store.ts';
import { describeHolder } from '../holder.ts';
import { countDeadLetters } from '../queue-file.ts';
import { apply, planOnly } from './apply.ts';
import { type LiveAccess, openConnection } from './connection.ts';
import type { Context } from './context.ts';
import { newestRun } from './interrupted-run.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { openLog } from './log-file.ts';
import { createNotify, type Webhook } from './notify.ts';
import { type Call, jobsDirectory, type Options, statePath } from './options.ts';
import { withRosterFile } from './roster-file.ts';
import { announce } from './show-plan.ts';
import { ensureStateFolder } from './state-folder.ts';
import type { QueueView, Target } from './target.ts';

type LocalSetting = Pick<Context, 'rules' | 'screen' | 'clock' | 'stop'> & {
  /** Without it the account is simulated. */
  readonly live: LiveAccess | undefined;
  readonly webhook: Webhook | undefined;
};

const mentionInterruptedRun = async (context: Context): Promise<void> => {
  const run = await newestRun(context);
  if (run?.status === 'draining')
    context.screen.say(
      `Run ${run.runId} was interrupted; --apply ${run.only ? 'plans again' : 'continues it'}`,
    );
  if (run?.status === 'planning')
    context.screen.say(
      `Run ${run.runId} was interrupted before it had enqueued its jobs; --apply plans again`,
    );
};

/** While `work` goes on, no other process has the account. */
const withAccount = async <T>(
  options: Options,
  store: ObjectStore,
  setting: LocalSetting,
  work: (context: Context, jobs: Jobs) => Promise<T>,
): Promise<T> => {
  const { rules, live, webhook, screen, clock, stop } = setting;
  const { stateDirectory, account } = options;
  ensureStateFolder(stateDirectory);
  const jobs = openJobs(jobsDirectory(stateDirectory, account), account, clock.now);
  try {
    const connection = await openConnection(options, live, rules, clock);
    try {
      const place =
        live === undefined ? 'a simulated Fastly account (nobody gets mail)' : rules.FASTLY_API_URL;
      announce(options, place, screen);
      const log = openLog(stateDirectory, clock.now);
      const notify = createNotify(webhook, log, screen.say);
      return await work({ options, rules, store, connection, screen, log, notify, clock, stop }, jobs);
    } finally {
      await connection.close();
    }
  } finally {
    jobs.close();
  }
};

const viewQueue = (call: Call, account: string): QueueView => {
  const directory = jobsDirectory(call.stateDirectory, account);
  const path = join(directory, 'queue.db');
  const deadLetterPlace = `the table deadLetter of ${statePath(call, path)}`;
  const deadLetters = existsSync(path) ? countDeadLetters(path) : 0;
  return deadLetters === 'in_use'
    ? { deadLetters: undefined, deadLetterPlace, holder: describeHolder(directory) }
    : { deadLetters, deadLetterPlace };
};

export const openLocalTarget = (call: Call, setting: LocalSetting): Target => {
  const store = withRosterFile(createFolderStore(call.stateDirectory), call);

  return {
    store,
    plan: (options, request) =>
      withAccount(options, store, setting, async (context) => {
        if (options.command === 'plan') await mentionInterruptedRun(context);
        return await planOnly(context, request);
      }),
    apply: (options, request) =>
      withAccount(options, store, setting, (context, jobs) => apply(context, jobs, request)),
    queue: async (account) => viewQueue(call, account),
    locate: (key) => statePath(call, key),
    address: (key) => join(call.stateDirectory, key),
  };
};
