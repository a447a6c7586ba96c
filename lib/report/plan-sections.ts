/** The sections of plan.html beside the changes: about the plan, guards, warnings, and people who are left alone. */

import { writesOf } from '../domain/change.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import { type Fragment, html } from './html.ts';
import { LIKENESS_LABELS } from './labels.ts';
import { type Fact, facts, section, time } from './page.ts';
import { aloneRows, type PlanRow } from './plan-rows.ts';
import { duration, inAscii, leftOutText, numeral, people, quantity } from './wording.ts';

const pace = ({ quota, createdAt, mode, held }: PlanRecord): Fragment => {
  if (quota.writes === 0) return held.length > 0 ? 'none until released' : 'none';
  const seconds = (Date.parse(quota.estimatedFinish) - Date.parse(createdAt)) / 1000;
  const writes = `${quantity(quota.writes, 'write')} at Fastly, at most ${numeral(quota.perHour)} an hour`;
  const when = mode === 'plan' ? 'would be done by' : 'done by';
  return html`${writes}; ${when} ${time(quota.estimatedFinish)}, ${duration(seconds)} after planning, if nothing else uses the quota`;
};

const heldWork = ({ changes, held }: PlanRecord): Fragment => {
  if (held.length === 0) return undefined;
  const writes = changes.reduce((sum, change) => sum + (change.held ? writesOf(change) : 0), 0);
  return `${quantity(writes, 'write')} more once released`;
};

const rosterFact = ({ roster }: PlanRecord): Fragment =>
  roster !== undefined &&
  html`${quantity(roster.rows, 'row')} in <code>${roster.file ?? roster.key}</code>, version <code>${roster.versionId ?? roster.etag}</code>`;

const aboutFacts = (record: PlanRecord): readonly Fact[] => {
  const { createdAt, status, liveInvitations, runId, generation, mode, planHash, only } = record;
  const planned = status !== 'blocked';
  return [
    { term: 'Planned', value: time(createdAt) },
    { term: 'Roster', value: rosterFact(record) },
    { term: 'Rows left out', value: leftOutText(record.leftOut) },
    { term: 'Restricted', value: only && `to ${quantity(only.length, 'address', 'addresses')}` },
    { term: 'Work', value: planned && pace(record) },
    { term: 'Held work', value: heldWork(record) },
    { term: 'Live invitations', value: planned && `${numeral(liveInvitations)} at Fastly when planned` },
    {
      term: 'Run',
      value: html`<code>${runId}</code>, mode ${mode}${generation !== undefined && `, generation ${generation}`}`,
    },
    { term: 'Plan hash', value: planHash !== undefined && html`<code>${planHash}</code>` },
  ];
};

/** Nouns and sentences on people whom the plan leaves alone, by the action of their rows in the table. */
const ASIDES: Readonly<Partial<Record<PlanRow['kind'], readonly [noun: string, sentence: string]>>> = {
  waiting: ['invitation', 'not sent again for now: sent too recently, or as often as allowed.'],
  drift: ['member', 'with another role than the roster says. Members are never changed.'],
  shown_differently: [
    'invitation',
    'shown by Fastly otherwise than it was sent. It stays, as sending it again would only mail the person.',
  ],
  moving: ['person', "for whom Fastly's list was changing while it was read. The next run decides."],
  unlisted_member: ['member', 'not in the roster. Members are never removed.'],
  spared: ['invitation', 'not in the roster, but protected or not to be pruned.'],
};

/** Counts the people whom the plan leaves alone, by the reason, with links to their rows. Empty when there are none. */
export const asideSection = (record: PlanRecord): Fragment => {
  const alone = aloneRows(record);
  const items = [...Map.groupBy(alone, ({ kind }) => kind)].map(([kind, { length }]) => {
    const [noun = 'person', sentence] = ASIDES[kind] ?? [];
    const counted = noun === 'person' ? people(length) : quantity(length, noun);
    return html`<li><a href="#changes.action=${kind}">${counted}</a> ${sentence}</li>
`;
  });
  return (
    items.length > 0 &&
    section(
      'asides',
      'Left alone',
      html`<ul>
${items}</ul>
`,
    )
  );
};

/** More than this would push the changes off the screen. */
const SHOWN_ITEMS = 100;

type ShortList<T> = {
  readonly id: string;
  readonly noun: string;
  readonly items: readonly T[];
  /** Where all of them are. */
  readonly file: string;
};

/** The first items of a list. Empty when there are none. */
const shortList = <T>({ id, noun, items, file }: ShortList<T>, line: (item: T) => Fragment): Fragment =>
  items.length > 0 &&
  section(
    id,
    quantity(items.length, noun),
    html`<ul>
${items.slice(0, SHOWN_ITEMS).map(
  (item) => html`<li>${line(item)}</li>
`,
)}</ul>
${
  items.length > SHOWN_ITEMS &&
  html`<p>These are the first ${SHOWN_ITEMS}; ${file} has all of them.</p>
`
}`,
  );

export const warningSection = ({ warnings }: PlanRecord): Fragment =>
  shortList({ id: 'warnings', noun: 'warning', items: warnings, file: 'plan.json' }, (warning) => warning);

export const lookAlikeSection = ({ lookAlikes }: PlanRecord): Fragment =>
  shortList(
    { id: 'look-alikes', noun: 'look-alike', items: lookAlikes, file: 'plan.csv' },
    ({ email, reason, resembles }) =>
      html`<code>${inAscii(email)}</code> looks like <code>${inAscii(resembles)}</code>, ${LIKENESS_LABELS[reason]}`,
  );

export const aboutSection = (record: PlanRecord): Fragment =>
  section('about', 'About this plan', facts(aboutFacts(record)));

/** A tripped guard always holds changes. When nothing is held any more, somebody has approved them. */
const guardState = (tripped: boolean, { held }: PlanRecord): string => {
  if (!tripped) return 'Passed';
  return held.length > 0 ? 'Tripped' : 'Tripped, approved';
};

export const guardSection = (record: PlanRecord): Fragment =>
  record.guards.length > 0 &&
  section(
    'guards',
    'Guards',
    html`<table aria-labelledby="guards-heading">
<thead><tr><th scope="col">Guard</th><th scope="col">Reading</th><th scope="col">State</th></tr></thead>
<tbody>
${record.guards.map(
  ({ guard, sentence, tripped }) => html`<tr>
<td class="guard" data-label="Guard"><code>${guard}</code></td>
<td class="reading" data-label="Reading">${sentence}</td>
<td class="state ${tripped ? 'attention' : 'good'}" data-label="State">${guardState(tripped, record)}</td>
</tr>
`,
)}</tbody></table>
`,
  );
