/** What happened to one person, and why, in plain sentences. Pure. */

import type { Email } from '../domain/invitation.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { UNKNOWN_ADDRESS } from '../plan/only.ts';
import { isTypo } from '../plan/typo.ts';
import type { PlanRecord, RecordedChange } from '../state/plan-record.ts';
import { transitionText } from './access-text.ts';
import { changeReason, reasonText, resultText } from './labels.ts';
import { type PlanRow, planRows } from './plan-rows.ts';
import { minuteOf, quantity } from './wording.ts';

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

/** Standing of one person in one plan. */
type Standing = {
  readonly fastly: string;
  readonly decision: string;
  readonly line?: number | undefined;
  readonly change?: RecordedChange;
};

const VERBS = {
  create: 'invite',
  delete: 'cancel the invitation',
  replace: 'send a new invitation',
} as const;

const changeStanding = (change: RecordedChange, record: PlanRecord): Standing => {
  const holds = record.held.filter(({ action }) => action === change.action).map((hold) => hold.reason);
  const held = change.held ? `; held: ${holds.join(', ')}` : '';
  const invited = change.action === 'create' ? 'neither a member nor invited' : 'invited';
  return {
    change,
    fastly: change.action !== 'create' && change.live === 0 ? 'an expired invitation' : invited,
    decision: `${VERBS[change.action]}, ${transitionText(change)}: ${changeReason(change)}${held}`,
  };
};

const aloneStanding = ({ kind, reason, until, desiredRole, shownRole }: PlanRow): Standing => {
  const because = reasonText(reason);
  switch (kind) {
    case 'waiting': {
      const again = until === undefined ? '' : `, again from ${minuteOf(until)}`;
      return { fastly: 'no invitation that fits', decision: `wait: ${because}${again}` };
    }
    case 'drift':
      return {
        fastly: `a member as ${shownRole}`,
        decision: `nothing: the roster says ${desiredRole}, but members are never changed`,
      };
    case 'member':
      return { fastly: 'a member', decision: 'nothing: a member already' };
    case 'unlisted_member':
      return { fastly: `a member as ${shownRole}`, decision: 'nothing: members are never touched' };
    case 'shown_differently':
      return { fastly: `invited as ${shownRole}`, decision: `nothing: ${because}, as ${desiredRole}` };
    case 'moving':
      return { fastly: 'changing just now', decision: `nothing: ${because}` };
    default:
      return { fastly: 'invited', decision: `nothing: ${because}` };
  }
};

/** What a plan says of somebody; undefined when it says nothing. A change comes before the invitation that stays. */
const standingIn = (record: PlanRecord, email: Email): Standing | undefined => {
  const row = planRows(record).find((person) => person.email === email);
  if (row === undefined) return undefined;
  const standing = row.change === undefined ? aloneStanding(row) : changeStanding(row.change, record);
  return { line: row.line, ...standing };
};

const outcomeText = ({ result, at, detail }: NonNullable<PersonsRun['outcome']>): string => {
  const when = at === undefined ? '' : ` at ${minuteOf(at)}`;
  return `${resultText(result)}${when}${detail === undefined ? '' : `: ${detail}`}`;
};

const runText = ({ record, outcome }: PersonsRun, { decision, change }: Standing): string => {
  if (outcome !== undefined) return `${decision}; ${outcomeText(outcome)}`;
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

export const explain = ({ email, plan, ledger, runs, others }: PersonKnown) => {
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
    /** Nobody knows this address. */
    unknown,
    roster: problem ?? (line === undefined ? 'not in it' : `line ${line}`),
    /** What Fastly shows now. */
    fastly: problem === undefined ? (standing?.fastly ?? 'neither a member nor invited') : 'not known now',
    mails: mailsText(ledger),
    /** What a run would do now, and why. */
    decision: problem === undefined ? (standing?.decision ?? 'nothing to do') : 'not known now',
    runs: told,
    wouldYouMean: standing === undefined ? suggestions(email, others) : [],
  };
};

export type Explanation = ReturnType<typeof explain>;
