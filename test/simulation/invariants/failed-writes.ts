/** A job is given up after five failed writes, not after five deliveries. */

import type { Outcome } from '../../../lib/domain/outcome.ts';
import type { SimulatedAnswer } from '../../../local/simulator/answers.ts';
import { INTERMEDIARY_ANSWERS } from '../../support/intermediary-answers.ts';
import { nameOf } from '../people.ts';
import type { Violate, WriteOfJob } from './book.ts';

const ENOUGH = 5;

const INTERMEDIARY_BODIES: ReadonlySet<string> = new Set(
  Object.values(INTERMEDIARY_ANSWERS).map(({ body }) => body),
);

/** Neither done nor refused by Fastly, as far as the caller can tell. */
const hasFailed = (answer: SimulatedAnswer | undefined): boolean =>
  answer === undefined || answer.status >= 500 || INTERMEDIARY_BODIES.has(answer.body);

export class FailedWrites {
  readonly #violate: Violate;
  readonly #failed = new Map<string, number>();

  constructor(violate: Violate) {
    this.#violate = violate;
  }

  /** `answer`: what the caller got; undefined: nothing. */
  answered({ job }: WriteOfJob, answer: SimulatedAnswer | undefined): void {
    if (!hasFailed(answer)) return;
    const key = `${job.runId} ${job.email}`;
    this.#failed.set(key, (this.#failed.get(key) ?? 0) + 1);
  }

  stored(runId: string, outcomes: readonly Outcome[]): void {
    for (const { email, result } of outcomes) {
      const failed = this.#failed.get(`${runId} ${email}`) ?? 0;
      if (result === 'failed' && failed < ENOUGH)
        this.#violate(`${nameOf(email)} is given up after ${failed} failed writes of run ${runId}`);
    }
  }
}
