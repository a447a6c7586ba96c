/** How a call ends: the last lines, and the exit status (docs/contract.md, “Commands”). */

import { needsAttention } from '../../lib/domain/outcome.ts';
import { countHeld } from '../../lib/plan/guards.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { quantity } from '../../lib/report/wording.ts';
import { runPrefix } from '../../lib/state/keys.ts';
import type { Options } from './options.ts';
import { applyCommand, commandLine } from './printed-command.ts';
import type { Paint } from './screen.ts';
import type { Drained } from './worker.ts';

/** How a call ended: the last answer of the planner, and the queues that were drained, oldest first. */
export type Ending = { readonly result: SyncResult; readonly drained: readonly Drained[] };

/** Names a key of the store for a person. */
type Locate = (key: string) => string;

const NOT_DONE: ReadonlySet<SyncResult['status']> = new Set([
  'blocked',
  'failed',
  'superseded',
  'in_progress',
]);

export const exitStatus = ({ result, drained }: Ending): 0 | 1 | 2 => {
  const unfinished = drained.some(
    ({ end, halted, report }) =>
      end !== 'empty' || halted !== undefined || report?.outcomes.some(needsAttention),
  );
  if (unfinished || NOT_DONE.has(result.status)) return 1;
  return result.status === 'changed' || result.held.length > 0 ? 2 : 0;
};

const sentence = ({ status, error, planHash, held, counts, quota }: SyncResult, options: Options): string => {
  const { create, delete: deletes, replace } = counts;
  switch (status) {
    case 'in_sync':
      // The plan says who waits until when.
      return counts.waiting > 0 ? '' : 'In sync: nothing to change, 0 writes';
    case 'planned':
      return quota?.writes === 0
        ? 'Nothing was changed'
        : `Nothing was changed. To carry out exactly this plan:\n  ${applyCommand(options, '--plan-hash', planHash ?? '')}`;
    case 'changed':
      return 'Nothing was changed: the plan no longer has the given hash. Review it again';
    case 'failed':
      return `Failed: ${error}`;
    case 'superseded':
      return 'Another run took over: run again';
    case 'held': {
      const isAll = countHeld(held) === create + deletes + replace;
      return isAll ? 'Nothing was changed: everything is held' : '';
    }
    default:
      return '';
  }
};

const STATE_HINT =
  'If this folder was used with a simulated account or another customer before, keep them apart with --state DIR';

function* drainedLines({ drained }: Ending, options: Options, locate: Locate): Generator<string> {
  for (const { end, halted, deadLetters } of drained) {
    if (halted !== undefined)
      yield `Halted: ${halted}\nWhen the cause is removed, continue with:\n  ${applyCommand(options)}`;
    else if (end === 'goes_on')
      yield `The run goes on in AWS. Look with:\n  ${commandLine(options, 'status')}`;
    else if (end === 'stopped')
      yield `Interrupted. The jobs that had begun are done, the others are in the queue. Continue with:\n  ${applyCommand(options)}`;
    if (deadLetters > 0)
      yield `${quantity(deadLetters, 'job')} given up and kept in the table deadLetter of ${locate(`queue/${options.account}/queue.db`)}`;
  }
}

function* reportLines({ result, drained }: Ending, options: Options, locate: Locate): Generator<string> {
  const runs = drained.flatMap(({ report }) => report?.runId ?? []);
  const pages = [
    ...runs.map((runId) => `${runPrefix(options.account, runId)}report.html`),
    ...(result.report === undefined ? [] : [result.report.replace(/\.json$/, '.html')]),
  ];
  for (const [index, page] of pages.entries()) yield `${index === 0 ? 'Report ' : '       '} ${locate(page)}`;
}

/** Line by line, without line ends. */
export function* renderEnding(
  ending: Ending,
  options: Options,
  locate: Locate,
  paint: Paint,
): Generator<string> {
  const text = sentence(ending.result, options);
  const colour = ending.result.status === 'in_sync' ? 'green' : exitStatus(ending) === 0 ? 'bold' : 'yellow';
  if (text !== '') yield paint(colour, text);
  for (const line of drainedLines(ending, options, locate)) yield paint('yellow', line);
  if (ending.result.issues.some(({ code }) => code === 'other_customer')) yield STATE_HINT;
  yield* reportLines(ending, options, locate);
}
