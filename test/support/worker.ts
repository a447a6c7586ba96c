/** A worker with everything around it faked: a run in the pointer, jobs in a batch, and a look at what came of it. */

import { expect } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { parseRules, type Rules } from '../../lib/domain/config.ts';
import { changeMessage, type Job } from '../../lib/domain/job.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../../lib/domain/outcome.ts';
import { NOBODY_LEFT_ALONE } from '../../lib/plan/plan.ts';
import { NO_COUNTS } from '../../lib/planner/result.ts';
import { finishedPlanFile } from '../../lib/report/plan-files.ts';
import { failedWritesKey } from '../../lib/state/keys.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { handleBatch } from '../../lib/worker/handle-batch.ts';
import type { WorkerPorts, WorkMessage } from '../../lib/worker/ports.ts';
import { access, email, encodeJob, NOW } from './build.ts';
import { FakeClock, FakeFastly, FakeStore, FakeTelemetry } from './fakes.ts';
import { runPointer } from './stored-state.ts';

export const RUN = { account: 'acme', runId: 'run1', generation: 7, customerId: 'customer1' };

export const create = (name: string, more = access()): Change => ({
  action: 'create',
  email: email(name),
  access: more,
  reason: 'not_invited',
  mailNumber: 1,
});
export const remove = (name: string, ids = [`id-${name}`]): Change => ({
  action: 'delete',
  email: email(name),
  invitationIds: ids,
  from: [],
  reason: 'not_in_roster',
  live: 1,
});
export const replace = (name: string, ids = [`id-${name}`]): Change => ({
  action: 'replace',
  email: email(name),
  access: access({ role: 'billing' }),
  invitationIds: ids,
  from: [],
  reason: 'changed',
  fields: ['role'],
  live: 1,
  mailNumber: 2,
});

export const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

export class WorkerWorld {
  readonly clock = new FakeClock(NOW);
  readonly store = new FakeStore();
  readonly telemetry = new FakeTelemetry();
  readonly fastly = new FakeFastly(this.clock.now);
  readonly buried: { body: string; reason: string }[] = [];
  readonly visibility: { handles: readonly string[]; seconds: number }[] = [];
  /** Milliseconds left to the function. */
  remainingMs = 120_000;
  rules: Rules;
  connects: boolean[] = [];
  /** May say that there is no token, or throw. */
  onConnect: (fresh: boolean) => { problem: string } | undefined = () => undefined;
  onBury: () => void = () => {};

  constructor(env: Record<string, string> = {}) {
    this.rules = parseRules(env);
    this.fastly.resetAt = Date.UTC(2026, 10, 23, 11);
    this.setPointer({});
  }

  setPointer(more: Partial<RunPointer>, account = 'acme'): void {
    const pointer = runPointer({ generation: RUN.generation, runId: RUN.runId, ...more });
    this.store.objects.set(`state/${account}/run.json`, JSON.stringify(pointer));
  }

  pointer(): RunPointer {
    return this.store.json('state/acme/run.json') as RunPointer;
  }

  /** What an earlier invocation would have learned: so many writes left in this window. */
  learnQuota(remaining: number, seenAt: number = this.clock.time): void {
    const windowEndsAt = new Date(this.fastly.resetAt).toISOString();
    const perHour = this.rules.RATE_LIMIT_PER_HOUR;
    const quota = { remaining, windowEndsAt, seenAt: new Date(seenAt).toISOString(), taken: 0, perHour };
    this.store.objects.set('state/acme/quota.json', JSON.stringify(quota));
  }

  /** Writes that are left as the next invocation will know. */
  quotaLeft(): number | undefined {
    return (this.store.json('state/acme/quota.json') as { remaining?: number } | null)?.remaining;
  }

  /** As if writes for these people had failed so often in this run. */
  failedBefore(failedWrites: number, ...people: readonly string[]): void {
    for (const name of people)
      this.store.objects.set(
        failedWritesKey('acme', RUN.runId, email(name)),
        JSON.stringify({ failedWrites }),
      );
  }

  /** Stores the plan that `finish` folds. */
  setPlan(changes: readonly Change[], more: Partial<PlanRecord> = {}): void {
    const record: PlanRecord = {
      version: 1,
      account: 'acme',
      runId: RUN.runId,
      generation: RUN.generation,
      mode: 'apply',
      status: 'enqueued',
      createdAt: new Date(NOW).toISOString(),
      counts: NO_COUNTS,
      guards: [],
      held: [],
      changes,
      ...NOBODY_LEFT_ALONE,
      liveInvitations: 0,
      lookAlikes: [],
      leftOut: [],
      issues: [],
      warnings: [],
      quota: { writes: 1, perHour: 1000, estimatedFinish: new Date(NOW).toISOString() },
      ledger: { recovered: {}, forgotten: [] },
      ...more,
    };
    this.store.objects.set(`runs/acme/${RUN.runId}/plan.json`, JSON.stringify(record));
  }

  message(work: Change | Job | 'finish' | { body: string }, more: Partial<WorkMessage> = {}): WorkMessage {
    const body = this.#body(work);
    const id =
      more.id ?? `m${body.length}-${Math.abs([...body].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7))}`;
    return { id, account: 'acme', body, receives: 1, receiptHandle: `r-${id}`, ...more };
  }

  #body(work: Change | Job | 'finish' | { body: string }): string {
    if (work === 'finish') return encodeJob({ ...RUN, action: 'finish' }).body;
    if ('body' in work) return work.body;
    if ('runId' in work) return encodeJob(work).body;
    return changeMessage(RUN, work).body;
  }

  deps(more: Partial<WorkerPorts> = {}): WorkerPorts {
    const { store, telemetry, clock } = this;
    return {
      store,
      connect: async (_account, { fresh }) => {
        this.connects.push(fresh);
        const { fastly } = this;
        // The same token is the same client: a fresh look need not bring another one.
        return this.onConnect(fresh) ?? { fastly };
      },
      deadLetters: {
        copy: async ({ body }, reason) => {
          this.onBury();
          this.buried.push({ body, reason });
        },
      },
      setVisibility: async (handles, seconds) => {
        this.visibility.push({ handles, seconds });
      },
      renderReport: (report) => [{ name: 'report.json', content: [JSON.stringify(report)] }],
      renderFinishedPlan: finishedPlanFile,
      notify: telemetry.notify,
      log: telemetry.log,
      metrics: telemetry.metrics,
      now: clock.now,
      sleep: clock.sleep,
      random: Math.random,
      rules: this.rules,
      ...more,
    };
  }

  work(messages: readonly WorkMessage[], more: Partial<WorkerPorts> = {}): Promise<readonly string[]> {
    return handleBatch(messages, this.deps(more), () => this.remainingMs);
  }

  /** One job in a batch of its own. Returns how it ended: its result, or `back`. */
  async one(change: Change, more: Partial<WorkMessage> = {}): Promise<string> {
    const message = this.message(change, more);
    const before = this.outcomes().length;
    const back = await this.work([message]);
    if (back.length > 0) return 'back';
    return (
      this.outcomes()
        .slice(before)
        .map(({ result }) => result)
        .join() || 'nothing'
    );
  }

  outcomes(): Outcome[] {
    const keys = [...this.store.objects.keys()].filter((key) => key.includes('/outcomes/'));
    return keys.flatMap((key) => decodeOutcomes(this.store.objects.get(key) ?? ''));
  }

  result(name: string): string | undefined {
    return foldOutcomes(this.outcomes()).get(email(name))?.result;
  }

  report(): RunReport {
    return this.store.json(`runs/acme/${RUN.runId}/report.json`) as RunReport;
  }

  ledger(): Record<string, { count: number; interrupted?: true }> {
    return (this.store.json('state/acme/ledger.json') ?? {}) as Record<string, { count: number }>;
  }

  writes(): string[] {
    return this.fastly.log.filter((call) => /^(create|delete) /.test(call));
  }

  /** Readings of what Fastly lists. */
  reads(): number {
    return this.fastly.log.filter((call) => call === 'invitations').length;
  }
}

/** One job in a batch of its own: what is there before, how it ends, and which writes that took. */
export type JobCase = {
  readonly name: string;
  readonly change: Change;
  /** Deliveries, this one included. */
  readonly receives?: number;
  readonly given?: (world: WorkerWorld) => void;
  /** The result, or `back`. */
  readonly ends: string;
  readonly writes: readonly string[];
  /** What the outcome says besides. */
  readonly detail?: string;
};

/** Asserts that the job ends as its case says, and that nobody's address gets into logs or notifications. */
export const expectJob = async ({ change, receives = 1, given, ...expected }: JobCase): Promise<void> => {
  const world = new WorkerWorld();
  given?.(world);
  expect(await world.one(change, { receives })).toBe(expected.ends);
  expect(world.writes()).toEqual(expected.writes);
  if (expected.detail !== undefined) expect(world.outcomes()[0]?.detail).toBe(expected.detail);
  expect(world.telemetry.everything()).not.toContain('@');
};
