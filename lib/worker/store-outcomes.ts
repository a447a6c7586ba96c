/** Stores outcomes, before their messages are acknowledged. */

import { emailHash } from '../domain/digest.ts';
import { encodeOutcomes, needsAttention, type OutcomeResult } from '../domain/outcome.ts';
import type { MetricName } from '../ports/metrics.ts';
import { errorText } from '../ports/telemetry.ts';
import { outcomesPrefix } from '../state/keys.ts';
import type { Final } from './final-or-retry.ts';
import { type Returned, retryLater } from './hand-back.ts';
import type { WorkerPorts } from './ports.ts';

const OUTCOME_METRICS = {
  created: 'JobsCreated',
  deleted: 'JobsDeleted',
  replaced: 'JobsReplaced',
  already_invited: 'JobsAlreadySo',
  already_member: 'JobsAlreadySo',
  already_gone: 'JobsAlreadySo',
  rejected: 'JobsRejected',
  failed: 'JobsFailed',
  superseded: 'JobsSuperseded',
} as const satisfies Record<OutcomeResult, MetricName>;

/** One object per run and batch, under a key of its own: a second delivery must not overwrite what the first stored. */
const outcomesKey = (account: string, runId: string, { now, random }: WorkerPorts): string => {
  const suffix = Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
  return `${outcomesPrefix(account, runId)}${new Date(now()).toISOString()}-${suffix}.jsonl`;
};

const count = (account: string, final: readonly Final[], { metrics, log }: WorkerPorts): void => {
  const results = Map.groupBy(final, ({ outcome }) => outcome.result);
  for (const [result, some] of results) metrics.add(account, OUTCOME_METRICS[result], some.length);
  const counts = Object.fromEntries([...results].map(([result, some]) => [result, some.length]));
  log.info('outcomes', { account, ...counts });
  for (const { outcome, delivered } of final)
    if (needsAttention(outcome))
      log.warn('a job needs a person', {
        account,
        runId: delivered.job.runId,
        action: outcome.action,
        person: emailHash(outcome.email),
        result: outcome.result,
        detail: outcome.detail,
      });
};

/** Returns the messages whose outcomes could not be stored. Delivered again, their jobs read what Fastly lists first. */
export const storeOutcomes = async (
  account: string,
  final: readonly Final[],
  ports: WorkerPorts,
): Promise<Returned[]> => {
  const returned: Returned[] = [];
  for (const [runId, some] of Map.groupBy(final, ({ delivered }) => delivered.job.runId)) {
    try {
      const outcomes = some.map(({ outcome }) => outcome);
      await ports.store.write(outcomesKey(account, runId, ports), encodeOutcomes(outcomes));
      count(account, some, ports);
    } catch (error) {
      ports.log.error('outcomes could not be stored', { account, runId, error: errorText(error) });
      returned.push(
        ...some.map(({ delivered }) => retryLater(delivered.message, 'outcome_not_stored', ports)),
      );
    }
  }
  return returned;
};
