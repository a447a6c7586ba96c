/** One invocation of a function: it can end at any await, and then nothing in it goes on. */

import type { Random } from './random.ts';
import type { Scheduler, Timer } from './scheduler.ts';

/** One request to the outside world. Times are milliseconds after it was made. */
export type Exchange<T> = {
  /** What the other side does, when the request arrives. Throwing is an answer, too. */
  readonly effect: () => T;
  /** Undefined: it never arrives. May lie after the answer: then the caller had given up. */
  readonly effectAfterMs: number | undefined;
  readonly answerAfterMs: number;
  /** What the caller gets, when it is not the effect's own answer. */
  readonly instead?: () => T;
};

export type InvocationEnd =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'crashed' }
  | { readonly kind: 'timed_out' };

export type InvocationOptions = {
  readonly name: string;
  readonly timeoutMs: number;
  /** The process dies at this request, counted from 1. Undefined: it does not. */
  readonly crashAtRequest: number | undefined;
};

/** Where in a request the process dies. A request that is on its way arrives all the same. */
const CRASH_MOMENTS = ['before', 'on_its_way', 'after'] as const;
type CrashMoment = (typeof CRASH_MOMENTS)[number];

export class Invocation {
  readonly name: string;
  readonly startedAt: number;
  alive = true;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #deadline: number;
  readonly #timeout: Timer;
  readonly #ended: (end: InvocationEnd) => void;
  #requestsUntilCrash: number;

  /** `ended` is called once, when the body is done or the process is gone. */
  constructor(
    scheduler: Scheduler,
    random: Random,
    { name, timeoutMs, crashAtRequest }: InvocationOptions,
    ended: (end: InvocationEnd) => void,
  ) {
    this.name = name;
    this.startedAt = scheduler.now;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#deadline = scheduler.now + timeoutMs;
    this.#requestsUntilCrash = crashAtRequest ?? Number.POSITIVE_INFINITY;
    this.#ended = ended;
    this.#timeout = scheduler.at(this.#deadline, () => this.#end({ kind: 'timed_out' }));
  }

  remainingMs(): number {
    return this.#deadline - this.#scheduler.now;
  }

  run(body: () => Promise<unknown>): void {
    body().then(
      (value) => this.#end({ kind: 'returned', value }),
      (error: unknown) => this.#end({ kind: 'threw', error }),
    );
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(ms, () => {
        if (this.alive) resolve();
      });
    });
  }

  /** Never settles once the process is gone. */
  exchange<T>(exchange: Exchange<T>): Promise<T> {
    const crash = this.#crashMoment();
    if (crash === 'before') this.#end({ kind: 'crashed' });
    if (!this.alive) return new Promise(() => undefined);
    if (crash === 'on_its_way')
      this.#scheduler.after(this.#random.next() * exchange.answerAfterMs, () =>
        this.#end({ kind: 'crashed' }),
      );
    return new Promise((resolve, reject) => {
      const { effectAfterMs, answerAfterMs } = exchange;
      let answer: (() => T) | undefined;
      const takeEffect = (): void => {
        answer = outcomeOf(exchange.effect);
      };
      const takeAnswer = (): void => {
        if (crash === 'after') this.#end({ kind: 'crashed' });
        if (!this.alive) return;
        try {
          resolve((exchange.instead ?? answer ?? noAnswer)());
        } catch (error) {
          reject(error as Error);
        }
      };
      if (effectAfterMs === 0) takeEffect();
      else if (effectAfterMs !== undefined && effectAfterMs !== answerAfterMs)
        this.#scheduler.after(effectAfterMs, takeEffect);
      this.#scheduler.after(answerAfterMs, () => {
        if (effectAfterMs !== 0 && effectAfterMs === answerAfterMs) takeEffect();
        takeAnswer();
      });
    });
  }

  #crashMoment(): CrashMoment | undefined {
    this.#requestsUntilCrash -= 1;
    return this.#requestsUntilCrash === 0 ? this.#random.pick(CRASH_MOMENTS) : undefined;
  }

  #end(end: InvocationEnd): void {
    if (!this.alive) return;
    this.alive = false;
    this.#timeout.cancelled = true;
    this.#ended(end);
  }
}

/** The effect's result, to be handed over later. */
const outcomeOf = <T>(effect: () => T): (() => T) => {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
};

const noAnswer = (): never => {
  throw new Error('the answer came before the request arrived');
};
