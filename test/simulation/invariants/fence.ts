/** Nothing is written that no current plan released. */

import type { RecordedChange } from '../../../lib/state/plan-record.ts';
import { REQUEST_TIMEOUT_MS } from '../fastly-transport.ts';
import { nameOf } from '../people.ts';
import type { Book, Violate, WriteOfJob } from './book.ts';

/** What is wrong with a write, given what was planned for that person. */
const problemOf = (
  { job, method, id }: WriteOfJob,
  change: RecordedChange | undefined,
): string | undefined => {
  if (change === undefined) return 'the plan has no such change';
  if (change.held) return 'a guard holds this change';
  if (change.action !== job.action) return `it was planned to ${change.action}`;
  const planned = change.action === 'create' ? [] : change.invitationIds;
  return method === 'DELETE' && !planned.includes(id ?? '') ? 'another invitation was planned' : undefined;
};

export class Fence {
  readonly #book: Book;
  readonly #violate: Violate;

  constructor(book: Book, violate: Violate) {
    this.#book = book;
    this.#violate = violate;
  }

  started(write: WriteOfJob): void {
    const { account, job, method, customerId } = write;
    const run = this.#book.claims.get(job.runId);
    if (run !== undefined && run.customerId !== customerId)
      this.#violate(`${account}: ${method} for another customer than that of run ${job.runId}`);
    const problem = problemOf(write, this.#book.changeOf(job));
    if (problem !== undefined)
      this.#violate(
        `${account}: ${method} for ${nameOf(job.email)}, generation ${job.generation}: ${problem}`,
      );
  }

  tookEffect({ account, job, method, startedAt }: WriteOfJob, now: number): void {
    // Later than the request's time-out nobody can know of it.
    if (now - startedAt > REQUEST_TIMEOUT_MS || this.#book.runsWithoutTrace.has(job.runId)) return;
    const order = this.#book.claims.get(job.runId)?.order ?? -1;
    const newer = this.#book.listings.get(account)?.find((one) => one.order > order && one.at <= now);
    if (newer !== undefined)
      this.#violate(
        `${method} of generation ${job.generation} took effect after generation ${newer.run.generation} had listed`,
      );
  }
}
