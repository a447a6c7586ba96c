/** Where a command works: a simulated account, the real Fastly from this machine, or a deployed stage. */

import type { SyncRequest } from '../../lib/plan/decide.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Ending } from './ending.ts';
import type { Options } from './options.ts';

/** What the planner is asked for, besides the account: the fields of a manual event. */
export type PlannerRequest = Omit<SyncRequest, 'account' | 'manual' | 'mode'> & {
  readonly mode: SyncRequest['mode'] | 'dump';
};

/** An account's queue, as far as it can be seen from outside. */
export type QueueView = {
  /** Undefined while another process has the queue. */
  readonly deadLetters: number | undefined;
  /** Where the dead letters are, for a person. */
  readonly deadLetterPlace: string;
  /** Which process has the account just now. */
  readonly holder?: string;
};

export type Target = {
  /** State, reports and rosters. */
  readonly store: Pick<ObjectStore, 'read' | 'list'>;
  /** Asks the planner for something that changes nothing at Fastly. Prints nothing. */
  plan(options: Options, request: PlannerRequest): Promise<SyncResult>;
  /** Plans, carries out, and prints both. */
  apply(options: Options, request: PlannerRequest): Promise<Ending>;
  queue(account: string): Promise<QueueView>;
  /** A key of the store, as the person would name it. */
  locate(key: string): string;
  /** A key of the store for a program, which may be elsewhere: an absolute path, or an address in the bucket. */
  address(key: string): string;
};
