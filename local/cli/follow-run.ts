/** Watches a run that the deployed worker carries out, by what it stores in the bucket. */

import { decodeOutcomes } from '../../lib/domain/outcome.ts';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { type ObjectStore, readText } from '../../lib/ports/object-store.ts';
import { minuteOf, quantity } from '../../lib/report/wording.ts';
import { outcomesPrefix } from '../../lib/state/keys.ts';
import { readPointer } from '../../lib/state/pointer-store.ts';
import { readReport } from '../../lib/state/read-run.ts';
import type { Context } from './context.ts';
import { renderOutcomes } from './render-outcome.ts';
import { reportSoFar } from './report-so-far.ts';
import type { Drained } from './worker.ts';

const LOOK_EVERY_MS = 3 * SECOND_MS;

type Reading = Pick<ObjectStore, 'read' | 'list'>;
type Run = { readonly account: string; readonly runId: string };

/** Counts jobs that have an outcome; each object of outcomes is read once. */
const outcomeCounter = (store: Reading, { account, runId }: Run): (() => Promise<number>) => {
  const seen = new Set<string>();
  const addresses = new Set<string>();
  return async () => {
    for await (const key of store.list(outcomesPrefix(account, runId))) {
      if (seen.has(key)) continue;
      seen.add(key);
      const stored = await readText(store, key);
      for (const { email } of decodeOutcomes(stored?.text ?? '')) addresses.add(email);
    }
    return addresses.size;
  };
};

/** Until the run is over or `stop` is aborted. Prints what became of the jobs. */
export const followRun = async (
  run: Run,
  jobs: number,
  store: Reading,
  { screen, clock, stop }: Pick<Context, 'screen' | 'clock' | 'stop'>,
): Promise<Drained> => {
  const countDone = outcomeCounter(store, run);
  screen.say(`Following run ${run.runId}: ${quantity(jobs, 'job')}. Ctrl-C leaves it to AWS`);
  const progress = screen.startProgress(jobs, 0);
  /** With the numbers of the jobs that have ended, whatever became of the others. */
  const ended = async (how: Omit<Drained, 'report' | 'deadLetters'>): Promise<Drained> => {
    progress.stop();
    const pointer = { ...run, generation: 0 };
    const report =
      (await readReport(store, run.account, run.runId)) ??
      (await reportSoFar(store, run.account, pointer, clock.now()));
    if (report !== undefined) screen.print(renderOutcomes(report, jobs, screen.paint));
    return { ...how, ...(report !== undefined && { report }), deadLetters: 0 };
  };
  try {
    while (!stop.aborted) {
      const pointer = (await readPointer(store, run.account))?.pointer;
      if (pointer?.runId !== run.runId) {
        // The newer run may have begun after this one had finished.
        const isFinished = (await readReport(store, run.account, run.runId)) !== undefined;
        return await ended({ end: 'empty', ...(!isFinished && { halted: 'a newer run took over' }) });
      }
      if (pointer.status === 'halted')
        return await ended({ end: 'empty', halted: pointer.reason ?? 'the reason was not noted' });
      if (pointer.status === 'finished') return await ended({ end: 'empty' });
      progress.update(await countDone(), `finish by ${minuteOf(pointer.estimatedFinish)}`);
      await clock.sleep(LOOK_EVERY_MS, stop);
    }
    return await ended({ end: 'goes_on' });
  } finally {
    progress.stop();
  }
};
