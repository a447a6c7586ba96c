/** The status of a plan and a sentence or two on it: what people read first. */

import { summarize } from '../domain/change.ts';
import type { PlanStatus } from '../plan/decide.ts';
import { countHeld } from '../plan/guards.ts';
import { type PlanRecord, type RecordedChange, releasedChanges } from '../state/plan-record.ts';
import type { Tone } from './page.ts';
import { enumeration, numeral, people, quantity } from './wording.ts';

const STATUS_MARKS: Readonly<Record<PlanStatus, readonly [Tone, string]>> = {
  planned: ['neutral', 'Planned, nothing changed'],
  changed: ['attention', 'Not the plan that was reviewed'],
  in_sync: ['good', 'In sync'],
  enqueued: ['good', 'Being carried out'],
  held: ['attention', 'Waiting for approval'],
  blocked: ['bad', 'Blocked'],
};

export const statusMark = ({ status, counts }: PlanRecord): readonly [Tone, string] =>
  status === 'in_sync' && counts.waiting > 0 ? ['neutral', 'Nothing to do now'] : STATUS_MARKS[status];

/** `invite 3 people and cancel invitations of 1 person`; empty when there is nothing to do. */
const phraseOf = (changes: readonly RecordedChange[]): string => {
  const { counts } = summarize(changes);
  const parts = [
    counts.create > 0 ? `invite ${people(counts.create)}` : '',
    counts.replace > 0 ? `replace invitations of ${people(counts.replace)}` : '',
    counts.delete > 0 ? `cancel invitations of ${people(counts.delete)}` : '',
  ];
  return enumeration(parts.filter((part) => part !== ''));
};

const heldPhrase = ({ changes }: PlanRecord): string => phraseOf(changes.filter(({ held }) => held));

const releasedPhrase = (record: PlanRecord): string => phraseOf(releasedChanges(record));

/**
 * What a plan without changes means. Fastly matches the roster only if nobody is left waiting for a later run:
 * `Nothing to do now: 2 wait until 2026-12-02.`
 */
export const nothingToDo = ({ waiting, moving }: Pick<PlanRecord, 'waiting' | 'moving'>): string => {
  const dates = waiting.flatMap(({ until }) => until ?? []).sort();
  const [first, last] = [dates[0], dates.at(-1)].map((date) => date?.slice(0, 10));
  const dated = first === last ? `until ${last}` : `until between ${first} and ${last}`;
  const givenUp = waiting.length - dates.length;
  const waits = (count: number): string => `${numeral(count)} ${count === 1 ? 'waits' : 'wait'}`;
  const parts = [
    dates.length > 0 ? `${waits(dates.length)} ${dated}` : '',
    givenUp > 0 ? `${numeral(givenUp)} ${givenUp === 1 ? 'was' : 'were'} mailed as often as allowed` : '',
    moving.length > 0 ? `${waits(moving.length)} for the next run` : '',
  ].filter((part) => part !== '');
  return parts.length === 0
    ? 'Fastly already matches the roster.'
    : `Nothing to do now: ${enumeration(parts)}.`;
};

const plannedHeadline = (record: PlanRecord): string => {
  const released = releasedPhrase(record);
  const held = heldPhrase(record);
  if (released === '' && held === '') return nothingToDo(record);
  const release = released === '' ? '' : `If applied, this plan will ${released}. `;
  const hold = held === '' ? '' : `Held until somebody approves: ${held}. `;
  return `${release}${hold}Nothing has been changed so far.`;
};

const heldHeadline = (record: PlanRecord): string => {
  const count = countHeld(record.held);
  const held = `${quantity(count, 'change is', 'changes are')} held until somebody approves: ${heldPhrase(record)}.`;
  const released = releasedPhrase(record);
  return released === ''
    ? `${held} Nothing else has to change.`
    : `${held} The rest goes ahead: ${released}.`;
};

export const headline = (record: PlanRecord): string => {
  switch (record.status) {
    case 'blocked':
      return `Nothing was done, and nothing will be until ${quantity(record.issues.length, 'problem is', 'problems are')} solved.`;
    case 'changed':
      return 'Nothing was done: the plan is no longer the one that was reviewed. Review this one instead.';
    case 'in_sync':
      return nothingToDo(record);
    case 'planned':
      return plannedHeadline(record);
    case 'held':
      return record.mode === 'plan' ? plannedHeadline(record) : heldHeadline(record);
    case 'enqueued':
      return `This run will ${releasedPhrase(record) || 'change nothing'}.`;
  }
};
