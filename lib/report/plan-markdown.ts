/** plan.md: a plan as a comment on a pull request. Summary first; what is held or cancelled open; the rest folded. */

import { countHeld } from '../plan/guards.ts';
import { NOBODY_LEFT_ALONE } from '../plan/plan.ts';
import type { PlanRecord, RecordedChange } from '../state/plan-record.ts';
import { ACTION_LABELS, likenessText, REASON_LABELS } from './labels.ts';
import { code, codeBlock, type MarkdownTable, markdownTable } from './markdown.ts';
import { headline, statusMark } from './plan-headline.ts';
import { aloneRows, planTableRows } from './plan-rows.ts';
import { numeral, people, quantity } from './wording.ts';

/** GitHub takes 65,536 characters; this leaves room for whatever a workflow writes around it. */
export const MAX_MARKDOWN_LENGTH = 60_000;

/** Kept for each of the sections that follow, so that a long one leaves them a few rows. */
const SECTION_ROOM = 1500;

/** A command that names many addresses is longer; plan.html has it. */
const MAX_COMMAND_LENGTH = 2000;

const COLUMNS = ['Action', 'Address', 'Access', 'Reason', 'Details'];

const labelled = (labels: Readonly<Record<string, string>>, text: string): string =>
  labels[text] ?? code(text);

/** Rows of these changes and of the people whom the record leaves alone. */
function* personRows(record: PlanRecord): Generator<readonly string[]> {
  for (const [action = '', , email = '', reason = '', access = '', detail = ''] of planTableRows(record))
    yield [
      labelled(ACTION_LABELS, action),
      code(email),
      code(access),
      labelled(REASON_LABELS, reason),
      code(detail),
    ];
}

const changeTable = (
  record: PlanRecord,
  [heading, folded]: readonly [string, boolean],
  isShown: (change: RecordedChange) => boolean,
): MarkdownTable => {
  const changes = record.changes.filter(isShown);
  return {
    heading: `${heading} (${numeral(changes.length)})`,
    folded,
    columns: COLUMNS,
    count: changes.length,
    rows: personRows({ ...record, ...NOBODY_LEFT_ALONE, changes }),
  };
};

const issueTable = ({ issues }: PlanRecord): MarkdownTable => ({
  heading: quantity(issues.length, 'problem'),
  folded: false,
  columns: ['Line', 'Column', 'Problem', 'Code'],
  count: issues.length,
  rows: issues.map(({ line, column = '', message, code: name }) => [
    String(line ?? ''),
    code(column),
    code(message),
    code(name),
  ]),
});

const guardTable = ({ guards }: PlanRecord): MarkdownTable => ({
  heading: guards.some(({ tripped }) => tripped) ? 'Guards: some are tripped' : 'Guards: all passed',
  folded: true,
  columns: ['Guard', 'Reading', 'State'],
  count: guards.length,
  rows: guards.map(({ guard, sentence, tripped }) => [code(guard), code(sentence), tripped ? '**✗**' : '✓']),
});

const warningTable = ({ warnings, lookAlikes }: PlanRecord): MarkdownTable => {
  const all = [...lookAlikes.map(likenessText), ...warnings];
  return {
    heading: quantity(all.length, 'warning'),
    folded: true,
    columns: ['Warning'],
    count: all.length,
    rows: all.map((warning) => [code(warning)]),
  };
};

const leftOutTable = ({ leftOut }: PlanRecord): MarkdownTable => ({
  heading: `${quantity(
    leftOut.reduce((sum, { rows }) => sum + rows, 0),
    'row',
  )} left out by the mapping`,
  folded: true,
  columns: ['Rows', 'Reason'],
  count: leftOut.length,
  rows: leftOut.map(({ reason, rows }) => [numeral(rows), code(reason)]),
});

const aloneTable = (record: PlanRecord): MarkdownTable => {
  const alone = aloneRows(record).length;
  return {
    heading: `${people(alone)} left alone`,
    folded: true,
    columns: COLUMNS,
    count: alone,
    rows: personRows({ ...record, changes: [], kept: [], members: [] }),
  };
};

const tablesOf = (record: PlanRecord): readonly MarkdownTable[] => [
  issueTable(record),
  changeTable(record, ['Held until somebody approves', false], ({ held }) => held === true),
  changeTable(record, ['Cancelled', false], ({ action, held }) => action === 'delete' && !held),
  guardTable(record),
  warningTable(record),
  leftOutTable(record),
  changeTable(record, ['Replaced', true], ({ action, held }) => action === 'replace' && !held),
  aloneTable(record),
  changeTable(record, ['Invited', true], ({ action, held }) => action === 'create' && !held),
];

const countLine = ({ counts, held, quota }: PlanRecord): string =>
  [
    `**${numeral(counts.create)}** to create`,
    `**${numeral(counts.replace)}** to replace`,
    `**${numeral(counts.delete)}** to delete`,
    ...(held.length > 0 ? [`**${numeral(countHeld(held))}** of them held`] : []),
    `${numeral(counts.keep)} kept`,
    quantity(counts.member, 'member'),
    ...(counts.waiting > 0 ? [`${numeral(counts.waiting)} waiting`] : []),
    quantity(quota.writes, 'write'),
  ].join(' · ');

const heldText = ({ held, approveCommand }: PlanRecord): string => {
  if (held.length === 0) return '';
  const reasons = held.map(({ action, count, reason }) => `- ${quantity(count, action)}: ${code(reason)}\n`);
  const isShort = approveCommand !== undefined && approveCommand.length <= MAX_COMMAND_LENGTH;
  const release = isShort ? `\nTo release exactly these:\n\n${codeBlock(approveCommand)}` : '';
  return `${reasons.join('')}${release}\n`;
};

const summary = (record: PlanRecord): string => {
  const [, status] = statusMark(record);
  const only = record.only && `Only ${quantity(record.only.length, 'address', 'addresses')}. `;
  const counts = record.status === 'blocked' ? '' : `${countLine(record)}\n\n`;
  return `### Fastly invitations of ${record.account}: ${status.toLowerCase()}

${only ?? ''}${headline(record)}

${counts}${heldText(record)}`;
};

const footer = ({ runId, planHash }: PlanRecord): string =>
  `Run ${code(runId)}${planHash === undefined ? '' : `, plan hash ${code(planHash)}`}. Everybody is in plan.html and plan.csv beside this file.\n`;

/** The whole text, of at most `MAX_MARKDOWN_LENGTH` characters. */
export const planMarkdown = (record: PlanRecord): string => {
  const end = footer(record);
  const tables = tablesOf(record);
  let text = summary(record);
  for (const [index, table] of tables.entries()) {
    const reserved = SECTION_ROOM * tables.slice(index + 1).filter(({ count }) => count > 0).length;
    text += markdownTable(table, MAX_MARKDOWN_LENGTH - text.length - end.length - reserved);
  }
  return text + end;
};
