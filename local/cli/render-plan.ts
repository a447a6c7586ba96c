/** The plan for the terminal: a diff first, then the numbers, then what a person has to do. */

import type { Issue } from '../../lib/domain/issue.ts';
import { HOUR_MS } from '../../lib/domain/time.ts';
import type { GuardReading } from '../../lib/plan/guards.ts';
import { ageText, transitionText } from '../../lib/report/access-text.ts';
import { changeReason, likenessText, reasonText } from '../../lib/report/labels.ts';
import { nothingToDo } from '../../lib/report/plan-headline.ts';
import { aloneRows, type PlanRow } from '../../lib/report/plan-rows.ts';
import { leftOutText, minuteOf, numeral, quantity } from '../../lib/report/wording.ts';
import type { PlanRecord, RecordedChange } from '../../lib/state/plan-record.ts';
import { type Paint, plain } from './screen.ts';

/** More than this of one kind would push the summary off the screen; the report has them all. */
const SHOWN = 40;
const WIDEST_EMAIL = 40;
const WIDEST_ACCESS = 32;

const STYLES = {
  delete: { sign: '-', colour: 'red' },
  replace: { sign: '~', colour: 'yellow' },
  create: { sign: '+', colour: 'green' },
} as const;

const reasonOf = (change: RecordedChange): string => {
  if (change.action === 'delete' || change.mailNumber <= 1) return changeReason(change);
  return `${changeReason(change)}, mail ${change.mailNumber}`;
};

const accessOf = (change: RecordedChange, now: number): string =>
  plain(transitionText(change, true)) + (change.action === 'delete' ? `, ${ageText(change.from, now)}` : '');

/** How wide a column has to be for these texts. */
const widthOf = (texts: readonly string[], widest: number): number =>
  Math.min(widest, Math.max(0, ...texts.map(({ length }) => length)));

function* changeLines({ changes, createdAt }: PlanRecord, paint: Paint): Generator<string> {
  const now = Date.parse(createdAt);
  const byAction = Map.groupBy(changes, ({ action }) => action);
  const shown = [...byAction.values()].flatMap((some) => some.slice(0, SHOWN));
  const emailWidth = widthOf(
    shown.map(({ email }) => email),
    WIDEST_EMAIL,
  );
  const accessWidth = widthOf(
    shown.map((change) => accessOf(change, now)),
    WIDEST_ACCESS,
  );
  const line = (change: RecordedChange): string => {
    const { sign, colour } = STYLES[change.action];
    const subject = `${sign} ${change.action.padEnd(7)}  ${plain(change.email).padEnd(emailWidth)}`;
    const held = change.held ? `  ${paint(['bold', 'magenta'], 'held')}` : '';
    return `${paint(colour, subject)}  ${accessOf(change, now).padEnd(accessWidth)}  ${paint('dim', reasonOf(change))}${held}`;
  };
  for (const [action, some] of byAction) {
    yield* some.slice(0, SHOWN).map(line);
    if (some.length > SHOWN)
      yield paint(
        STYLES[action].colour,
        `${STYLES[action].sign} … and ${numeral(some.length - SHOWN)} more of this kind`,
      );
  }
  if (changes.length > 0) yield '';
}

function* personLines(sign: string, texts: readonly string[]): Generator<string> {
  for (const text of texts.slice(0, SHOWN)) yield `${sign} ${text}`;
  if (texts.length > SHOWN) yield `${sign} … and ${numeral(texts.length - SHOWN)} more like this`;
}

const aloneText = ({ kind, email, reason, until, desiredRole, shownRole }: PlanRow): string => {
  switch (kind) {
    case 'waiting':
      return `${email} waits: ${reasonText(reason)}${until === undefined ? '' : `, again from ${minuteOf(until)}`}`;
    case 'drift':
      return `${email} is a member as ${shownRole}, the roster says ${desiredRole}: not changed`;
    case 'shown_differently':
      return `${email} was invited as ${desiredRole}, Fastly shows ${shownRole}: kept`;
    case 'unlisted_member':
      return `${email} is a member as ${shownRole} without a roster row: left alone`;
    default:
      return `${email}: ${reasonText(reason)}`;
  }
};

function* aloneLines(record: PlanRecord): Generator<string> {
  const alone = aloneRows(record);
  for (const people of Map.groupBy(alone, ({ kind }) => kind).values())
    yield* personLines('.', people.map(aloneText).map(plain));
  if (alone.length > 0) yield '';
}

function* lookAlikeLines({ lookAlikes }: PlanRecord, paint: Paint): Generator<string> {
  for (const line of personLines('?', lookAlikes.map(likenessText))) yield paint('yellow', line);
  if (lookAlikes.length > 0) yield '';
}

const countLine = ({ counts }: PlanRecord, paint: Paint): string =>
  [
    paint(STYLES.create.colour, `${numeral(counts.create)} to create`),
    paint(STYLES.delete.colour, `${numeral(counts.delete)} to delete`),
    paint(STYLES.replace.colour, `${numeral(counts.replace)} to replace`),
    `${numeral(counts.keep)} kept`,
    quantity(counts.member, 'member'),
    ...(counts.waiting > 0 ? [`${numeral(counts.waiting)} waiting`] : []),
  ].join(', ');

const quotaLine = ({ quota, createdAt }: PlanRecord): string => {
  if (quota.writes === 0) return 'no writes';
  const hours = Math.ceil((Date.parse(quota.estimatedFinish) - Date.parse(createdAt)) / HOUR_MS);
  const when =
    hours <= 1
      ? "within this hour's quota"
      : `done by ${minuteOf(quota.estimatedFinish)} if nobody else uses the quota`;
  return `${quantity(quota.writes, 'write')} at ${numeral(quota.perHour)} per hour: ${when}`;
};

/** A tripped guard always holds changes. When nothing is held any more, somebody has approved them. */
const guardText = ({ tripped, sentence }: GuardReading, { held }: PlanRecord, paint: Paint): string => {
  if (!tripped) return `${paint('green', '✓')} ${sentence}`;
  return held.length > 0 ? paint('red', `✗ ${sentence}`) : paint('yellow', `✓ ${sentence}: approved`);
};

function* summaryLines(record: PlanRecord, paint: Paint): Generator<string> {
  yield `Plan    ${countLine(record, paint)}`;
  if (record.only !== undefined) yield `Only    ${quantity(record.only.length, 'address', 'addresses')}`;
  for (const [index, guard] of record.guards.entries())
    yield `${index === 0 ? 'Guards' : '      '}  ${guardText(guard, record, paint)}`;
  yield `Quota   ${quotaLine(record)}`;
  if (record.status === 'in_sync' && record.counts.waiting > 0) yield nothingToDo(record);
  if (record.leftOut.length > 0)
    yield `Rows    left out by the mapping: ${plain(leftOutText(record.leftOut))}`;
  if (record.planHash !== undefined) yield `Hash    ${record.planHash}`;
  for (const warning of record.warnings) yield paint('yellow', `Warning ${plain(warning)}`);
}

function* heldLines({ held, approveCommand }: PlanRecord, paint: Paint): Generator<string> {
  if (approveCommand === undefined) return;
  yield '';
  for (const { action, count, reason } of held)
    yield paint(['bold', 'magenta'], `Held    ${quantity(count, action)}: ${reason}`);
  yield 'To release exactly these held changes:';
  yield `  ${approveCommand}`;
}

/** Roster issues name their place themselves; here it comes first, in a form that is understood. */
const OWN_PLACE = /^Line \d+(, column [^:]+)?: /;

/** `file:line`, which terminals and editors can open. */
function* issueLines(issues: readonly Issue[], rosterName: string, paint: Paint): Generator<string> {
  for (const { line, column, message, code } of issues) {
    const place = line === undefined ? '' : `${rosterName}:${line}: `;
    const where = column === undefined ? '' : `${plain(column)}: `;
    yield `${place}${where}${plain(message.replace(OWN_PLACE, ''))} ${paint('dim', `(${code})`)}`;
  }
}

function* blockedLines(record: PlanRecord, rosterName: string, paint: Paint): Generator<string> {
  yield* issueLines(record.issues, rosterName, paint);
  yield paint(
    ['bold', 'red'],
    `Blocked by ${quantity(record.issues.length, 'issue')}: nothing was changed at Fastly`,
  );
}

/** Line by line, without line ends. */
export function* renderPlan(record: PlanRecord, rosterName: string, paint: Paint): Generator<string> {
  if (record.issues.length > 0) {
    yield* blockedLines(record, rosterName, paint);
    return;
  }
  yield* changeLines(record, paint);
  yield* aloneLines(record);
  yield* lookAlikeLines(record, paint);
  yield* summaryLines(record, paint);
  yield* heldLines(record, paint);
}
