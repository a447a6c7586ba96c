/** What is known of runs, rosters and listings, from what was stored: the invariants' common ground. */

import type { ChangeJob } from '../../../lib/domain/job.ts';
import type { PlanRecord, RecordedChange } from '../../../lib/state/plan-record.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { Invocation } from '../invocation.ts';
import type { Wishes } from '../people.ts';

/** A job's write, on its way to Fastly. */
export type WriteOfJob = {
  readonly account: string;
  /** Whose token it is sent with. */
  readonly customerId: string;
  readonly invocation: Invocation;
  readonly method: 'POST' | 'DELETE';
  readonly job: ChangeJob;
  readonly startedAt: number;
  /** Invitation id of a DELETE. */
  readonly id?: string;
};

/** A run that took a generation. */
export type ClaimedRun = {
  readonly account: string;
  readonly runId: string;
  readonly customerId: string;
  readonly generation: number;
  readonly by: Invocation;
  /** Later claims have higher numbers, whatever became of the state, and with it of generations. */
  order: number;
};

type Listing = { readonly run: ClaimedRun; readonly order: number; readonly at: number };

export class Book {
  /** What each version of a roster asks for; undefined: it must not be believed. */
  readonly rosters = new Map<string, Wishes | undefined>();
  readonly records = new Map<string, PlanRecord>();
  readonly pointers = new Map<string, RunPointer>();
  /** By run. */
  readonly claims = new Map<string, ClaimedRun>();
  /** By account: listings that planning runs relied on. */
  readonly listings = new Map<string, Listing[]>();
  /** Approvals that the operator gave. */
  readonly approvals = new Set<string>();
  /** Runs of which people removed the records, or what named them: nobody can know of them any more. */
  readonly lostRuns = new Set<string>();
  /** Of these, runs of an account of which nothing was left: to a planner it looks as one that was never seen. */
  readonly runsWithoutTrace = new Set<string>();
  /** Runs that an older pointer names again: meanwhile their jobs were void, whatever they had done before. */
  readonly revivedRuns = new Set<string>();
  /**
   * When the outcomes of a run were read for its ledger: by its `finish`, when the report of them was stored; or after it
   * was cut off by a later run, when that one began to list.
   */
  readonly settled = new Map<string, number>();
  readonly #claimsBy = new Map<Invocation, Map<string, ClaimedRun>>();
  #orders = 0;

  /** Returns the claim, when it is one. */
  pointerStored(account: string, pointer: RunPointer, by: Invocation): ClaimedRun | undefined {
    const before = this.pointers.get(account);
    const isClaim = before?.runId !== pointer.runId;
    this.pointers.set(account, pointer);
    const listing = this.listings.get(account)?.findLast(({ run }) => run.runId === pointer.runId);
    for (const runId of before?.unsettled ?? [])
      if (listing !== undefined && !pointer.unsettled.includes(runId)) this.settled.set(runId, listing.at);
    if (!isClaim) return undefined;
    const { runId, customerId, generation } = pointer;
    const claim = { account, runId, customerId, generation, by, order: this.#nextOrder() };
    this.claims.set(runId, claim);
    this.#claimsBy.set(by, (this.#claimsBy.get(by) ?? new Map()).set(account, claim));
    return claim;
  }

  reported(runId: string, at: number): void {
    this.settled.set(runId, at);
  }

  /** Somebody removed the pointer, or put an older one in its place, whose run is the newest again. */
  pointerRestored(account: string, pointer: RunPointer | undefined): void {
    if (pointer === undefined) this.pointers.delete(account);
    else this.pointers.set(account, pointer);
    const again = this.claims.get(pointer?.runId ?? '');
    if (again !== undefined) {
      again.order = this.#nextOrder();
      this.revivedRuns.add(again.runId);
    }
    this.#lose(account, [pointer?.runId, ...(pointer?.unsettled ?? [])]);
  }

  /** Somebody removed all state. */
  stateRemoved(account: string): void {
    for (const run of this.claims.values()) if (run.account === account) this.runsWithoutTrace.add(run.runId);
  }

  /** Somebody removed the records of all runs. */
  recordsRemoved(account: string): void {
    this.#lose(account, []);
  }

  /** All runs so far but these. */
  #lose(account: string, but: readonly (string | undefined)[]): void {
    for (const run of this.claims.values())
      if (run.account === account && !but.includes(run.runId)) this.lostRuns.add(run.runId);
  }

  #nextOrder(): number {
    this.#orders += 1;
    return this.#orders;
  }

  /** The last claim that an invocation made. */
  claimBy(by: Invocation, account: string): ClaimedRun | undefined {
    return this.#claimsBy.get(by)?.get(account);
  }

  listed(account: string, by: Invocation, at: number): void {
    const run = this.claimBy(by, account);
    if (run === undefined) return;
    const listings = this.listings.get(account) ?? [];
    listings.push({ run, order: run.order, at });
    this.listings.set(account, listings);
  }

  changeOf({ runId, email }: ChangeJob): RecordedChange | undefined {
    return this.records.get(runId)?.changes.find((change) => change.email === email);
  }
}

/** Reports a broken invariant. */
export type Violate = (what: string) => void;
