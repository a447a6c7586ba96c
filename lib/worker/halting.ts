/** Halting a run: when Fastly does not accept the token any more, no job of the run may be tried further. */

import type { ChangeJob } from '../domain/job.ts';
import type { FastlyResult } from '../ports/fastly.ts';
import { updatePointer } from '../state/pointer-store.ts';
import { type Done, done } from './job-end.ts';
import { haltedNotification } from './notifications.ts';
import type { WorkerPorts } from './ports.ts';

/** Five 403 in a row mean that the token lost its rights; fewer are about the people whose jobs were refused. */
const FORBIDDEN_IN_A_ROW = 5;

export class Halting {
  readonly #account: string;
  readonly #ports: WorkerPorts;
  #forbiddenInARow = 0;
  #halted: Promise<void> | undefined;

  constructor(account: string, ports: WorkerPorts) {
    this.#account = account;
    this.#ports = ports;
  }

  /** Halts the job's run, once, and ends the job. Throws when that can't be stored: the job is then tried again. */
  async haltRun(job: Pick<ChangeJob, 'generation' | 'runId'>, reason: string): Promise<Done> {
    this.#halted ??= this.#halt(job, reason);
    await this.#halted;
    return done('superseded', 'the run is halted');
  }

  /** Counts 403s in the order in which answers to writes come in; any other answer starts the count again. */
  async countForbidden(job: ChangeJob, answer: FastlyResult<unknown>): Promise<void> {
    if (answer.ok || answer.failure.kind !== 'forbidden') {
      this.#forbiddenInARow = 0;
      return;
    }
    this.#forbiddenInARow += 1;
    if (this.#forbiddenInARow >= FORBIDDEN_IN_A_ROW)
      await this.haltRun(job, `${FORBIDDEN_IN_A_ROW} refusals in a row: ${answer.failure.message}`);
  }

  async #halt({ generation, runId }: Pick<ChangeJob, 'generation' | 'runId'>, reason: string): Promise<void> {
    const { store, log, metrics, notify, now } = this.#ports;
    const updatedAt = new Date(now()).toISOString();
    const halted = await updatePointer(store, this.#account, { generation, runId }, (pointer) =>
      pointer.status === 'halted' ? undefined : { ...pointer, status: 'halted', updatedAt, reason },
    );
    if (halted === 'superseded') return;
    log.error('halted', { account: this.#account, runId, generation, reason });
    metrics.add(this.#account, 'RunHalted', 1);
    await notify(haltedNotification(this.#account, runId, reason));
  }
}
