/** A simulated world: clock, chance, bucket, queues, Fastly accounts, and a witness of what happens in it. */

import { ledgerKey } from '../../lib/state/keys.ts';
import { FifoQueue } from '../../local/fifo-queue.ts';
import { Bucket, type StoreDeps } from './bucket.ts';
import { Counts } from './counts.ts';
import { FastlyAccount, STRANGERS_TOKEN } from './fastly-account.ts';
import { Witness } from './invariants/witness.ts';
import type { QueueDeps } from './queue-port.ts';
import type { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import type { Clocks, Settings, Strikes } from './settings.ts';

/** As deployed. */
const MAX_RECEIVE_COUNT = 200;
const EPOCH = Date.UTC(2026, 2, 2);
const DAY_MS = 24 * 3_600_000;

export type Violation = { readonly at: number; readonly what: string };

export class World {
  readonly settings: Settings;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly counts = new Counts();
  readonly bucket: Bucket;
  readonly queue: FifoQueue;
  readonly deadLetters = new FifoQueue();
  readonly accounts = new Map<string, FastlyAccount>();
  readonly witness: Witness;
  readonly violations: Violation[] = [];
  /** When set, nothing goes wrong any more. */
  isCalm = false;
  clocks: Clocks;
  /** Wakes the event source; set by whoever runs it. */
  queueChanged: () => void = () => undefined;
  /** Told when a planner begins to look at an account; set by those who then do something. */
  approached: (account: string) => void = () => undefined;
  /** Told of every page of a list that was just made; set by those who then do something. */
  pageMade: (account: string) => void = () => undefined;
  readonly #trace: ((line: string) => void) | undefined;

  constructor(settings: Settings, random: Random, trace?: (line: string) => void) {
    this.settings = settings;
    this.clocks = settings.clocks;
    this.bucket = new Bucket(settings.events.restorations > 0 ? 'state/' : undefined);
    this.random = random;
    this.#trace = trace;
    this.scheduler = new Scheduler(EPOCH + random.between(0, DAY_MS));
    this.queue = new FifoQueue({
      deadLetter: {
        maxReceiveCount: MAX_RECEIVE_COUNT,
        queue: {
          accept: (message, now) => {
            if (!this.witness.contract.mayWaitForRecord(message.groupId))
              this.violate(`a message was received ${MAX_RECEIVE_COUNT} times`);
            this.deadLetters.accept(message, now);
          },
        },
      },
    });
    const { scheduler, counts } = this;
    const violate = this.violate.bind(this);
    const note = this.note.bind(this);
    this.witness = new Witness({
      scheduler,
      settings,
      counts,
      violate,
      note,
      account: (name) => this.account(name),
      ledgerText: (name) => this.bucket.get(ledgerKey(name))?.content,
    });
    for (let index = 0; index < settings.accounts; index += 1) {
      const name = `acme-${index + 1}`;
      const fastly = new FastlyAccount(name, scheduler, settings);
      this.accounts.set(name, fastly);
      if (settings.events.tokenSwaps === 0) continue;
      const stranger = new FastlyAccount(`${name}-of-another-customer`, scheduler, settings);
      stranger.validToken = STRANGERS_TOKEN;
      fastly.stranger = stranger;
    }
  }

  strikes: Strikes = (fault) => {
    const rate = this.isCalm ? 0 : this.settings.faults[fault];
    if (rate === 0 || !this.random.chance(rate)) return false;
    this.counts.add(`fault: ${fault}`);
    return true;
  };

  /** What a clock shows, in milliseconds since 1970. */
  timeBy(clock: keyof Clocks): number {
    return this.scheduler.now + this.clocks[clock];
  }

  account(name: string): FastlyAccount {
    const account = this.accounts.get(name);
    if (account === undefined) throw new Error(`there is no account ${name}`);
    return account;
  }

  /** The run ends with the first broken invariant. */
  violate(what: string): void {
    this.note(() => `VIOLATION: ${what}`);
    this.violations.push({ at: this.scheduler.now, what });
    this.scheduler.stopped = true;
  }

  /** A line of the trace, made only when somebody reads it. */
  note(text: () => string): void {
    this.#trace?.(`${new Date(this.scheduler.now).toISOString()} ${text()}`);
  }

  get storeDeps(): StoreDeps {
    const { bucket, random, strikes, witness } = this;
    return { bucket, random, strikes, stored: (by, key, content) => witness.stored(by, key, content) };
  }

  get queueDeps(): QueueDeps {
    const { queue, deadLetters, scheduler, random, strikes, witness } = this;
    return {
      queue,
      deadLetters,
      scheduler,
      random,
      strikes,
      sent: (message, result) => witness.sent(message, result),
      changed: () => this.queueChanged(),
    };
  }
}
