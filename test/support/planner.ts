/** A planner with everything around it faked: put a roster in, trigger it, look at what it left. */

import { parseRules, type Rules } from '../../lib/domain/config.ts';
import { decodeJob, type Job } from '../../lib/domain/job.ts';
import { handleTrigger, type SyncResponse } from '../../lib/planner/handle-trigger.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import { parseTrigger } from '../../lib/planner/trigger.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import { NOW } from './build.ts';
import { FakeClock, FakeFastly, FakeQueue, FakeStore, FakeTelemetry } from './fakes.ts';

export const REQUEST_TIMEOUT_MS = 10_000;

/** `names` as a roster of users; a name may bring its cells: `ada,engineer,svc:full`. */
export const rosterOf = (...rows: string[]): string => {
  const lines = rows.map((row) => {
    const [name, role = 'user', services = ''] = row.split(',');
    return `${name}@example.com,${role},${services}\n`;
  });
  return `email,role,services\n${lines.join('')}`;
};

/** What S3 tells when an object was written or removed. Keys in it are form-encoded. */
export const s3Notification = (key: string, eventName = 'ObjectCreated:Put') => ({
  Records: [{ eventSource: 'aws:s3', eventName, s3: { object: { key } } }],
});

/** `p0`, `p1`, … */
export const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

export class PlannerWorld {
  readonly clock = new FakeClock(NOW);
  readonly store = new FakeStore();
  readonly queue = new FakeQueue();
  readonly telemetry = new FakeTelemetry();
  readonly fastly = new FakeFastly(this.clock.now);
  /** Accounts with a Fastly of their own; the others share `fastly`. */
  readonly others = new Map<string, FakeFastly>();
  rules: Rules;
  problem: string | undefined;
  /** Of each connection, whether it was past the cache. */
  readonly connects: boolean[] = [];
  #seed = 0;

  constructor(env: Record<string, string> = {}) {
    this.rules = parseRules(env);
  }

  deps(more: Partial<PlannerPorts> = {}): PlannerPorts {
    const { store, queue, telemetry, clock } = this;
    return {
      store,
      queue,
      connect: async (account, { fresh }) => {
        this.connects.push(fresh);
        return this.problem === undefined
          ? { fastly: this.others.get(account) ?? this.fastly }
          : { problem: this.problem };
      },
      renderPlan: (record) => [{ name: 'plan.json', content: [JSON.stringify(record)] }],
      approveCommand: (account, approval) => `approve ${account} ${approval}`,
      notify: telemetry.notify,
      log: telemetry.log,
      metrics: telemetry.metrics,
      now: clock.now,
      sleep: clock.sleep,
      random: () => {
        this.#seed += 1;
        return (this.#seed * 0.61803398875) % 1;
      },
      rules: this.rules,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      planningTimeoutMs: 15 * 60_000,
      ...more,
    };
  }

  upload(account: string, roster: string): void {
    this.store.objects.set(`rosters/${account}.csv`, roster);
  }

  trigger(event: unknown, more: Partial<PlannerPorts> = {}): Promise<SyncResponse> {
    return handleTrigger(parseTrigger(event), this.deps(more));
  }

  /** The one result of a trigger for `acme`. */
  async run(event: object = {}, more: Partial<PlannerPorts> = {}): Promise<SyncResult> {
    const { results } = await this.trigger({ account: 'acme', mode: 'apply', ...event }, more);
    const [result] = results;
    if (result === undefined || results.length !== 1)
      throw new Error(`expected one result, got ${results.length}`);
    return result;
  }

  pointer(account = 'acme'): RunPointer {
    return this.store.json(`state/${account}/run.json`) as RunPointer;
  }

  record(result: SyncResult): PlanRecord {
    return this.store.json(result.report ?? '') as PlanRecord;
  }

  /** Changes the pointer behind the planner's back. */
  setPointer(more: Partial<RunPointer>, account = 'acme'): void {
    const pointer = { ...this.pointer(account), ...more };
    this.store.objects.set(`state/${account}/run.json`, JSON.stringify(pointer));
  }

  /** Writes that reached Fastly. */
  writes(): string[] {
    return this.fastly.log.filter((call) => /^(create|delete) /.test(call));
  }

  jobs(): Job[] {
    return this.queue.messages.map(({ body }) => {
      const decoded = decodeJob(body);
      if ('problem' in decoded) throw new Error(decoded.problem);
      return decoded.job;
    });
  }

  /** `create ada`, `delete bob`, `finish`, in the order they were sent. */
  jobLines(): string[] {
    return this.jobs().map((job) =>
      job.action === 'finish' ? 'finish' : `${job.action} ${job.email.split('@')[0]}`,
    );
  }

  /** As if the worker had finished the run. */
  finish(account = 'acme'): void {
    this.setPointer({ status: 'finished', unsettled: [] }, account);
  }
}

/** A world with a roster of `rows` for `acme`; `env` as the planner's settings. */
export const worldWith = (rows: readonly string[], env: Record<string, string> = {}): PlannerWorld => {
  const world = new PlannerWorld(env);
  world.upload('acme', rosterOf(...rows));
  return world;
};
