/** What the planner needs of the outside world. */

import type { Invitation, Member } from '../domain/invitation.ts';
import type { OutgoingMessage } from '../domain/job.ts';
import type { Answer, TokenInfo } from '../ports/fastly.ts';
import type { Surroundings } from '../ports/runtime.ts';
import type { PlanRecord } from '../state/plan-record.ts';

/** The reading half of Fastly. */
export type FastlyReader = {
  readToken(): Promise<Answer<TokenInfo>>;
  /** Whole or not at all. */
  listInvitations(): Promise<Answer<readonly Invitation[]>>;
  listMembers(customerId: string): Promise<Answer<readonly Member[]>>;
};

/** A file of a report; its content is made while it is written. */
export type ReportFile = { readonly name: string; readonly content: Iterable<string> };

export type SyncDeps = Surroundings & {
  /** Resolves when every message was accepted, in any order; throws when one was not. */
  readonly queue: { send(messages: readonly OutgoingMessage[]): Promise<void> };
  /** `fresh`: past any cache. `problem`: there is no token to work with. Throws when that can't be told now. */
  readonly connect: (
    account: string,
    options: { readonly fresh: boolean },
  ) => Promise<{ readonly fastly: FastlyReader } | { readonly problem: string }>;
  readonly renderPlan: (record: PlanRecord) => readonly ReportFile[];
  /** What a person types to release held changes. */
  readonly approveCommand: (account: string, approval: string) => string;
  /** How long a write at Fastly may be on its way. */
  readonly requestTimeoutMs: number;
  /** How long another planner may be silent before it counts as dead. */
  readonly planningTimeoutMs: number;
};

/** One account's part of a trigger. */
export type SyncRequest = {
  readonly account: string;
  readonly mode: 'plan' | 'apply';
  /** Apply only if the plan still has this hash. */
  readonly planHash?: string;
  /** Release the held changes if they still have this hash. */
  readonly approve?: string;
  readonly prune?: 'managed' | 'none';
  /** Somebody asked for this account by name: a missing roster is then an error. */
  readonly manual: boolean;
};
