/** Stateful fakes of the ports. They behave; tests look at what they hold afterwards. */

import { createHash } from 'node:crypto';
import type { Access, Email, Invitation, Member } from '../../lib/domain/invitation.ts';
import type { OutgoingMessage } from '../../lib/domain/job.ts';
import type { QuotaReading } from '../../lib/domain/quota.ts';
import type { Failure, FastlyResult, InvitationList, TokenInfo } from '../../lib/ports/fastly.ts';
import type { MetricName } from '../../lib/ports/metrics.ts';
import type { ObjectStore, WriteCondition } from '../../lib/ports/object-store.ts';
import type { Fields, Notification } from '../../lib/ports/telemetry.ts';

const textOf = (content: string | Iterable<string>): string =>
  typeof content === 'string' ? content : [...content].join('');

/** A bucket in memory, with exact conditions. `onRead` and `onWrite` may throw, or change the bucket first. */
export class FakeStore implements ObjectStore {
  readonly objects = new Map<string, string>();
  onRead: (key: string) => void = () => {};
  onWrite: (key: string) => void = () => {};

  etag(key: string): string | undefined {
    const content = this.objects.get(key);
    return content === undefined ? undefined : `"${createHash('md5').update(content).digest('hex')}"`;
  }

  json(key: string): unknown {
    return JSON.parse(this.objects.get(key) ?? 'null');
  }

  async read(key: string) {
    this.onRead(key);
    const content = this.objects.get(key);
    const etag = this.etag(key);
    if (content === undefined || etag === undefined) return undefined;
    return {
      body: (async function* () {
        yield Buffer.from(content);
      })(),
      etag,
    };
  }

  async write(key: string, content: string | Iterable<string>, condition?: WriteCondition) {
    this.onWrite(key);
    const found = this.etag(key);
    if (condition !== undefined) {
      const holds = 'ifMatch' in condition ? condition.ifMatch === found : found === undefined;
      if (!holds) return 'conflict' as const;
    }
    this.objects.set(key, textOf(content));
    return { etag: this.etag(key) ?? '' };
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (const key of [...this.objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
  }
}

const ok = <T>(value: T, quota?: QuotaReading): FastlyResult<T> =>
  quota === undefined ? { ok: true, value } : { ok: true, value, quota };

const failure = (kind: Failure['kind'], message = `Fastly said ${kind}`): Failure => ({
  kind,
  message,
});

type Call = 'token' | 'invitations' | 'members' | 'create' | 'delete';
/** What the next such call answers instead. `afterEffect`: it happens, but the answer is lost. */
type Fault = { readonly failure: Failure; readonly afterEffect?: boolean; readonly times: number };

/** One Fastly account with a quota window that never ends. */
export class FakeFastly {
  /** Whose the token is. */
  customerId = 'customer1';
  invitations: Invitation[] = [];
  members: Member[] = [];
  /** Addresses about which its readings disagree. */
  moving: Email[] = [];
  scopes: string[] = ['global'];
  tokenExpiresAt: number | undefined;
  /** By how much Fastly's clock is ahead; undefined: its answers do not tell their time. */
  clockAheadMs: number | undefined = 0;
  /** Writes left; undefined: no rate limit headers. */
  remaining: number | undefined = 1000;
  resetAt = 0;
  /** Calls that reached Fastly, in order: `create ada`, `delete id-ada`, `invitations`, … */
  readonly log: string[] = [];
  readonly mails = new Map<string, number>();
  readonly #faults = new Map<Call | string, Fault>();
  readonly #now: () => number;
  #ids = 0;
  /** Runs before a call is answered: somebody else may act. */
  onCall: (call: string) => void | Promise<void> = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `call`: a kind of call, or one such as `create ada`. */
  fail(
    call: Call | string,
    kind: Failure['kind'],
    more: { afterEffect?: boolean; times?: number; message?: string } = {},
  ): void {
    const { times = 1, message, afterEffect } = more;
    this.#faults.set(call, {
      failure: failure(kind, message),
      times,
      ...(afterEffect !== undefined && { afterEffect }),
    });
  }

  heal(): void {
    this.#faults.clear();
  }

  #fault(call: Call, name: string): Fault | undefined {
    for (const key of [name, call]) {
      const fault = this.#faults.get(key);
      if (fault === undefined) continue;
      if (fault.times <= 1) this.#faults.delete(key);
      else this.#faults.set(key, { ...fault, times: fault.times - 1 });
      return fault;
    }
    return undefined;
  }

  async #answer<T>(
    call: Call,
    name: string,
    isWrite: boolean,
    effect: () => FastlyResult<T>,
  ): Promise<FastlyResult<T>> {
    await this.onCall(name);
    this.log.push(name);
    const quota = isWrite ? this.#spend() : undefined;
    if (quota === 'used up') return { ok: false, failure: failure('rate_limited'), quota: this.#reading(0) };
    const fault = this.#fault(call, name);
    const answer = fault === undefined || fault.afterEffect ? effect() : undefined;
    const told = quota === undefined ? {} : { quota };
    if (fault !== undefined) return { ok: false, failure: fault.failure, ...told };
    return { ...(answer as FastlyResult<T>), ...told };
  }

  #reading(remaining: number): QuotaReading {
    return {
      remaining: String(remaining),
      reset: String(this.resetAt / 1000),
      date: new Date(this.#now()).toUTCString(),
    };
  }

  #spend(): QuotaReading | undefined | 'used up' {
    if (this.remaining === undefined) return undefined;
    if (this.remaining <= 0) return 'used up';
    this.remaining -= 1;
    return this.#reading(this.remaining);
  }

  readToken(): Promise<FastlyResult<TokenInfo>> {
    const { customerId, scopes, tokenExpiresAt: expiresAt } = this;
    return this.#answer('token', 'token', false, () => {
      const { clockAheadMs } = this;
      const answeredAt = clockAheadMs === undefined ? undefined : this.#now() + clockAheadMs;
      return ok({ customerId, scopes, expiresAt, answeredAt });
    });
  }

  listInvitations(): Promise<FastlyResult<InvitationList>> {
    const { moving } = this;
    return this.#answer('invitations', 'invitations', false, () =>
      ok({ invitations: [...this.invitations], moving }),
    );
  }

  listMembers(): Promise<FastlyResult<readonly Member[]>> {
    return this.#answer('members', 'members', false, () => ok([...this.members]));
  }

  createInvitation(_customerId: string, email: Email, access: Access) {
    return this.#answer('create', `create ${email.split('@')[0]}`, true, () => {
      const { role, roles, limitServices } = access;
      const id = `new${++this.#ids}`;
      this.invitations.push({ id, email, role, roles, limitServices, active: true, createdAt: this.#now() });
      this.mails.set(email, (this.mails.get(email) ?? 0) + 1);
      return ok({ id });
    });
  }

  deleteInvitation(id: string): Promise<FastlyResult<undefined>> {
    return this.#answer('delete', `delete ${id}`, true, () => {
      const found = this.invitations.some((invitation) => invitation.id === id);
      this.invitations = this.invitations.filter((invitation) => invitation.id !== id);
      return found ? ok(undefined) : { ok: false, failure: failure('gone') };
    });
  }
}

/** Collects what was sent; `fail` makes the next send throw after having accepted some. */
export class FakeQueue {
  readonly messages: OutgoingMessage[] = [];
  onSend: (messages: readonly OutgoingMessage[]) => void = () => {};
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    this.onSend(messages);
    this.messages.push(...messages);
  }
}

/** Everything a run tells the outside, as text and numbers. */
export class FakeTelemetry {
  readonly lines: string[] = [];
  readonly notifications: Notification[] = [];
  readonly values = new Map<MetricName, number>();
  readonly log = {
    info: (message: string, fields: Fields = {}) => this.#note('info', message, fields),
    warn: (message: string, fields: Fields = {}) => this.#note('warn', message, fields),
    error: (message: string, fields: Fields = {}) => this.#note('error', message, fields),
  };
  readonly metrics = {
    add: (_account: string, name: MetricName, value: number): void => {
      this.values.set(name, (this.values.get(name) ?? 0) + value);
    },
  };
  readonly notify = async (notification: Notification): Promise<void> => {
    this.notifications.push(notification);
  };
  #note(level: string, message: string, fields: Fields): void {
    this.lines.push(JSON.stringify({ level, message, ...fields }));
  }
  /** All of it, to search for what must not be there. */
  everything(): string {
    return JSON.stringify([this.lines, this.notifications]);
  }
}

/** A clock that sleeping moves. */
export class FakeClock {
  time: number;
  readonly slept: number[] = [];
  constructor(time: number) {
    this.time = time;
  }
  readonly now = (): number => this.time;
  readonly sleep = async (ms: number): Promise<void> => {
    this.slept.push(ms);
    this.time += ms;
  };
}
