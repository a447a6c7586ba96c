import { expect, it } from '@jest/globals';
import { finishedNotification, haltedNotification } from '../../lib/worker/notifications.ts';

it('a halted run: why, and what to do', () => {
  expect(haltedNotification('acme', 'run1', 'Fastly said 401')).toEqual({
    account: 'acme',
    event: 'halted',
    subject: '[acme] halted',
    message: 'The run run1 of acme was halted: Fastly said 401\nNo further writes are made.',
    nextSteps: ['Put a working token into its parameter; the next trigger plans again and goes on.'],
  });
});

it('a finished run: how many jobs need a person and why, and where the report is', () => {
  const counts = { created: 40, rejected: 2, failed: 1 };
  expect(
    finishedNotification({ account: 'acme', runId: 'run1', counts }, 'runs/acme/run1/report.json'),
  ).toEqual({
    account: 'acme',
    event: 'finished',
    subject: '[acme] finished with 3 left to a person',
    message: `The run run1 of acme is finished, but not everything could be done:

- 2 rejected by Fastly
- 1 failed and copied to the dead-letter queue
- 0 without a recorded outcome

Report: runs/acme/run1/report.json (report.html beside it)`,
  });
});
