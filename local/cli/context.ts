/** What all steps of one call share. */

import type { Rules } from '../../lib/domain/config.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Log, Notify } from '../../lib/ports/telemetry.ts';
import type { Connection } from './connection.ts';
import type { Clock } from './drain.ts';
import type { Options } from './options.ts';
import type { Screen } from './screen.ts';

export type Context = {
  readonly options: Options;
  readonly rules: Rules;
  /** With the roster in it. */
  readonly store: ObjectStore;
  readonly connection: Connection;
  readonly screen: Screen;
  readonly log: Log;
  readonly notify: Notify;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly stop: AbortSignal;
};
