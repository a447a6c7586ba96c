/** What people are told of a run. No addresses. */

import type { Notification } from '../ports/telemetry.ts';

export const haltedNotification = (account: string, runId: string, reason: string): Notification => ({
  subject: `[${account}] halted`,
  message: [
    `The run ${runId} of ${account} was halted: ${reason}`,
    '',
    'No further writes are made. Put a working token into its parameter; the next trigger plans again and goes on.',
  ].join('\n'),
});

export const finishedNotification = (
  account: string,
  runId: string,
  attention: { readonly rejected: number; readonly failed: number; readonly unknown: number },
  report: string,
): Notification => ({
  subject: `[${account}] finished with ${attention.rejected + attention.failed + attention.unknown} left to a person`,
  message: [
    `The run ${runId} of ${account} is finished, but not everything could be done:`,
    '',
    `- ${attention.rejected} rejected by Fastly`,
    `- ${attention.failed} failed and copied to the dead-letter queue`,
    `- ${attention.unknown} without a recorded outcome`,
    '',
    `Report: ${report} (report.html beside it)`,
  ].join('\n'),
});
