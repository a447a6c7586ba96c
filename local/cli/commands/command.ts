/** What all commands have in common. */

import {
  accountOfPointerKey,
  accountOfRosterKey,
  ROSTER_PREFIX,
  STATE_PREFIX,
} from '../../../lib/state/keys.ts';
import { UsageError } from '../../parse-options.ts';
import type { Call, Options } from '../options.ts';
import type { Screen } from '../screen.ts';
import type { Target } from '../target.ts';

export type CommandPorts = {
  readonly target: Target;
  readonly screen: Screen;
  /** For what is the result itself, as a roster. */
  readonly output: { write(text: string): unknown };
  /** Milliseconds since 1970 */
  readonly now: () => number;
};

/** What a command comes to, besides what it has printed. */
export type Answer = {
  readonly exitStatus: number;
  /** For `--json`. */
  readonly json: unknown;
};

/** Every account that has a roster or was applied. Sorted. */
export const knownAccounts = async ({ store }: Target): Promise<readonly string[]> => {
  const rosters = await Array.fromAsync(store.list(ROSTER_PREFIX));
  const states = await Array.fromAsync(store.list(STATE_PREFIX));
  const names = [...rosters.map(accountOfRosterKey), ...states.map(accountOfPointerKey)];
  return [...new Set(names.filter((name) => name !== undefined))].sort();
};

/** @throws a {@link UsageError} where there is not exactly one to choose */
export const withAccount = async (call: Call, target: Target): Promise<Options> => {
  if (call.account !== undefined) return { ...call, account: call.account };
  const accounts = await knownAccounts(target);
  const [account] = accounts;
  if (account === undefined || accounts.length > 1)
    throw new UsageError(
      accounts.length === 0
        ? `${call.command} needs --account NAME: there is no account at ${target.locate('')} yet`
        : `${call.command} needs --account NAME; there are ${accounts.join(', ')}`,
    );
  return {
    ...call,
    account,
    rosterName: `rosters/${account}.csv`,
    place: [...call.place, '--account', account],
  };
};
