/** What people are told of a run; addresses are in the report alone. */

import { ATTENTION_RESULTS, type AttentionResult } from '../domain/outcome.ts';
import { numeral } from '../domain/quantities.ts';
import type { Notification } from '../ports/telemetry.ts';
import type { RunReport } from '../state/run-report.ts';

export const haltedNotification = (account: string, runId: string, reason: string): Notification => ({
  account,
  event: 'halted',
  subject: `[${account}] halted`,
  message: `The run ${runId} of ${account} was halted: ${reason}\nNo further writes are made.`,
  nextSteps: ['Put a working token into its parameter; the next trigger plans again and goes on.'],
});

const ATTENTION_WORDS: Readonly<Record<AttentionResult, string>> = {
  rejected: 'rejected by Fastly',
  failed: 'failed and copied to the dead-letter queue',
  unknown: 'without a recorded outcome',
};

/** `key`: where the report is in the bucket. */
export const finishedNotification = (
  { account, runId, counts }: Pick<RunReport, 'account' | 'runId' | 'counts'>,
  key: string,
): Notification => {
  const attention = ATTENTION_RESULTS.map((result) => ({ result, count: counts[result] ?? 0 }));
  const total = attention.reduce((sum, { count }) => sum + count, 0);
  return {
    account,
    event: 'finished',
    subject: `[${account}] finished with ${numeral(total)} left to a person`,
    message: [
      `The run ${runId} of ${account} is finished, but not everything could be done:`,
      '',
      ...attention.map(({ result, count }) => `- ${numeral(count)} ${ATTENTION_WORDS[result]}`),
      '',
      `Report: ${key} (report.html beside it)`,
    ].join('\n'),
  };
};
