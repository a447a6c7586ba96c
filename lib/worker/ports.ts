/** What the worker needs of the outside world. */

import type { Quota } from '../domain/quota.ts';
import type { FastlyWriter } from '../ports/fastly.ts';
import type { ReportFile } from '../ports/object-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RunReport } from '../state/run-report.ts';

/** One message of a batch. */
export type WorkMessage = {
  readonly id: string;
  /** The message group. */
  readonly account: string;
  readonly body: string;
  /** Deliveries of this message so far, this one included: from 1. Sent back from the dead-letter queue, it begins anew. */
  readonly receives: number;
  /** Milliseconds since 1970; SQS always says. Sent back from the dead-letter queue, it is sent anew. */
  readonly sentAt?: number;
  readonly receiptHandle: string;
};
export type WorkerPorts = Runtime & {
  /** `fresh`: read the token again, past any cache. `problem`: there is none. Throws when that can't be told now. */
  readonly connect: (
    account: string,
    options: { readonly fresh: boolean },
  ) => Promise<{ readonly fastly: FastlyWriter } | { readonly problem: string }>;
  readonly deadLetters: {
    /** Throws when the copy was not accepted. */
    copy(
      message: { readonly id: string; readonly groupId: string; readonly body: string },
      reason: string,
    ): Promise<void>;
  };
  /** Never throws: a failed change is harmless, the queue's own visibility time-out stands. */
  readonly setVisibility: (receiptHandles: readonly string[], seconds: number) => Promise<void>;
  readonly renderReport: (report: RunReport) => readonly ReportFile[];
  /** What earlier invocations of this process learned, by account. */
  readonly quotas: Map<string, Quota>;
};
