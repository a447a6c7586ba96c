/** The fence: no write for a run that is over or was replaced by a newer one. */

import type { ChangeJob } from '../domain/job.ts';
import { SECOND_MS } from '../domain/time.ts';
import { pointerKey } from '../state/keys.ts';
import { readPointer } from '../state/pointer-store.ts';
import { FENCE_MARGIN_MS, isRunOf, type RunPointer } from '../state/run-pointer.ts';
import type { WorkerPorts } from './ports.ts';

/** Readings of the pointer before the store counts as too slow to write by. */
const MAX_READINGS = 3;

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
  readonly #ports: Pick<WorkerPorts, 'store' | 'now'>;
  readonly #account: string;
  #run: Pick<RunPointer, 'customerId' | 'startedAt'> = { customerId: '', startedAt: '' };

  constructor(account: string, ports: Pick<WorkerPorts, 'store' | 'now'>) {
    this.#account = account;
    this.#ports = ports;
  }

  /**
   * Reads the run pointer. Returns why this job must not be carried out, `undefined` when it may. Throws when the
   * pointer can't be read, or only too slowly: then nothing may be written.
   */
  async whyNot(job: Pick<ChangeJob, 'generation' | 'runId'>): Promise<string | undefined> {
    const pointer = await this.#readPointer();
    const whyNot = whyNotFor(pointer, job);
    if (whyNot === undefined && pointer !== undefined) this.#run = pointer;
    return whyNot;
  }

  /** A pointer that was asked for longer ago than a take-over waits may be an older run's by now: it is read again. */
  async #readPointer(): Promise<RunPointer | undefined> {
    for (let reading = 1; reading <= MAX_READINGS; reading += 1) {
      const askedAt = this.#ports.now();
      const stored = await readPointer(this.#ports.store, this.#account);
      if (this.#ports.now() - askedAt <= FENCE_MARGIN_MS) return stored?.pointer;
    }
    throw new Error(
      `${pointerKey(this.#account)} took longer than ${FENCE_MARGIN_MS / SECOND_MS} s to read, ${MAX_READINGS} times; the jobs are tried again later`,
    );
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
