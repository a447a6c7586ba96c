/** What became of a job. Every job ends as exactly one of these, stored before its message is acknowledged. */

import * as v from 'valibot';
import type { Email } from './invitation.ts';

/**
 * In the order of what is nearest to the truth when a job was delivered twice: what was done beats what was found,
 * and that beats what was not done.
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
  /** Fastly's words or the reason; without addresses and tokens. */
  detail: v.exactOptional(v.string()),
});
export type Outcome = Readonly<v.InferOutput<typeof outcomeSchema>>;

/** One line per outcome: `runs/<account>/<runId>/outcomes/*.jsonl`. */
export const encodeOutcomes = (outcomes: readonly Outcome[]): string =>
  outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');

/** Throws on anything that is not an outcome: objects are written whole, so a damaged one is not ours to interpret. */
export const decodeOutcomes = (text: string): Outcome[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => v.parse(outcomeSchema, JSON.parse(line)));

const rank = (outcome: Outcome): number => OUTCOME_RESULTS.indexOf(outcome.result);

/** One outcome per address (a plan has at most one change per address); of several, the nearest to the truth, then the first. */
export const foldOutcomes = (outcomes: Iterable<Outcome>): ReadonlyMap<Email, Outcome> => {
  const folded = new Map<Email, Outcome>();
  for (const outcome of outcomes) {
    const known = folded.get(outcome.email);
    const better =
      known === undefined ||
      rank(outcome) < rank(known) ||
      (rank(outcome) === rank(known) && outcome.at < known.at);
    if (better) folded.set(outcome.email, outcome);
  }
  return folded;
};

/** Results after which the person has a mail from this run. */
export const isSent = ({ result }: Outcome): boolean =>
  result === 'created' || result === 'replaced' || result === 'already_invited';

/** Results that a person should look at. */
export const needsAttention = ({ result }: Outcome): boolean => result === 'rejected' || result === 'failed';
