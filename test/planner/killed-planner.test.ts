import { describe, expect, it } from '@jest/globals';
import { decodeJob, type Job, type OutgoingMessage } from '../../lib/domain/job.ts';
import { MINUTE_MS } from '../../lib/domain/time.ts';
import { handleTrigger } from '../../lib/planner/handle-trigger.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { FifoQueue } from '../../local/fifo-queue.ts';
import { invitation, NOW } from '../support/build.ts';
import { names, type PlannerWorld, rosterOf, worldWith } from '../support/planner.ts';

const JOBS = 1200;
/** Jobs in one request to the queue. */
const REQUEST = 100;
const NEVER = Number.POSITIVE_INFINITY;
const UPLOAD = { kind: 'upload', keys: ['rosters/acme.csv'] } as const;

/** Like Lambda and SQS around a planner: it may be killed at any request, and jobs go out in batches. */
class Stage {
  readonly world: PlannerWorld;
  readonly queue = new FifoQueue();
  requests = 0;
  /** Messages of the last invocation that reached the queue. */
  sent = 0;

  constructor(world = worldWith(names(JOBS), { MAX_CREATES: '5000' })) {
    this.world = world;
  }

  /** `killedAt`: the number of the request that takes effect and whose answer the planner does not live to see. */
  async invoke(killedAt: number, triggerId = 'event1'): Promise<string> {
    let kill = (_: 'killed'): void => undefined;
    const killed = new Promise<'killed'>((resolve) => {
      kill = resolve;
    });
    const never = new Promise<never>(() => undefined);
    this.requests = 0;
    this.sent = 0;
    const request = async <T>(effect: () => Promise<T> | T): Promise<T> => {
      this.requests += 1;
      if (this.requests > killedAt) return await never;
      const answer = await effect();
      if (this.requests < killedAt) return answer;
      kill('killed');
      return await never;
    };
    const { world } = this;
    const store: ObjectStore = {
      read: (key) => request(() => world.store.read(key)),
      write: (...write) => request(() => world.store.write(...write)),
      list: (prefix) => world.store.list(prefix),
    };
    const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      for (let start = 0; start < messages.length; start += REQUEST)
        await request(() => {
          for (const message of messages.slice(start, start + REQUEST)) {
            this.sent += 1;
            this.queue.send(message, world.clock.now());
          }
        });
    };
    const ports: PlannerPorts = world.deps({ store, queue: { send } });
    const answered = handleTrigger(UPLOAD, ports, triggerId);
    return await Promise.race([killed, answered.then(({ results }) => results[0]?.status ?? '')]);
  }

  /** What the queue delivers, oldest first. */
  jobs(): Job[] {
    const now = this.world.clock.now();
    const jobs: Job[] = [];
    for (;;) {
      const received = this.queue.receive(10, now, MINUTE_MS);
      if (received.length === 0) return jobs;
      for (const { body, receiptHandle } of received) {
        const decoded = decodeJob(body);
        if ('problem' in decoded) throw new Error(decoded.problem);
        jobs.push(decoded.job);
        this.queue.remove(receiptHandle, now);
      }
    }
  }
}

/** Every job of the newest generation is there, `finish` behind all of them; a double says that it may be one. */
const expectWhole = (stage: Stage): { readonly doubles: number } => {
  const { generation } = stage.world.pointer();
  const seen = new Set<string>();
  let doubles = 0;
  let finished = false;
  for (const job of stage.jobs()) {
    if (job.generation !== generation) continue;
    if (job.action === 'finish') {
      finished = true;
      continue;
    }
    if (seen.has(job.email)) {
      doubles += 1;
      expect(job.resent).toBe(true);
    }
    expect(finished && !seen.has(job.email)).toBe(false);
    seen.add(job.email);
  }
  expect([seen.size, finished]).toEqual([JOBS, true]);
  return { doubles };
};

describe('F69 a planner that is killed, and the retry of its trigger', () => {
  it.each([
    { name: 'while the queue still knows the jobs', minutes: 1 },
    { name: 'when the queue has forgotten the jobs', minutes: 6 },
  ])(
    'at each of its requests, $name: no job is lost, and every double is known as one',
    async ({ minutes }) => {
      const undisturbed = new Stage();
      await undisturbed.invoke(NEVER);
      const total = undisturbed.requests;
      expect(total).toBeGreaterThan(JOBS / REQUEST);
      for (let killedAt = 1; killedAt < total; killedAt += 1) {
        const stage = new Stage();
        expect(await stage.invoke(killedAt)).toBe('killed');
        stage.world.clock.time += minutes * MINUTE_MS;
        expect(['enqueued', 'in_progress']).toContain(await stage.invoke(NEVER));
        expect(stage.world.pointer()).toMatchObject({ status: 'draining', jobs: JOBS });
        const { doubles } = expectWhole(stage);
        expect(doubles).toBeLessThanOrEqual(minutes === 1 ? 0 : 500);
      }
    },
  );

  /** The request that sends jobs 601 to 700. */
  let seventh = 1;

  /** A stage whose planner died after it had sent 700 jobs, and noted 500 of them. */
  const killedHalfWay = async (): Promise<Stage> => {
    for (; ; seventh += 1) {
      const stage = new Stage();
      await stage.invoke(seventh);
      if (stage.queue.size < 700) continue;
      expect(stage.world.pointer()).toMatchObject({ status: 'planning', jobs: 500, generation: 1 });
      stage.world.clock.time += MINUTE_MS;
      return stage;
    }
  };

  it('goes on where it was: the same run, without a new plan, and only what was not noted is sent again', async () => {
    const stage = await killedHalfWay();
    const { runId } = stage.world.pointer();
    stage.world.fastly.log.length = 0;
    expect(await stage.invoke(NEVER)).toBe('enqueued');
    expect(stage.world.pointer()).toMatchObject({ runId, generation: 1, status: 'draining', jobs: JOBS });
    expect(stage.world.fastly.log).toEqual([]);
    expect(stage.sent).toBe(JOBS - 500 + 1);
  });

  it('is killed as well, at every request: the third goes on from there', async () => {
    for (let killedAt = 1; ; killedAt += 1) {
      const stage = await killedHalfWay();
      if ((await stage.invoke(killedAt)) !== 'killed') break;
      stage.world.clock.time += 6 * MINUTE_MS;
      await stage.invoke(NEVER);
      expect(stage.world.pointer()).toMatchObject({ generation: 1, status: 'draining' });
      expectWhole(stage);
    }
  });

  it('plans anew when the roster has changed, when the run was halted, or when it is another trigger, later', async () => {
    const changed = await killedHalfWay();
    changed.world.upload('acme', rosterOf('ada'));
    await changed.invoke(NEVER);
    expect(changed.world.pointer()).toMatchObject({ generation: 2, jobs: 1 });

    const halted = await killedHalfWay();
    halted.world.setPointer({ status: 'halted' });
    await halted.invoke(NEVER);
    expect(halted.world.pointer()).toMatchObject({ generation: 2, jobs: JOBS });

    const other = await killedHalfWay();
    expect(await other.invoke(NEVER, 'event2')).toBe('in_progress');
    other.world.clock.time += 15 * MINUTE_MS;
    await other.invoke(NEVER, 'event2');
    expect(other.world.pointer()).toMatchObject({ generation: 2, jobs: JOBS });
  });

  it('has the time of a planner of its own before another trigger takes over', async () => {
    const stage = await killedHalfWay();
    stage.world.clock.time = NOW + 14 * MINUTE_MS;
    await stage.invoke(8);
    stage.world.clock.time = NOW + 20 * MINUTE_MS;
    expect(await stage.invoke(NEVER, 'event2')).toBe('in_progress');
  });

  it('tells a hold that the killed planner did not tell', async () => {
    const world = worldWith(names(JOBS), { MAX_CREATES: '5000', MAX_DELETES: '0', PERCENT_FLOOR: '9' });
    world.fastly.invitations = [invitation('cyd')];
    const stage = new Stage(world);
    await stage.invoke(24);
    expect(world.pointer().jobs).toBeGreaterThan(0);
    expect(world.telemetry.notifications).toEqual([]);
    world.clock.time += MINUTE_MS;
    expect(await stage.invoke(NEVER)).toBe('held');
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.pointer().announced).toBe(world.record(await world.run({ mode: 'plan' })).approval);
  });
});

describe('two planners of one event at the same time, as events come at least once', () => {
  it('the one that was there first stops, and its jobs are no second ones', async () => {
    const world = worldWith(names(JOBS), { MAX_CREATES: '5000' });
    const statuses: string[] = [];
    const twin = () => handleTrigger(UPLOAD, world.deps(), 'event1');
    let sends = 0;
    const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      sends += 1;
      if (sends === 2) {
        world.clock.time += MINUTE_MS;
        statuses.push(...(await twin()).results.map(({ status }) => status));
      }
      await world.queue.send(messages);
    };
    const first = await handleTrigger(UPLOAD, world.deps({ queue: { send } }), 'event1');
    expect([...statuses, ...first.results.map(({ status }) => status)]).toEqual(['enqueued', 'superseded']);
    expect(world.pointer()).toMatchObject({ generation: 1, status: 'draining', jobs: JOBS });
    const ids = world.queue.messages.map(({ deduplicationId }) => deduplicationId);
    expect(new Set(ids).size).toBe(JOBS + 1);
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(500);
  });
});
