import { afterAll, describe, expect, it } from '@jest/globals';
import type { WorkMessage } from '../../lib/worker/ports.ts';
import { type Clock, drain } from '../../local/cli/drain.ts';
import { type Jobs, openJobs } from '../../local/cli/jobs.ts';
import { emptyFolder, removeFolders } from '../support/cli.ts';

afterAll(removeFolders);

const START = Date.UTC(2026, 10, 23, 10, 0, 0);

/** A queue of `count` messages on a clock that only sleeping moves. */
const setUp = async (count: number, folder = emptyFolder()) => {
  let time = START;
  const clock: Clock = {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  };
  const jobs = openJobs(folder, 'acme', clock.now);
  await jobs.send(
    Array.from({ length: count }, (_, index) => ({
      body: `job ${index}`,
      groupId: 'acme',
      deduplicationId: `${index}`,
    })),
  );
  return { jobs, clock, folder };
};

const bodies = (messages: readonly WorkMessage[]): string[] => messages.map(({ body }) => body);

const handBack = async (jobs: Jobs, messages: readonly WorkMessage[], seconds: number) => {
  await jobs.setVisibility(
    messages.map(({ receiptHandle }) => receiptHandle),
    seconds,
  );
  return messages.map(({ id }) => id);
};

const never = new AbortController().signal;

describe('drain', () => {
  it('works everything off in order, at most ten at a time', async () => {
    const { jobs, clock } = await setUp(23);
    const batches: string[][] = [];
    const work = async (messages: readonly WorkMessage[]) => {
      batches.push(bodies(messages));
      return [];
    };

    const end = await drain(jobs, { work, onProgress: () => {} }, clock, never);

    expect(end).toBe('empty');
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(batches.flat()).toEqual(Array.from({ length: 23 }, (_, index) => `job ${index}`));
  });

  it('waits for what was handed back, says until when, and delivers it again', async () => {
    const { jobs, clock } = await setUp(2);
    const deliveries: { body: string; receives: number; at: number }[] = [];
    const waits = new Set<number>();
    const work = async (messages: readonly WorkMessage[]) => {
      for (const { body, receives } of messages) deliveries.push({ body, receives, at: clock.now() - START });
      return messages.some(({ receives }) => receives === 1) ? await handBack(jobs, messages, 1800) : [];
    };
    const onProgress = (until?: number): void => {
      if (until !== undefined) waits.add(until - START);
    };

    const end = await drain(jobs, { work, onProgress }, clock, never);

    expect(end).toBe('empty');
    expect([...waits]).toEqual([1_800_000]);
    expect(deliveries).toEqual([
      { body: 'job 0', receives: 1, at: 0 },
      { body: 'job 1', receives: 1, at: 0 },
      { body: 'job 0', receives: 2, at: 1_800_000 },
      { body: 'job 1', receives: 2, at: 1_800_000 },
    ]);
  });

  it('gives no time for new jobs once it is to stop, and keeps what came back', async () => {
    const { jobs, clock } = await setUp(25);
    const stop = new AbortController();
    const remaining: boolean[] = [];
    const work = async (messages: readonly WorkMessage[], remainingMs: () => number) => {
      remaining.push(remainingMs() > 0);
      stop.abort();
      remaining.push(remainingMs() > 0);
      return await handBack(jobs, messages.slice(4), 0);
    };

    const end = await drain(jobs, { work, onProgress: () => {} }, clock, stop.signal);

    expect({ end, remaining, left: jobs.size() }).toEqual({
      end: 'stopped',
      remaining: [true, false],
      left: 21,
    });
  });

  it('stops while it waits', async () => {
    const { jobs, clock } = await setUp(1);
    const stop = new AbortController();
    const work = (messages: readonly WorkMessage[]) => handBack(jobs, messages, 1800);
    const onProgress = (until?: number): void => {
      if (until !== undefined) stop.abort();
    };

    const end = await drain(jobs, { work, onProgress }, clock, stop.signal);

    expect({ end, left: jobs.size(), waited: clock.now() - START < 1_800_000 }).toEqual({
      end: 'stopped',
      left: 1,
      waited: true,
    });
  });

  it('leaves what a killed process had to the next one, which sees how often it was delivered', async () => {
    const { jobs, folder } = await setUp(2);
    jobs.receive();
    jobs.close();

    const next = openJobs(folder, 'acme', () => START);
    const messages = next.receive();

    expect(messages.map(({ body, receives }) => [body, receives])).toEqual([
      ['job 0', 2],
      ['job 1', 2],
    ]);
  });
});
