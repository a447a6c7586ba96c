/** What the planner needs of the outside world. */

import type { OutgoingMessage } from '../domain/job.ts';
import type { SyncRequest } from '../plan/decide.ts';
import type { FastlyReader } from '../ports/fastly.ts';
import type { ReportFile } from '../ports/object-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { PlanRecord } from '../state/plan-record.ts';

export type PlannerPorts = Runtime & {
  /** Resolves when every message was accepted, in any order; throws when one was not. */
  readonly queue: { send(messages: readonly OutgoingMessage[]): Promise<void> };
  /** `fresh` goes past any cache. `problem` says why there is no token. Throws when the token can't be read now. */
  readonly connect: (
    account: string,
    options: { readonly fresh: boolean },
  ) => Promise<{ readonly fastly: FastlyReader } | { readonly problem: string }>;
  /** The files of the plan report, `plan.json` first. */
  readonly renderPlan: (record: PlanRecord) => readonly ReportFile[];
  /** What a person types to release held changes; `scope` is what the request restricted the plan to. */
  readonly approveCommand: (
    account: string,
    approval: string,
    scope: Pick<SyncRequest, 'prune' | 'only' | 'resend'>,
  ) => string;
  /** How long a write at Fastly may be on its way. */
  readonly requestTimeoutMs: number;
  /** How long another planner may be silent before it counts as dead. */
  readonly planningTimeoutMs: number;
};
