/** The planner's notifications: what happened, its numbers and the next command. They contain no addresses. */

import { messageWithoutAddresses } from '../domain/issue.ts';
import { maskAddresses } from '../domain/mask-addresses.ts';
import { numeral, quantity } from '../domain/quantities.ts';
import { countHeld } from '../plan/guards.ts';
import type { Notification } from '../ports/telemetry.ts';
import { customerKey } from '../state/keys.ts';
import type { SyncResult } from './result.ts';

const counted = ({ counts }: Pick<SyncResult, 'counts'>): string =>
  [
    `${numeral(counts.create)} to create`,
    `${numeral(counts.delete)} to delete`,
    `${numeral(counts.replace)} to replace`,
    `${numeral(counts.keep)} kept`,
    quantity(counts.member, 'member'),
    `${numeral(counts.waiting)} waiting`,
  ].join(', ');

const reportLine = ({ report }: Pick<SyncResult, 'report'>): string =>
  report === undefined ? '' : `\nReport: ${report} (plan.html beside it)`;

/** A command can name addresses, of people or in a setting. Notifications are logged, and go to many. */
const approveSteps = (command: string): readonly string[] =>
  maskAddresses(command) === command
    ? ['If this is what you want, approve exactly these changes:', command]
    : [
        'If this is what you want, approve exactly these changes: the command is in the report, as it has addresses in it.',
      ];

export const heldNotification = (result: SyncResult, approveCommand: string): Notification => {
  const count = countHeld(result.held);
  const holds = result.held.map(
    ({ action, count: held, reason }) => `- ${quantity(held, action)}: ${reason}`,
  );
  return {
    account: result.account,
    event: 'held',
    subject: `[${result.account}] ${quantity(count, 'change')} held for approval`,
    message: [
      `A guard holds ${quantity(count, 'change')} of ${result.account} back. The others go on.`,
      '',
      ...holds,
      '',
      `The whole plan: ${counted(result)}.${reportLine(result)}`,
    ].join('\n'),
    nextSteps: approveSteps(approveCommand),
  };
};

/** A notification shows this many issues; the report shows all. */
const SHOWN_ISSUES = 20;

export const blockedNotification = (result: SyncResult): Notification => {
  const shown = result.issues
    .slice(0, SHOWN_ISSUES)
    .map((issue) => `- ${messageWithoutAddresses(issue)} (${issue.code})`);
  const more = result.issues.length - shown.length;
  return {
    account: result.account,
    event: 'blocked',
    subject: `[${result.account}] blocked: ${quantity(result.issues.length, 'issue')}`,
    message: [
      `Nothing was changed for ${result.account}: what was read can't be trusted.`,
      '',
      ...shown,
      ...(more > 0 ? [`- and ${numeral(more)} more in the report`] : []),
      reportLine(result),
    ].join('\n'),
  };
};

export const plannedNotification = (result: SyncResult): Notification => ({
  account: result.account,
  event: 'planned',
  subject: `[${result.account}] planned, nothing changed`,
  message: `MODE is plan, so nothing was changed for ${result.account}. The plan: ${counted(result)}.${reportLine(result)}`,
});

/** `customerId`: of the account's last run; undefined when it never ran. */
export const missingRosterNotification = (account: string, customerId: string | undefined): Notification => {
  const state =
    customerId === undefined
      ? ''
      : `; remove state/${account}/ and ${customerKey(customerId)} to end its runs for good`;
  return {
    account,
    event: 'no_roster',
    subject: `[${account}] there is no roster`,
    message: `There is neither rosters/${account}.csv nor rosters/${account}.csv.gz. Nothing was changed at Fastly, and nothing will be: invitations stay as they are.`,
    nextSteps: [
      'If it was removed by mistake, upload it again, or restore its last version; the bucket keeps old versions.',
      `If ${account} is given up, nothing has to be done${state}.`,
    ],
  };
};
