/** Every job has an outcome before its message is gone, and every finished run knows all of its own. */

import type { Email } from '../../../lib/domain/invitation.ts';
import { decodeJob, type OutgoingMessage } from '../../../lib/domain/job.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../../../lib/domain/outcome.ts';
import type { RunReport } from '../../../lib/state/run-report.ts';
import type { FifoQueue, ReceivedMessage } from '../../../local/fifo-queue.ts';
import { nameOf } from '../people.ts';
import type { Book, Violate } from './book.ts';

export class Outcomes {
  readonly #book: Book;
  readonly #violate: Violate;
  readonly #byRun = new Map<string, Outcome[]>();
  readonly #bodies: string[] = [];
  readonly #reported = new Set<string>();

  constructor(book: Book, violate: Violate) {
    this.#book = book;
    this.#violate = violate;
  }

  stored(runId: string, text: string): void {
    const outcomes = this.#byRun.get(runId) ?? [];
    outcomes.push(...decodeOutcomes(text));
    this.#byRun.set(runId, outcomes);
  }

  reported(report: RunReport): void {
    this.#reported.add(report.runId);
    if (report.counts.unknown !== 0)
      this.#violate(`run ${report.runId} is finished with ${report.counts.unknown} jobs nobody knows of`);
  }

  accepted({ body }: OutgoingMessage): void {
    this.#bodies.push(body);
  }

  acknowledging({ body, messageId }: ReceivedMessage, deadLetters: FifoQueue): void {
    const problem = this.#unfinished(body, () => isDead(deadLetters, messageId));
    if (problem !== undefined) this.#violate(`a message is acknowledged too early: ${problem}`);
  }

  /** At the end: nothing was lost on the way. */
  checkAll(deadLetters: FifoQueue): void {
    const dead = new Set(deadLetters.messages().map(({ body }) => body));
    for (const body of this.#bodies) {
      const problem = this.#unfinished(body, () => dead.has(body));
      if (problem !== undefined) this.#violate(`a job was lost: ${problem}`);
    }
  }

  /** What became of a run's jobs in the end, by address. */
  folded(runId: string): ReadonlyMap<Email, Outcome> {
    return foldOutcomes(this.#byRun.get(runId) ?? []);
  }

  isReported(runId: string): boolean {
    return this.#reported.has(runId);
  }

  #unfinished(body: string, isDead: () => boolean): string | undefined {
    const decoded = decodeJob(body);
    if ('problem' in decoded)
      return isDead() ? undefined : 'it is malformed, and not in the dead-letter queue';
    const { job } = decoded;
    if (job.action === 'finish') {
      const pointer = this.#book.pointers.get(job.account);
      const isVoid = pointer?.runId !== job.runId || pointer.status === 'halted';
      return isVoid || pointer.status === 'finished' ? undefined : `the finish of run ${job.runId}`;
    }
    const stored = this.#byRun.get(job.runId)?.some(({ email }) => email === job.email);
    return stored ? undefined : `${job.action} ${nameOf(job.email)} of run ${job.runId} has no outcome`;
  }
}

const isDead = (deadLetters: FifoQueue, messageId: string): boolean =>
  deadLetters.messages().some(({ attributes }) => attributes?.originalMessageId === messageId);
