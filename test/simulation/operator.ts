/** The person in charge: triggers runs, and approves what is held, sometimes late. */

import type { SyncResult } from '../../lib/planner/result.ts';
import type { ManualRequest, Trigger } from '../../lib/planner/trigger.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const APPROVE = /^approve (\S+) (\S+)$/m;

export class Operator {
  readonly #world: World;
  readonly #invoke: (trigger: Trigger) => void;
  /** The last plan seen of each account. */
  readonly #seen = new Map<string, SyncResult>();

  constructor(world: World, invoke: (trigger: Trigger) => void) {
    this.#world = world;
    this.#invoke = invoke;
  }

  /** From here on only new plans count. */
  forget(): void {
    this.#seen.clear();
  }

  lastResult(account: string): SyncResult | undefined {
    return this.#seen.get(account);
  }

  read(result: SyncResult): void {
    this.#seen.set(result.account, result);
  }

  /** Mail arrives: mostly the operator does what it asks for, after a while. */
  notified(message: string): void {
    const { random, scheduler, isCalm } = this.#world;
    const [, account, approval] = APPROVE.exec(message) ?? [];
    if (account === undefined || approval === undefined || isCalm || random.chance(0.4)) return;
    scheduler.after(random.between(0, 120) * MINUTE_MS, () => this.approve(account, approval));
  }

  approve(account: string, approval: string): void {
    const { witness, counts } = this.#world;
    counts.add('approvals');
    witness.book.approvals.add(approval);
    this.#invoke({ kind: 'manual', request: { account, approve: approval } });
  }

  /** A plan, an apply, or an apply of exactly the plan that was seen. */
  trigger(account: string): void {
    const { random, counts } = this.#world;
    counts.add('manual triggers');
    const planHash = this.#seen.get(account)?.planHash;
    const prune = random.pick([undefined, undefined, 'managed', 'none'] as const);
    const request = random.pick<ManualRequest>([
      { account, mode: 'plan' },
      { account, mode: 'apply' },
      { account, mode: 'apply', ...(planHash !== undefined && { planHash }) },
      { account, mode: 'apply', ...(prune !== undefined && { prune }) },
      { account, approve: 'sha256:0000' },
    ]);
    this.#invoke({ kind: 'manual', request });
  }
}
