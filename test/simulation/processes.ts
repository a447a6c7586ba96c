/** Lambda's processes: used again while they live, with what they remember. */

import type { Invocation } from './invocation.ts';
import { duration, travel } from './latency.ts';
import type { World } from './world.ts';

export const TOKEN_MAX_AGE_MS = 5 * 60_000;
/** Idle for longer, a process is gone. */
const IDLE_MS = 10 * 60_000;
const TYPICAL_TOKEN_READ_MS = 40;
const SLOW_TOKEN_READ_MS = 4000;

export class Process {
  readonly #tokens = new Map<string, { readonly token: number; readonly readAt: number }>();
  lastUsedAt = 0;

  /** The token of an account, from the parameter store or at most five minutes old. */
  async token(world: World, invocation: Invocation, account: string, fresh: boolean): Promise<number> {
    const { scheduler, random, strikes } = world;
    const known = this.#tokens.get(account);
    if (!fresh && known !== undefined && scheduler.now - known.readAt < TOKEN_MAX_AGE_MS) return known.token;
    const slow = strikes('storeSlow');
    const answerAfterMs = slow
      ? random.between(100, SLOW_TOKEN_READ_MS)
      : duration(random, TYPICAL_TOKEN_READ_MS);
    const token = await invocation.exchange({
      ...travel(random, answerAfterMs),
      effect: () => {
        if (strikes('tokenReadFails')) throw new Error('the parameter could not be read');
        return world.account(account).token;
      },
    });
    this.#tokens.set(account, { token, readAt: scheduler.now });
    return token;
  }
}

/** A pool per function. */
export class Processes {
  #idle: Process[] = [];

  take(now: number): Process {
    this.#idle = this.#idle.filter(({ lastUsedAt }) => now - lastUsedAt < IDLE_MS);
    return this.#idle.pop() ?? new Process();
  }

  giveBack(process: Process, now: number): void {
    process.lastUsedAt = now;
    this.#idle.push(process);
  }
}
