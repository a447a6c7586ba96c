/** Invokes the planner as Lambda does: at once, again when an asynchronous invocation failed, and killed in between. */

import type { SyncResponse } from '../../lib/planner/handle-trigger.ts';
import type { SyncResult } from '../../lib/planner/result.ts';
import type { Trigger } from '../../lib/planner/trigger.ts';
import { callPlanner, type Mutation } from './functions.ts';
import { Invocation, type InvocationEnd } from './invocation.ts';
import { Processes } from './processes.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 15 * 60_000;
/** Lambda tries an asynchronous invocation twice more. */
const RETRY_AFTER_MS = [60_000, 120_000];
const REQUESTS_OF_AN_INVOCATION = 30;
/** So long after its first delivery an event may come again. */
const LATEST_TWIN_MS = 20 * 60_000;

/** One delivery of an event. */
type Delivery = {
  readonly event: number;
  /** Lambda's name for it: the same when Lambda repeats it, another one when it comes twice to Lambda. */
  readonly requestId: string;
  readonly trigger: Trigger;
  /** From 0. */
  readonly attempt: number;
};

export class PlannerHost {
  readonly #world: World;
  readonly #mutation: Mutation;
  readonly #processes = new Processes();
  /** Told of each account's result. */
  readonly #answered: (result: SyncResult) => void;
  /** Told of notifications: what the operator reads. */
  readonly #notified: (message: string) => void;
  #invocations = 0;
  #events = 0;

  constructor(
    world: World,
    mutation: Mutation,
    answered: (result: SyncResult) => void,
    notified: (message: string) => void,
  ) {
    this.#world = world;
    this.#mutation = mutation;
    this.#answered = answered;
    this.#notified = notified;
  }

  /** An event: it is delivered once, or more often. */
  invoke(trigger: Trigger): void {
    const { scheduler, random, strikes, counts } = this.#world;
    this.#events += 1;
    const delivery = { event: this.#events, requestId: `request-${this.#events}`, trigger, attempt: 0 };
    this.#deliver(delivery);
    if (!strikes('eventTwice')) return;
    counts.add(`events twice: ${kindOf(trigger)}`);
    scheduler.after(random.chance(0.5) ? 0 : random.between(0, LATEST_TWIN_MS), () =>
      this.#deliver({ ...delivery, ...(random.chance(0.5) && { requestId: `${delivery.requestId}-2` }) }),
    );
  }

  #deliver(delivery: Delivery): void {
    const { scheduler, random, counts, strikes, witness } = this.#world;
    const { trigger } = delivery;
    this.#invocations += 1;
    counts.add('planner invocations');
    const name = `planner ${this.#invocations}`;
    this.#world.note(() => `${name} ${JSON.stringify(trigger)}`);
    const crashAtRequest = strikes('crash') ? random.between(1, REQUESTS_OF_AN_INVOCATION) : undefined;
    const process = this.#processes.take(scheduler.now);
    const invocation: Invocation = new Invocation(
      scheduler,
      random,
      { name, timeoutMs: TIMEOUT_MS, crashAtRequest },
      (end) => this.#ended(invocation, end, () => this.#processes.giveBack(process, scheduler.now), delivery),
    );
    witness.contract.triggers.started(invocation, delivery);
    const notified = ({ message }: { readonly message: string }): void => this.#notified(message);
    invocation.run(() =>
      callPlanner(
        { world: this.#world, invocation, process, notified, mutation: this.#mutation },
        trigger,
        delivery.requestId,
      ),
    );
  }

  #ended(invocation: Invocation, end: InvocationEnd, giveBack: () => void, delivery: Delivery): void {
    const { counts, scheduler, witness } = this.#world;
    const { triggers } = witness.contract;
    const { name } = invocation;
    const { trigger, attempt } = delivery;
    if (end.kind === 'returned') {
      giveBack();
      for (const result of (end.value as SyncResponse).results) {
        counts.add(`plans ${result.status}`);
        this.#world.note(() => `${name} ${describe(result)}`);
        triggers.answered(invocation, result);
        this.#answered(result);
      }
      return;
    }
    this.#world.note(() => `${name} ${end.kind}${end.kind === 'threw' ? ` ${end.error}` : ''}`);
    if (end.kind === 'threw') giveBack();
    else {
      triggers.killed(invocation, scheduler.now);
      counts.add(end.kind === 'crashed' ? 'planner crashes' : 'planner time-outs');
    }
    const retryAfterMs = trigger.kind === 'manual' ? undefined : RETRY_AFTER_MS[attempt];
    if (retryAfterMs !== undefined)
      scheduler.after(retryAfterMs, () => this.#deliver({ ...delivery, attempt: attempt + 1 }));
  }
}

const kindOf = (trigger: Trigger): string => {
  if (trigger.kind !== 'manual') return trigger.kind;
  const { approve, planHash, mode } = trigger.request;
  return approve !== undefined ? 'approve' : planHash !== undefined ? 'planHash' : `${mode}`;
};

const describe = ({ account, status, counts, error, issues, held }: SyncResult): string =>
  `${account}: ${status} ${JSON.stringify(counts)}${held.length > 0 ? ` held ${JSON.stringify(held)}` : ''}${error === undefined ? '' : ` (${error})`}${issues.length > 0 ? ` ${JSON.stringify(issues[0])}` : ''}`;
