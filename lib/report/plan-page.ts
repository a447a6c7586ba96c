/** plan.html: what will happen, what is held and why, then a row for everybody concerned. */

import { countHeld } from '../plan/guards.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import { heldSection } from './held.ts';
import { type Fragment, type Html, html } from './html.ts';
import { ACTION_LABELS, HELD_LABELS, REASON_LABELS } from './labels.ts';
import { mark, pageEnd, pageStart, tiles, time } from './page.ts';
import { headline, statusMark } from './plan-headline.ts';
import { aloneRows, planTableRows } from './plan-rows.ts';
import {
  aboutSection,
  asideSection,
  guardSection,
  lookAlikeSection,
  warningSection,
} from './plan-sections.ts';
import { type Column, tableSection } from './table.ts';
import { numeral, people, quantity } from './wording.ts';

const planTiles = ({ counts, held, status }: PlanRecord): Fragment =>
  status !== 'blocked' &&
  tiles([
    { count: counts.create, name: 'Create', note: 'new invitations' },
    { count: counts.replace, name: 'Replace', note: 'cancelled, then sent anew' },
    { count: counts.delete, name: 'Delete', note: 'cancelled' },
    { count: countHeld(held), name: 'Held', note: 'of these changes', tone: 'attention' },
    { count: counts.keep, name: 'Keep', note: 'invitations stay as they are' },
    { count: counts.member, name: 'Members', note: 'of the roster, accepted already' },
    { count: counts.waiting, name: 'Waiting', note: 'need something, and get nothing now' },
  ]);

const finishedLead = (finishedAt: string): Html =>
  html`<p class="lead">This run was over by ${time(finishedAt)}: <a href="report.html">its report</a> says what became of each change.</p>
`;

const summary = (record: PlanRecord, finishedAt: string | undefined): Html => {
  const isDone = finishedAt !== undefined && record.status === 'enqueued';
  const [tone, status] = isDone ? (['neutral', 'Finished'] as const) : statusMark(record);
  return html`<header>
<p class="kicker">Plan for Fastly invitations · ${mark(tone, status)}</p>
<h1>${record.account}</h1>
<p class="lead">${headline(record)}</p>
${finishedAt !== undefined && finishedLead(finishedAt)}</header>
${planTiles(record)}${heldSection(record)}`;
};

function* issueSection({ issues }: PlanRecord): Generator<string> {
  if (issues.length === 0) return;
  const codes = [...new Set(issues.map(({ code }) => code))].sort();
  yield* tableSection({
    id: 'issues',
    heading: quantity(issues.length, 'problem'),
    columns: [
      { key: 'line', title: 'Line' },
      { key: 'column', title: 'Column' },
      { key: 'message', title: 'Problem' },
      { key: 'code', title: 'Code', labels: Object.fromEntries(codes.map((code) => [code, code])) },
    ],
    count: issues.length,
    rows: () =>
      issues.map(({ line, column, message, code }) => [String(line ?? ''), column ?? '', message, code]),
    file: 'plan.csv',
  });
}

const COLUMNS: readonly Column[] = [
  { key: 'action', title: 'Action', labels: ACTION_LABELS },
  { key: 'held', title: 'Held', labels: HELD_LABELS },
  { key: 'email', title: 'Address' },
  { key: 'reason', title: 'Reason', labels: REASON_LABELS },
  { key: 'access', title: 'Access' },
  { key: 'detail', title: 'Details' },
];

function* peopleSection(record: PlanRecord): Generator<string> {
  const changes = record.changes.length;
  const alone = aloneRows(record).length;
  const settled = record.kept.length + record.members.length;
  if (changes + alone + settled === 0) return;
  yield* tableSection({
    id: 'changes',
    heading: [
      quantity(changes, 'change'),
      ...(alone > 0 ? [`${people(alone)} left alone`] : []),
      ...(settled > 0 ? [`${numeral(settled)} as the roster says`] : []),
    ].join(', '),
    columns: COLUMNS,
    count: changes + alone + settled,
    rows: () => planTableRows(record),
    file: 'plan.csv',
  });
}

/** `finishedAt`: when the run was over, ISO 8601, once it is. */
export function* planPage(record: PlanRecord, finishedAt?: string): Generator<string> {
  yield pageStart(`${record.account}: invitation plan of ${record.createdAt.slice(0, 10)}`);
  yield summary(record, finishedAt).text;
  yield* issueSection(record);
  yield html`<div class="columns">
${aboutSection(record)}<div>${warningSection(record)}${lookAlikeSection(record)}${asideSection(record)}</div>
</div>
${guardSection(record)}`.text;
  yield* peopleSection(record);
  yield pageEnd('The same plan for machines: plan.json and plan.csv, beside this file.');
}
