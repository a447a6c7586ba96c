/** The fence: no write for a run that is over or was replaced by a newer one. */

import type { ChangeJob } from '../domain/job.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readPointer } from '../state/pointer-store.ts';
import { isRunOf, type RunPointer } from '../state/run-pointer.ts';

const whyNotFor = (
  pointer: RunPointer | undefined,
  job: Pick<ChangeJob, 'generation' | 'runId'>,
): string | undefined => {
  if (!isRunOf(pointer, job)) return 'a newer run took over';
  if (pointer.status === 'halted') return 'the run is halted';
  // All its jobs have their outcome already; a write made now would be in no report and in no ledger.
  return pointer.status === 'finished' ? 'the run is finished' : undefined;
};

export class Fence {
  readonly #store: Pick<ObjectStore, 'read'>;
  readonly #account: string;
  #run: Pick<RunPointer, 'customerId' | 'startedAt'> = { customerId: '', startedAt: '' };

  constructor(account: string, store: Pick<ObjectStore, 'read'>) {
    this.#account = account;
    this.#store = store;
  }

  /**
   * Reads the run pointer. Returns why this job must not be carried out, `undefined` when it may. Throws when the
   * pointer can't be read: then nothing may be written.
   */
  async whyNot(job: Pick<ChangeJob, 'generation' | 'runId'>): Promise<string | undefined> {
    const pointer = (await readPointer(this.#store, this.#account))?.pointer;
    const whyNot = whyNotFor(pointer, job);
    if (whyNot === undefined && pointer !== undefined) this.#run = pointer;
    return whyNot;
  }

  /** Fastly's customer of the run whose job passed last. Empty before that; then nothing is read or written either. */
  get customerId(): string {
    return this.#run.customerId;
  }

  /** When that run was claimed, in milliseconds since 1970. */
  get startedAt(): number {
    return Date.parse(this.#run.startedAt);
  }
}
