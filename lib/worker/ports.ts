/** What the worker needs of the outside world. */

import type { FastlyWriter } from '../ports/fastly.ts';
import type { ReportFile } from '../ports/object-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { PlanRecord } from '../state/plan-record.ts';
import type { RunReport } from '../state/run-report.ts';

/** One message of a batch. */
export type WorkMessage = {
  readonly id: string;
  /** The message group. */
  readonly account: string;
  readonly body: string;
  /** Deliveries of this message so far, this one included. Sent back from the dead-letter queue it starts at 1 again. */
  readonly receives: number;
  /** Milliseconds since 1970, always set by SQS. Sent back from the dead-letter queue it is the time of that. */
  readonly sentAt?: number;
  readonly receiptHandle: string;
};

export type WorkerPorts = Runtime & {
  /** `fresh`: read the token again, past any cache. `problem`: there is no token. Throws when it can't be read now. */
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
  /** Never throws: when the change fails, the messages wait for the queue's own visibility time-out. */
  readonly setVisibility: (receiptHandles: readonly string[], seconds: number) => Promise<void>;
  readonly renderReport: (report: RunReport) => readonly ReportFile[];
  /** The page of the plan, once its run is over. `finishedAt`: ISO 8601. Throws when the record lacks what the page shows. */
  readonly renderFinishedPlan: (record: PlanRecord, finishedAt: string) => ReportFile;
};
