/** What became of a job. Every job ends with exactly one outcome, stored before its message is acknowledged. */

import * as v from 'valibot';
import { decodeJson } from './decode-json.ts';
import type { Email } from './invitation.ts';

/**
 * How a job can end. The order decides when a job was delivered twice and has two outcomes: the one that is earlier in
 * this list counts. What a job did comes before what it found done, and that before what it did not do.
 */
export const OUTCOME_RESULTS = [
  'created',
  'deleted',
  'replaced',
  'already_invited',
  'already_member',
  'already_gone',
  'rejected',
  'failed',
  'superseded',
] as const;
export type OutcomeResult = (typeof OUTCOME_RESULTS)[number];

const outcomeSchema = v.object({
  action: v.picklist(['create', 'delete', 'replace']),
  email: v.pipe(
    v.string(),
    v.transform((email) => email as Email),
  ),
  result: v.picklist(OUTCOME_RESULTS),
  /** ISO 8601 */
  at: v.string(),
  /** Fastly's words or the reason, without addresses and tokens. */
  detail: v.exactOptional(v.string()),
  /** The invitation that was sent, or that was found to be the one asked for. */
  invitationId: v.exactOptional(v.string()),
  /** ISO 8601: when the invitation that was found had been sent, which may be hours before `at`. Absent if Fastly does not tell. */
  sentAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  /** Set when a POST of this job may have mailed the person although the result does not say so. */
  mayHaveSent: v.exactOptional(v.literal(true)),
  /** Set when a replace cancelled the old invitation and could not send the new one: the person has none. */
  interrupted: v.exactOptional(v.literal(true)),
});
export type Outcome = Readonly<v.InferOutput<typeof outcomeSchema>>;

/** One line per outcome: `runs/<account>/<runId>/outcomes/*.jsonl`. */
export const encodeOutcomes = (outcomes: readonly Outcome[]): string =>
  outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');

/** Throws on anything that is not an outcome: objects are stored whole or not at all, so nothing is left out silently. */
export const decodeOutcomes = (text: string): Outcome[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const decoded = decodeJson(outcomeSchema, line);
      if ('problem' in decoded) throw new Error(`in line ${index + 1}, ${decoded.problem}`);
      return decoded.value;
    });

const rank = (outcome: Outcome): number => OUTCOME_RESULTS.indexOf(outcome.result);

/** Of two outcomes of one job: by result, then the one that may have mailed the person, then the older one. */
const isBefore = (a: Outcome, b: Outcome): boolean => {
  if (a.result !== b.result) return rank(a) < rank(b);
  return a.mayHaveSent === b.mayHaveSent ? a.at < b.at : a.mayHaveSent === true;
};

/**
 * One outcome per address, as a plan has at most one change per address. Of several the one whose result is earlier in
 * `OUTCOME_RESULTS` counts; with equal results, the one that may have mailed the person, or else the older one.
 */
export const foldOutcomes = (outcomes: Iterable<Outcome>): ReadonlyMap<Email, Outcome> => {
  const folded = new Map<Email, Outcome>();
  for (const outcome of outcomes) {
    const known = folded.get(outcome.email);
    if (known === undefined || isBefore(outcome, known)) folded.set(outcome.email, outcome);
  }
  return folded;
};

/** Results after which the person has a mail from this run. */
export const isSent = ({ result }: Outcome): boolean =>
  result === 'created' || result === 'replaced' || result === 'already_invited';

/** What a report says of a job. `unknown`: no outcome of it was stored. */
export const REPORTED_RESULTS = [...OUTCOME_RESULTS, 'unknown'] as const;

/** Results that a person should look at. */
export const ATTENTION_RESULTS = [
  'rejected',
  'failed',
  'unknown',
] as const satisfies readonly (typeof REPORTED_RESULTS)[number][];
export type AttentionResult = (typeof ATTENTION_RESULTS)[number];

export const needsAttention = ({ result }: { readonly result: string }): boolean =>
  ATTENTION_RESULTS.some((attention) => attention === result);
