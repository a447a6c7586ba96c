/** What is known of runs, rosters and listings, from what was stored: the invariants' common ground. */

import type { ChangeJob } from '../../../lib/domain/job.ts';
import type { PlanRecord, RecordedChange } from '../../../lib/state/plan-record.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { Invocation } from '../invocation.ts';
import type { Wishes } from '../people.ts';

/** A job's write, on its way to Fastly. */
export type WriteOfJob = {
  readonly account: string;
  readonly invocation: Invocation;
  /** Stays the same while a process is used again. */
  readonly container: object;
  readonly method: 'POST' | 'DELETE';
  readonly job: ChangeJob;
  readonly startedAt: number;
  /** Invitation id of a DELETE. */
  readonly id?: string;
};

type Listing = { readonly generation: number; readonly at: number };

export class Book {
  /** What each version of a roster asks for; undefined: it must not be believed. */
  readonly rosters = new Map<string, Wishes | undefined>();
  readonly records = new Map<string, PlanRecord>();
  readonly pointers = new Map<string, RunPointer>();
  /** By account: listings that planning runs relied on. */
  readonly listings = new Map<string, Listing[]>();
  /** Approvals that the operator gave. */
  readonly approvals = new Set<string>();
  readonly #claims = new Map<Invocation, Map<string, number>>();
  readonly #runs = new Map<string, string>();

  pointerStored(account: string, pointer: RunPointer, by: Invocation): void {
    const isClaim = this.pointers.get(account)?.runId !== pointer.runId;
    this.pointers.set(account, pointer);
    if (!isClaim) return;
    const claims = this.#claims.get(by) ?? new Map<string, number>();
    this.#claims.set(by, claims.set(account, pointer.generation));
    this.#runs.set(`${account} ${pointer.generation}`, pointer.runId);
  }

  listed(account: string, by: Invocation, at: number): void {
    const generation = this.#claims.get(by)?.get(account);
    if (generation === undefined) return;
    const listings = this.listings.get(account) ?? [];
    listings.push({ generation, at });
    this.listings.set(account, listings);
  }

  recordOf(account: string, generation: number): PlanRecord | undefined {
    return this.records.get(this.#runs.get(`${account} ${generation}`) ?? '');
  }

  changeOf(account: string, job: ChangeJob): RecordedChange | undefined {
    return this.recordOf(account, job.generation)?.changes.find(({ email }) => email === job.email);
  }
}

/** Reports a broken invariant. */
export type Violate = (what: string) => void;
