/** `explain ADDRESS`: gathers what is stored and planned about one person. */

import type { Email } from '../../../lib/domain/invitation.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { errorText } from '../../../lib/ports/telemetry.ts';
import { type Explanation, explain, type PersonKnown, type PersonsRun } from '../../../lib/report/explain.ts';
import { planRows } from '../../../lib/report/plan-rows.ts';
import { minuteOf } from '../../../lib/report/wording.ts';
import { readLedger } from '../../../lib/state/ledger-store.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { readOutcomes, readRecord, readReport } from '../../../lib/state/read-run.ts';
import type { Options } from '../options.ts';
import { type Paint, plain } from '../screen.ts';
import type { Target } from '../target.ts';
import type { Answer, CommandPorts } from './command.ts';
import { newestRecords } from './history.ts';

/** Older runs are not read. */
const RUNS = 20;

const planNow = async (options: Options, target: Target, email: Email): Promise<PersonKnown['plan']> => {
  try {
    const result = await target.plan(options, { mode: 'plan', only: [email] });
    const record = await readRecord(target.store, options.account, result.runId);
    return record ?? { problem: result.error ?? `the planner answered ${result.status}` };
  } catch (error) {
    // Another process may have the account: what is stored can be told all the same.
    return { problem: errorText(error) };
  }
};

const outcomeOf = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  record: PlanRecord,
  email: Email,
): Promise<PersonsRun['outcome']> => {
  const isReleased = record.changes.some((change) => change.email === email && change.held === undefined);
  if (record.mode === 'plan' || !isReleased) return undefined;
  const report = await readReport(store, record.account, record.runId);
  return report === undefined
    ? (await readOutcomes(store, record.account, record.runId)).get(email)
    : report.outcomes.find((outcome) => outcome.email === email);
};

const gather = async (options: Options, { target }: CommandPorts, email: Email): Promise<PersonKnown> => {
  const { store } = target;
  const { account } = options;
  const { ledger } = await readLedger(store, account);
  const others = new Set<Email>(ledger.keys());
  const runs: PersonsRun[] = [];
  for await (const record of newestRecords(store, account, RUNS)) {
    for (const person of planRows(record)) others.add(person.email);
    runs.push({ record, outcome: await outcomeOf(store, record, email) });
  }
  const plan = await planNow(options, target, email);
  return { email, plan, ledger: ledger.get(email), runs, others };
};

function* render(explanation: Explanation, paint: Paint): Generator<string> {
  const { email, unknown, roster, fastly, mails, decision, runs, wouldYouMean } = explanation;
  yield paint('bold', plain(email));
  if (unknown)
    yield paint('yellow', 'Nobody knows this address: not the roster, not Fastly, not an earlier run');
  yield `Roster  ${plain(roster)}`;
  yield `Fastly  ${plain(fastly)}`;
  yield `Mails   ${plain(mails)}`;
  yield `Now     ${plain(decision)}`;
  for (const [index, { createdAt, runId, text }] of runs.entries())
    yield `${index === 0 ? 'Runs  ' : '      '}  ${minuteOf(createdAt)}, run ${runId}\n        ${plain(text)}`;
  for (const other of wouldYouMean) yield `Would you mean ${plain(other)}?`;
}

export const explainPerson = async (options: Options, ports: CommandPorts): Promise<Answer> => {
  const [email] = options.addresses;
  if (email === undefined) throw new Error('explain was called without an address');
  const explanation = explain(await gather(options, ports, email));
  ports.screen.print(render(explanation, ports.screen.paint));
  return { exitStatus: explanation.unknown ? 1 : 0, json: explanation };
};
