/** What the use cases tell the outside world while they work. None of it may carry an address or a token. */

import { maskAddresses } from '../domain/mask-addresses.ts';
import type { MetricName } from './metrics.ts';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
};

export type Metrics = {
  /** Adds one value to the metric of one account. */
  add(account: string, name: MetricName, value: number): void;
};

export type Notification = {
  readonly account: string;
  /** What happened, in one word for machines. */
  readonly event: 'held' | 'blocked' | 'planned' | 'no_roster' | 'halted' | 'finished';
  /** At most 100 characters of ASCII, as SNS wants it. */
  readonly subject: string;
  readonly message: string;
  /** What a person can do about it: sentences or commands. */
  readonly nextSteps?: readonly string[];
};
/** A notification that can't be delivered is logged, and never fails the run. */
export type Notify = (notification: Notification) => Promise<void>;

/** What an error says. Whoever made it may have quoted text from outside. */
export const errorText = (error: unknown): string =>
  maskAddresses(error instanceof Error ? error.message : String(error));
