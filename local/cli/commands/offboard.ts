/** `offboard`: members whom somebody may want to remove or change at Fastly. This tool never does. */

import { csvLines } from '../../../lib/report/csv.ts';
import { quantity } from '../../../lib/report/wording.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { readRecord } from '../../../lib/state/read-run.ts';
import { columns } from '../columns.ts';
import type { Options } from '../options.ts';
import { plain } from '../screen.ts';
import { showPlan } from '../show-plan.ts';
import { writeNewFile } from '../write-new-file.ts';
import type { Answer, CommandPorts } from './command.ts';

/** `not_in_roster`: a member without a roster row. `role_differs`: a member with another role than the roster says. */
const membersIn = ({ unlistedMembers, drift }: PlanRecord) => [
  ...unlistedMembers.map(({ email, role }) => ({ email, reason: 'not_in_roster', role, rosterRole: '' })),
  ...drift.map(({ email, desired, actual }) => ({
    email,
    reason: 'role_differs',
    role: actual,
    rosterRole: desired,
  })),
];

const HEADER = ['email', 'reason', 'role', 'roster_role'];

export const offboard = async (options: Options, { target, screen }: CommandPorts): Promise<Answer> => {
  const result = await target.plan(options, { mode: 'plan' });
  const record = await readRecord(target.store, options.account, result.runId);
  if (record === undefined || record.issues.length > 0) {
    await showPlan(target.store, result, options, screen);
    return { exitStatus: 1, json: { ...result, members: [] } };
  }
  const members = membersIn(record);
  const rows = members.map(({ email, reason, role, rosterRole }) => [email, reason, role, rosterRole]);
  const shown = rows.map((row) => row.map(plain));
  screen.print([
    ...(rows.length === 0 ? [] : columns([HEADER, ...shown])),
    `${quantity(rows.length, 'member')} to look at in ${options.account}. They are never touched from here`,
  ]);
  if (options.to !== undefined) {
    writeNewFile(options.to, csvLines(HEADER, rows));
    screen.print([`CSV     ${options.to}`]);
  }
  return { exitStatus: 0, json: { account: options.account, members } };
};
