/** What happened to one person, and why, in plain sentences. Pure. */

import type { Email } from '../domain/invitation.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { UNKNOWN_ADDRESS } from '../plan/only.ts';
import { isTypo } from '../plan/typo.ts';
import type { PlanRecord, RecordedChange } from '../state/plan-record.ts';
import { transitionText } from './access-text.ts';
import { inSentence, REASON_LABELS, RESULT_LABELS } from './labels.ts';
import { enumeration, minuteOf, quantity } from './wording.ts';

/** A run that said something of this person, and how their job ended if they had one. */
export type PersonsRun = {
  readonly record: PlanRecord;
  readonly outcome?: { readonly result: string; readonly at?: string; readonly detail?: string } | undefined;
};

export type PersonKnown = {
  readonly email: Email;
  /** Made now, about this person only; or why there is none. */
  readonly plan: PlanRecord | { readonly problem: string };
  readonly ledger: LedgerEntry | undefined;
  /** Newest first. */
  readonly runs: readonly PersonsRun[];
  /** Everybody of whom something is known. */
  readonly others: Iterable<Email>;
};

export type Explanation = {
  readonly email: Email;
  /** Nobody knows this address. */
  readonly unknown: boolean;
  readonly roster: string;
  /** What Fastly shows now. */
  readonly fastly: string;
  readonly mails: string;
  /** What a run would do now, and why. */
  readonly decision: string;
  readonly runs: readonly { readonly runId: string; readonly createdAt: string; readonly text: string }[];
  readonly wouldYouMean: readonly Email[];
};

/** Standing of one person in one plan. */
type Standing = {
  readonly fastly: string;
  readonly decision: string;
  readonly line?: number | undefined;
  readonly change?: RecordedChange;
};

const reasonText = (reason: keyof typeof REASON_LABELS): string => inSentence(REASON_LABELS[reason]);

const VERBS = {
  create: 'invite',
  delete: 'cancel the invitation',
  replace: 'send a new invitation',
} as const;

const changeStanding = (change: RecordedChange, record: PlanRecord): Standing => {
  const reason =
    change.action === 'replace' && change.fields.length > 0
      ? `differs in ${enumeration(change.fields)}`
      : reasonText(change.reason);
  const holds = record.held.filter(({ action }) => action === change.action).map((hold) => hold.reason);
  const held = change.held ? `; held: ${holds.join(', ')}` : '';
  const invited = change.action === 'create' ? 'neither a member nor invited' : 'invited';
  return {
    change,
    line: change.line,
    fastly: change.action !== 'create' && change.live === 0 ? 'an expired invitation' : invited,
    decision: `${VERBS[change.action]}, ${transitionText(change)}: ${reason}${held}`,
  };
};

type IsThem = (person: { readonly email: Email }) => boolean;

/** What a plan says of somebody; undefined when it says nothing. */
const standingIn = (record: PlanRecord, email: Email): Standing | undefined => {
  const isThem: IsThem = (person) => person.email === email;
  const change = record.changes.find(isThem);
  if (change !== undefined) return changeStanding(change, record);
  const kept = record.kept?.find(isThem);
  if (kept !== undefined)
    return { line: kept.line, fastly: 'invited', decision: `nothing: ${reasonText(kept.reason)}` };
  const waiting = record.waiting.find(isThem);
  if (waiting !== undefined) {
    const until = waiting.until === undefined ? '' : `, again from ${minuteOf(waiting.until)}`;
    return {
      line: waiting.line,
      fastly: 'no invitation that fits',
      decision: `wait: ${reasonText(waiting.reason)}${until}`,
    };
  }
  return memberIn(record, isThem) ?? otherwiseIn(record, isThem);
};

const memberIn = (record: PlanRecord, isThem: IsThem): Standing | undefined => {
  const drift = record.drift.find(isThem);
  if (drift !== undefined)
    return {
      line: drift.line,
      fastly: `a member as ${drift.actual}`,
      decision: `nothing: the roster says ${drift.desired}, but members are never changed`,
    };
  const member = record.members?.find(isThem);
  if (member !== undefined)
    return { line: member.line, fastly: 'a member', decision: 'nothing: a member already' };
  const unlisted = record.unlistedMembers.find(isThem);
  return unlisted === undefined
    ? undefined
    : { fastly: `a member as ${unlisted.role}`, decision: 'nothing: members are never touched' };
};

const otherwiseIn = (record: PlanRecord, isThem: IsThem): Standing | undefined => {
  const shown = record.shownDifferently.find(isThem);
  if (shown !== undefined)
    return {
      line: shown.line,
      fastly: `invited as ${shown.shown}`,
      decision: `nothing: ${reasonText('shown_differently')}, as ${shown.sent}`,
    };
  const moving = record.moving.find(isThem);
  if (moving !== undefined)
    return { line: moving.line, fastly: 'changing just now', decision: `nothing: ${reasonText('moving')}` };
  const spared = record.spared.find(isThem);
  return spared && { fastly: 'invited', decision: `nothing: ${reasonText(spared.reason)}` };
};

const resultText = ({ result, at, detail }: NonNullable<PersonsRun['outcome']>): string => {
  const label =
    result in RESULT_LABELS ? inSentence(RESULT_LABELS[result as keyof typeof RESULT_LABELS]) : result;
  const when = at === undefined ? '' : ` at ${minuteOf(at)}`;
  return `${label}${when}${detail === undefined ? '' : `: ${detail}`}`;
};

const runText = ({ record, outcome }: PersonsRun, { decision, change }: Standing): string => {
  if (outcome !== undefined) return `${decision}; ${resultText(outcome)}`;
  if (change === undefined || change.held) return decision;
  return record.mode === 'plan' ? `${decision}; only planned` : `${decision}; not done yet`;
};

const mailsText = (ledger: LedgerEntry | undefined): string => {
  if (ledger === undefined || ledger.count === 0) return 'none from here';
  const { count, firstSentAt, lastSentAt, invitationId } = ledger;
  const last = `${minuteOf(lastSentAt)}${invitationId === undefined ? '' : ` (invitation ${invitationId})`}`;
  return count === 1
    ? `1 mail, ${last}`
    : `${quantity(count, 'mail')}, the first ${minuteOf(firstSentAt)}, the last ${last}`;
};

const MAX_SUGGESTIONS = 3;

/** Mistyped, or the same name at another domain. */
const isNear = (email: Email, other: Email): boolean =>
  isTypo(email, other) || email.split('@')[0] === other.split('@')[0];

const suggestions = (email: Email, others: Iterable<Email>): readonly Email[] => {
  const near = new Set<Email>();
  for (const other of others) if (other !== email && isNear(email, other)) near.add(other);
  return [...near].sort().slice(0, MAX_SUGGESTIONS);
};

/** When the plan can't tell what is so now: why. */
const planProblem = (plan: PersonKnown['plan']): string | undefined => {
  if ('problem' in plan) return plan.problem;
  const issues = plan.issues.filter(({ code }) => code !== UNKNOWN_ADDRESS);
  return issues[0] && `the plan is blocked: ${issues[0].message}`;
};

export const explain = ({ email, plan, ledger, runs, others }: PersonKnown): Explanation => {
  const problem = planProblem(plan);
  const standing = problem === undefined ? standingIn(plan as PlanRecord, email) : undefined;
  const told = runs.flatMap((run) => {
    const then = standingIn(run.record, email);
    if (then === undefined) return [];
    const { runId, createdAt } = run.record;
    return [{ runId, createdAt, text: runText(run, then) }];
  });
  const unknown = standing === undefined && told.length === 0 && ledger === undefined;
  const line = standing?.line;
  return {
    email,
    unknown,
    roster: problem ?? (line === undefined ? 'not in it' : `line ${line}`),
    fastly: problem === undefined ? (standing?.fastly ?? 'neither a member nor invited') : 'not known now',
    mails: mailsText(ledger),
    decision: problem === undefined ? (standing?.decision ?? 'nothing to do') : 'not known now',
    runs: told,
    wouldYouMean: standing === undefined ? suggestions(email, others) : [],
  };
};
