/** The worker behind its event source, in processes that are used again. */

import { decodeJob } from '../../lib/domain/job.ts';
import { EventSource } from './event-source.ts';
import { callWorker, type Mutation } from './functions.ts';
import type { Invocation } from './invocation.ts';
import { type Process, Processes } from './processes.ts';
import type { World } from './world.ts';

/** From now on the world's queue is worked off. */
export const attachWorker = (world: World, mutation: Mutation): void => {
  const processes = new Processes();
  const running = new Map<Invocation, Process>();
  const { scheduler, random, queue, strikes, counts, witness } = world;
  const source = new EventSource({
    scheduler,
    random,
    queue,
    strikes,
    counts,
    invoke: (batch, invocation) => {
      const process = processes.take(scheduler.now);
      running.set(invocation, process);
      const ids = batch.map(({ messageId, receiveCount }) => `${messageId} (${receiveCount})`);
      world.note(() => `${invocation.name} gets ${ids.join(', ')}`);
      return callWorker({ world, invocation, process, mutation }, batch);
    },
    doubled: (batch) => {
      for (const { body } of batch) {
        const decoded = decodeJob(body);
        if (!('job' in decoded) || decoded.job.action === 'finish') continue;
        witness.doubled({ job: decoded.job });
      }
    },
    ended: (invocation, end) => {
      const process = running.get(invocation);
      running.delete(invocation);
      counts.add('worker milliseconds', scheduler.now - invocation.startedAt);
      world.note(() => `${invocation.name} ${end.kind} ${'value' in end ? JSON.stringify(end.value) : ''}`);
      if (end.kind === 'threw') world.violate(`${invocation.name} threw ${end.error}`);
      if (process !== undefined && end.kind === 'returned') processes.giveBack(process, scheduler.now);
      if (end.kind === 'crashed') counts.add('worker crashes');
      if (end.kind === 'timed_out') counts.add('worker time-outs');
    },
    acknowledging: (message) => witness.acknowledging(message, world.deadLetters),
  });
  world.queueChanged = () => source.wake();
};
